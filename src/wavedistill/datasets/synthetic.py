"""The paper's synthetic task: a response that a few coefficients of one wavelet make (Sec 4.1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wavedistill.checks import integer
from wavedistill.wavelets import CoefficientLayout, Wavelet, WaveletLike, WaveletTransform

__all__ = ["SyntheticTask", "make_synthetic"]

Float32 = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class SyntheticTask:
    """Signals, their response, and the wavelet that made it.

    Parameters
    ----------
    X_train, X_test : ndarray, shape (n, length)
        Standard normal signals, float32.
    y_train, y_test : ndarray, shape (n,)
        ``transform.analysis(X) @ beta`` plus noise, float32.
    transform : WaveletTransform
        Of the true wavelet.
    beta : ndarray, shape (layout.total,)
        The weight of each coefficient.
    """

    X_train: Float32
    y_train: Float32
    X_test: Float32
    y_test: Float32
    transform: WaveletTransform
    beta: NDArray[np.float64]

    @property
    def wavelet(self) -> Wavelet:
        """The true wavelet."""
        return self.transform.wavelet

    @property
    def layout(self) -> CoefficientLayout:
        """Where the coefficients of a signal lie."""
        return self.transform.layout(self.X_train.shape[1])

    @property
    def gradient(self) -> NDArray[np.float64]:
        """The gradient of the response, the same for every signal: what a perfect teacher has."""
        analysis = self.transform.analysis(np.eye(self.X_train.shape[1]))
        return np.asarray(analysis @ self.beta, dtype=np.float64)


def make_synthetic(
    n_train: int = 50_000,
    n_test: int = 5_000,
    length: int = 64,
    wavelet: WaveletLike = "db5",
    levels: int = 4,
    scale: int = 3,
    noise: float = 0.1,
    mode: str = "zero",
    random_state: int | np.random.Generator | None = 0,
) -> SyntheticTask:
    """Make the task of Sec 4.1 and Appendix B of the paper.

    X is standard normal, and y is the sum of three neighbouring detail coefficients in the middle
    of one scale, each times 2, plus Gaussian noise.

    Parameters
    ----------
    n_train, n_test : int
        Numbers of signals.
    length : int
        Samples in a signal.
    wavelet : Wavelet, str or array_like
        The truth.
    levels : int
        Depth J.
    scale : int
        Detail scale of the three coefficients; 1 is the finest.
    noise : float
        Standard deviation of the noise in y.
    mode : str
        PyWavelets' signal extension mode.
    random_state : int, numpy.random.Generator or None

    Raises
    ------
    ValueError
        If the scale is not one of the levels, or has fewer than three coefficients.
    """
    depth = integer(levels, "levels", minimum=1)
    transform = WaveletTransform(wavelet, depth, mode, axes=-1)
    layout = transform.layout(length)
    if not 1 <= scale <= depth:
        raise ValueError(f"scale={scale} must be one of the detail scales, 1 to levels={depth}.")
    band = layout.slices[depth + 1 - scale]
    if band.stop - band.start < 3:
        raise ValueError(
            f"scale={scale} has {band.stop - band.start} coefficients for signals of length "
            f"{length}, and three are needed; choose a finer scale or longer signals."
        )
    middle = (band.start + band.stop) // 2
    beta = np.zeros(layout.total)
    beta[middle - 1 : middle + 2] = 2

    random = np.random.default_rng(random_state)
    sizes = integer(n_train, "n_train", minimum=1), integer(n_test, "n_test", minimum=1)
    signals = random.standard_normal((sum(sizes), length), dtype=np.float32)
    response = transform.analysis(signals) @ beta
    response += noise * random.standard_normal(sum(sizes))
    X_train, X_test = np.split(signals, [sizes[0]])
    y_train, y_test = np.split(response.astype(np.float32), [sizes[0]])
    return SyntheticTask(X_train, y_train, X_test, y_test, transform, beta)
