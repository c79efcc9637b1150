"""Simulated tracks of clathrin-coated pits, matched to the recordings in their statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from wavedistill.checks import integer
from wavedistill.datasets.endocytosis.recordings import labelled_tracks, prepare_tracks
from wavedistill.datasets.endocytosis.table import EndocytosisTable
from wavedistill.datasets.endocytosis.tracks import CellTracks

__all__ = ["CoatModel", "TrackModel", "make_endocytosis", "simulate_tracks"]

Float64 = NDArray[np.float64]

_MOVIE = 300  # frames, one a second
_SHORTEST = 6  # seconds
_LONGEST_CUT = 120  # seconds; few simulated tracks live longer
_PIXELS = 121  # of the window in which a spot of auxilin is fitted
_DOUBLINGS = 6
_FIT_ERROR = 0.515  # standard error of a fitted auxilin amplitude, in sigma_r
_REFERENCE = 40.0  # seconds, the lifetime at which a median plateau is quoted


@dataclass(frozen=True)
class CoatModel:
    """One kind of clathrin coat."""

    #: Of all tracks of at least 6 s.
    share: float
    #: Seconds. With a spread, the lifetime is lognormal with this median and this standard
    #: deviation of its logarithm. Without, the time beyond 6 s is exponential with this mean.
    lifetime: float
    lifetime_spread: float
    #: Clathrin amplitude of the full coat in counts, lognormal: its median at a lifetime of 40 s,
    #: and the standard deviation of its logarithm.
    plateau: float
    plateau_spread: float
    #: Peak of its burst of auxilin in counts, lognormal likewise, at a median plateau.
    auxilin: float
    auxilin_spread: float
    #: Whether the coat is lost at once after the burst, rather than slowly.
    sheds: bool


@dataclass(frozen=True)
class TrackModel:
    """Parameters of `simulate_tracks`."""

    #: Coats that fall apart at once, pits that stall, and pits that become vesicles.
    transient: CoatModel = CoatModel(0.49, 4.0, 0.0, 1300, 0.50, 320, 0.60, False)
    abortive: CoatModel = CoatModel(0.26, 17.0, 0.0, 1400, 0.50, 380, 0.65, False)
    productive: CoatModel = CoatModel(0.25, 66.0, 0.64, 2400, 0.42, 1800, 0.38, True)
    #: Power of the lifetime with which the plateau grows, and power of the plateau, relative to
    #: the median, with which the burst grows.
    plateau_growth: float = 0.2
    auxilin_growth: float = 0.4
    #: Clathrin amplitude at which a track begins and at which it is lost, in counts: median, and
    #: standard deviation of the logarithm.
    detection: float = 900
    detection_spread: float = 0.3
    #: Median share of the lifetime until the plateau.
    rise: float = 0.6
    #: How long a coat takes to be lost: seconds of a productive one, besides 1.5 times the lead of
    #: the burst, and share of the lifetime of any other.
    fall: float = 10.0
    slow_fall: float = 0.3
    #: Seconds from the peak of the burst to the end of the track (mean), and the standard deviation
    #: of the burst in time (median).
    burst_lead: float = 5.0
    burst_width: float = 2.2
    #: Share of tracks whose burst comes at any time.
    early_bursts: float = 0.15
    #: Seconds T; a track of lifetime L sees a second burst with probability 1 - exp(-(L/T)^2).
    hotspot_time: float = 80.0
    #: Standard deviation of the logarithm of the clathrin amplitude around its course, and the
    #: seconds in which its correlation falls to 1/e.
    fluctuation: float = 0.22
    fluctuation_time: float = 12.0
    #: The residual noise sigma_r is the first number in counts plus the second times the amplitude.
    clathrin_noise: tuple[float, float] = (200, 0.08)
    auxilin_noise: tuple[float, float] = (285, 0.05)
    #: Standard deviation of the (white) measurement noise of an amplitude, in sigma_r.
    noise_share: float = 0.85
    #: Standard deviation of the logarithm of the clathrin noise from track to track, and of the
    #: auxilin sigma_r from frame to frame.
    noise_spread: float = 0.3
    residual_spread: float = 0.11
    #: Auxilin amplitude without a burst, in counts: mean, and standard deviation over tracks.
    background: float = 45.0
    background_spread: float = 60.0
    #: Standard deviations over cells of the logarithms of the clathrin gain, the auxilin gain and
    #: the auxilin noise.
    cell_spread: tuple[float, float, float] = (0.12, 0.16, 0.08)


def make_endocytosis(
    n_tracks: int = 1400,
    *,
    n_cells: int = 8,
    min_lifetime: float = 15,
    p_value: float = 0.05,
    length: int = 40,
    test_cells: Sequence[int] | None = None,
    model: TrackModel | None = None,
    random_state: int | np.random.Generator | None = 0,
) -> EndocytosisTable:
    """A simulated table: two-channel tracks, prepared just as the recordings are.

    Parameters
    ----------
    n_tracks : int
        Rows of the table, spread evenly over the cells; what does not qualify is unlabelled.
    n_cells : int
    min_lifetime, p_value, length
        As in `prepare_tracks`. No simulated track lives less than 6 s; the cut is 120 s at most.
    test_cells : sequence of int, optional
        The held-out cells; the last quarter of them, rounded up, if not given.
    model : TrackModel, optional
        What the tracks are drawn from; matched to the recordings if not given.
    random_state : int, numpy.random.Generator or None

    Raises
    ------
    ValueError
        If a cell would have fewer than two rows, the cut is too long, or as in `prepare_tracks`.
    """
    cells = range(1, integer(n_cells, "n_cells", minimum=1) + 1)
    integer(n_tracks, "n_tracks", minimum=2 * n_cells)
    if not 0 <= min_lifetime <= _LONGEST_CUT:
        raise ValueError(
            f"min_lifetime={min_lifetime} must be between 0 and {_LONGEST_CUT} seconds: few "
            "simulated tracks live longer."
        )
    if test_cells is None:
        test_cells = cells[-((n_cells + 3) // 4) :] if n_cells > 1 else ()
    seeds = np.random.default_rng(random_state).integers(2**63, size=n_cells)
    sizes = np.diff(np.linspace(0, n_tracks, n_cells + 1).astype(int))
    return prepare_tracks(
        [
            _enough_tracks(int(size), cell, int(seed), model, min_lifetime, p_value)
            for size, cell, seed in zip(sizes, cells, seeds, strict=True)
        ],
        min_lifetime=min_lifetime,
        p_value=p_value,
        length=length,
        test_cells=test_cells,
    )


def simulate_tracks(
    n_tracks: int,
    cell: int = 1,
    *,
    model: TrackModel | None = None,
    random_state: int | np.random.Generator | None = 0,
) -> CellTracks:
    """Tracks of one cell from a model of how coats grow, recruit auxilin, and are lost.

    A spot is tracked from when its clathrin passes the detection level until it falls below it.
    In between, the coat grows along a smooth ramp to a plateau, the higher the longer it lives,
    and is lost again; slow fluctuations multiply this course. In a productive pit, auxilin comes
    in a burst shortly before the end, the taller the larger the coat, and the coat is gone within
    seconds; stalled and transient coats are smaller, decay slowly, and draw little auxilin. The
    longer a track, the likelier a second burst at the same place. Gaussian noise that grows with
    the amplitude is added to either channel, and the auxilin fit reports its uncertainties.

    The defaults of `TrackModel` were estimated from the eight recordings of `fetch_endocytosis`:
    the shares and lifetimes from the histogram of lifetimes above 5 s, apart for tracks with five
    significant frames of auxilin and with fewer; plateaus, detection level, rise and fall from
    the maxima and from mean tracks aligned at their starts and ends; noise and fluctuations from
    the mean squared differences of amplitudes 1 to 8 frames apart; sigma_r from its medians at
    given amplitudes; bursts from the tallest peak of smoothed auxilin. Then plateaus, bursts, the
    time of hotspots and of the fall were adjusted by hand until the prepared tables agreed in the
    share of zeros, quantiles, correlations and mean traces.

    Parameters
    ----------
    n_tracks : int
    cell : int
        Number of the cell.
    model : TrackModel, optional
    random_state : int, numpy.random.Generator or None
    """
    m = TrackModel() if model is None else model
    random = np.random.default_rng(random_state)
    clathrin_gain, auxilin_gain, noise_gain = np.exp(random.normal(0, m.cell_spread))
    lifetime, coat, bursts = _courses(integer(n_tracks, "n_tracks", minimum=1), m, random)
    shape = coat.shape

    # Slow fluctuations, an autoregression of the first order.
    decay = np.exp(-1 / m.fluctuation_time)
    steps = random.standard_normal(shape)
    steps[:, 1:] *= np.sqrt(1 - decay**2)
    course = signal.lfilter([1], [1, -decay], steps, axis=1)
    coat = clathrin_gain * coat * np.exp(m.fluctuation * course - m.fluctuation**2 / 2)
    scale = np.exp(random.normal(0, m.noise_spread, (n_tracks, 1)))
    sigma = scale * (m.clathrin_noise[0] + m.clathrin_noise[1] * coat)
    clathrin = coat + m.noise_share * sigma * random.standard_normal(shape)

    bursts = auxilin_gain * bursts
    sigma = noise_gain * (m.auxilin_noise[0] + m.auxilin_noise[1] * bursts)
    sigma *= np.exp(random.normal(0, m.residual_spread, shape))
    auxilin = bursts + random.normal(m.background, m.background_spread, (n_tracks, 1))
    auxilin += m.noise_share * sigma * random.standard_normal(shape)

    def tracked(values: Float64) -> Float64:
        return np.where(np.arange(shape[1]) < lifetime, values, np.nan)

    return CellTracks(
        cell,
        clathrin=tracked(clathrin),
        auxilin=tracked(auxilin),
        auxilin_std=tracked(_FIT_ERROR * sigma),
        residual_std=tracked(sigma),
        residual_std_error=tracked(sigma / np.sqrt(2 * (_PIXELS - 1))),
        lifetime=lifetime[:, 0].astype(np.int64),
    )


def _courses(
    n: int, m: TrackModel, random: np.random.Generator
) -> tuple[Float64, Float64, Float64]:
    """Draw lifetimes, shape (n, 1), and clathrin and auxilin without noise, shape (n, frames)."""
    coats = (m.transient, m.abortive, m.productive)
    shares = np.array([coat.share for coat in coats])
    kind = random.choice(len(coats), size=(n, 1), p=shares / shares.sum())
    of = {f.name: np.array([getattr(c, f.name) for c in coats])[kind] for f in fields(CoatModel)}

    def lognormal(spread: float | Float64) -> Float64:
        return np.exp(spread * random.standard_normal((n, 1)))

    lifetime = np.where(
        of["lifetime_spread"] > 0,
        of["lifetime"] * lognormal(of["lifetime_spread"]),
        _SHORTEST - 0.5 + random.exponential(of["lifetime"]),
    )
    lifetime = np.clip(np.round(lifetime), _SHORTEST, _MOVIE)
    size = (lifetime / _REFERENCE) ** m.plateau_growth * lognormal(of["plateau_spread"])
    plateau = of["plateau"] * size
    early = random.random((n, 1)) < m.early_bursts
    lead = np.minimum(random.exponential(m.burst_lead, (n, 1)), lifetime - 1)
    height = of["auxilin"] * size**m.auxilin_growth * lognormal(of["auxilin_spread"])
    fast = m.fall + 1.5 * np.where(early, 0, lead)
    fall = np.where(of["sheds"], fast * lognormal(0.3), m.slow_fall * lifetime)
    fall = np.minimum(fall, 0.6 * lifetime)
    again = random.random((n, 1)) < -np.expm1(-((lifetime / m.hotspot_time) ** 2))
    start = np.minimum(plateau, m.detection * lognormal(m.detection_spread))
    end = np.minimum(plateau, m.detection * lognormal(m.detection_spread))
    rise = np.minimum(m.rise * lifetime * lognormal(0.4), lifetime - fall)
    peak = np.where(early, random.uniform(0, lifetime), lifetime - 1 - lead)
    width = m.burst_width * lognormal(0.35)
    second_peak = random.uniform(0, lifetime)

    time = np.arange(int(lifetime.max()), dtype=np.float64)
    up = np.clip(time / rise, 0, 1)
    growing = start + (plateau - start) * up**2 * (3 - 2 * up)
    left = np.clip((lifetime - time) / fall, 0, 1)
    coat = end + (growing - end) * (1 - (1 - left) ** 2)
    bursts = height * np.exp(-0.5 * ((time - peak) / width) ** 2)
    bursts += np.where(again, height, 0) * np.exp(-0.5 * ((time - second_peak) / width) ** 2)
    return lifetime, coat, bursts


def _enough_tracks(
    rows: int, cell: int, seed: int, model: TrackModel | None, min_lifetime: float, p_value: float
) -> CellTracks:
    """As many tracks as it takes to have so many labelled ones."""
    for doubling in range(_DOUBLINGS):
        count = 4 * rows * 2**doubling
        tracks = simulate_tracks(count, cell, model=model, random_state=seed)
        labelled = np.flatnonzero(labelled_tracks(tracks, min_lifetime, p_value))
        if len(labelled) >= rows:
            return tracks.first(int(labelled[rows - 1]) + 1)
    raise ValueError(
        f"Of {count} tracks drawn from this model {len(labelled)} live longer than "
        f"min_lifetime={min_lifetime} and have one burst of auxilin at most; {rows} are needed."
    )
