"""Simulated oscillations in noise, whose class depends on a rhythm and on a burst."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter
from scipy.special import expit

from wavedistill.checks import integer

__all__ = ["OscillationTask", "simulate_oscillations"]

Array = NDArray[np.float64]
Float32 = NDArray[np.float32]
Integers = NDArray[np.int64]

#: Samples per second.
_RATE = 200.0
#: The AR(1) coefficient of the noise: its power falls with the frequency.
_MEMORY = 0.7
#: Frequencies in hertz, and the greatest strength, of the rhythm that matters, of two that do not,
#: and of the ringing of the burst.
_RHYTHM, _SLOW, _HUM, _BURST = (
    (20.0, 32.0, 2.0),
    (8.0, 14.0, 2.0),
    (50.0, 70.0, 1.5),
    (50.0, 70.0, 6.0),
)
#: Seconds in which the burst falls to 1/e.
_DECAY = 0.06
#: Log-odds for one standard deviation of the sum of the two strengths that matter.
_SLOPE = 5.0


@dataclass(frozen=True, eq=False)
class OscillationTask:
    """Signals of two classes.

    Parameters
    ----------
    X_train, X_test : ndarray, shape (n, length)
        Signals, float32, in units of the standard deviation of the noise.
    y_train, y_test : ndarray of int, shape (n,)
        0 or 1.
    odds_train, odds_test : ndarray, shape (n,)
        The log-odds of class 1 that the classes were drawn with.
    sampling_rate : float
        In hertz.
    """

    X_train: Float32
    y_train: Integers
    odds_train: Array
    X_test: Float32
    y_test: Integers
    odds_test: Array
    sampling_rate: float = _RATE


def simulate_oscillations(
    n_train: int = 4000,
    n_test: int = 2000,
    length: int = 256,
    random_state: int | np.random.Generator | None = 0,
) -> OscillationTask:
    """Simulate recordings at 200 Hz whose class depends on a rhythm and on a burst.

    Each signal is the sum of noise whose power falls with the frequency, a rhythm of 20 to 32 Hz
    whose amplitude swells and fades, a steady rhythm of 8 to 14 Hz, a steady hum of 50 to 70 Hz,
    and a damped burst of 50 to 70 Hz at any time. Frequencies, phases and strengths differ from
    signal to signal; strengths are uniform between 0 and a greatest one. The class is drawn with
    log-odds of 5/sqrt(2) times the sum of two standardised strengths: that of the first rhythm and
    that of the burst. The slow rhythm and the hum have no influence.

    A spectrum sees the first rhythm, and cannot tell the burst from the hum.

    Parameters
    ----------
    n_train, n_test : int
        Numbers of signals.
    length : int
        Samples in a signal.
    random_state : int, numpy.random.Generator or None

    Returns
    -------
    OscillationTask

    Raises
    ------
    TypeError, ValueError
        If a number is no integer, or below 1.

    Examples
    --------
    >>> task = simulate_oscillations(n_train=100, n_test=10)
    >>> task.X_train.shape, task.sampling_rate
    ((100, 256), 200.0)
    """
    random = np.random.default_rng(random_state)
    train, test = integer(n_train, "n_train", minimum=1), integer(n_test, "n_test", minimum=1)
    count, samples = train + test, integer(length, "length", minimum=1)
    time = np.arange(samples) / _RATE
    shares = random.uniform(0, 1, (4, count))

    def wave(kind: tuple[float, float, float], share: Array) -> Array:
        """An oscillation of each signal, with its own frequency, phase and strength."""
        frequency = random.uniform(*kind[:2], (count, 1))
        phase = random.uniform(0, 2 * np.pi, (count, 1))
        oscillation: Array = np.sin(2 * np.pi * frequency * time + phase)
        return kind[2] * share[:, None] * oscillation

    noise = random.standard_normal((count, samples + 50)) * np.sqrt(1 - _MEMORY**2)
    signals = lfilter([1.0], [1.0, -_MEMORY], noise, axis=1)[:, 50:]
    swell = random.uniform(1, 3, (count, 1)) * time + random.uniform(0, 1, (count, 1))
    signals += wave(_RHYTHM, shares[0]) * (1 + 0.7 * np.sin(2 * np.pi * swell))
    since = time - random.uniform(0, 0.9, (count, 1)) * samples / _RATE
    signals += wave(_BURST, shares[1]) * (since >= 0) * np.exp(-np.maximum(since, 0) / _DECAY)
    signals += wave(_SLOW, shares[2]) + wave(_HUM, shares[3])
    # A uniform number has the standard deviation 1 / sqrt(12).
    odds = _SLOPE * np.sqrt(6) * (shares[0] + shares[1] - 1)
    classes = (random.uniform(size=count) < expit(odds)).astype(np.int64)
    X = signals.astype(np.float32)
    return OscillationTask(
        X[:train], classes[:train], odds[:train], X[train:], classes[train:], odds[train:]
    )
