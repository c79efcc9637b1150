"""Two-channel tracks of clathrin-coated pits: read, and turned into traces and a response.

A track is a bright spot of clathrin followed from frame to frame; auxilin is measured at the same
place. cmeAnalysis (Aguet et al., Developmental Cell 26, 2013) fits a Gaussian spot to either
channel and writes its amplitude with what the significance of the amplitude is judged by.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from wavedistill import extras
from wavedistill.checks import integer, require_shape

__all__ = [
    "CellTracks",
    "equal_length_traces",
    "is_hotspot",
    "mean_auxilin",
    "read_cell_tracks",
    "significant_frames",
]

Float64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

_AMPLITUDES = ("A", "A_pstd", "sigma_r", "SE_sigma_r")
_CLATHRIN, _AUXILIN = 0, 1
_SINGLE_TRACK = 1  # catIdx of a valid track of one pit that comes and goes while it is filmed
_QUANTILE = float(special.ndtri(0.975))


@dataclass(frozen=True, eq=False)
class CellTracks:
    """The tracks of one cell, a frame a second, NaN after the end of each track.

    The arrays have the shape (n, frames), except `lifetime`.

    Raises
    ------
    ValueError
        If the shapes disagree, or a lifetime is not between 1 and the number of frames.
    """

    #: Number of the cell.
    cell: int
    #: Amplitude of the spot in either channel, in camera counts above the background.
    clathrin: Float64
    auxilin: Float64
    #: Standard error of the auxilin amplitude in its fit (``A_pstd``).
    auxilin_std: Float64
    #: Standard deviation of the residuals of that fit, the noise of the background (``sigma_r``),
    #: and its standard error (``SE_sigma_r``).
    residual_std: Float64
    residual_std_error: Float64
    #: Shape (n,): seconds, which are frames, from the first to the last of a track.
    lifetime: NDArray[np.int64]

    def __post_init__(self) -> None:
        shape = self.clathrin.shape
        if len(shape) != 2:
            raise ValueError(f"clathrin has shape {shape}; it must be (tracks, frames).")
        for field in fields(self)[2:]:
            expected = shape[:1] if field.name == "lifetime" else shape
            require_shape(field.name, getattr(self, field.name), expected, "clathrin", shape)
        if np.any((self.lifetime < 1) | (self.lifetime > shape[1])):
            raise ValueError(
                f"lifetime is between {self.lifetime.min()} and {self.lifetime.max()}; every one "
                f"must be between 1 and the {shape[1]} frames."
            )

    def __len__(self) -> int:
        return len(self.lifetime)

    def significant(self, p_value: float = 0.05) -> Bools:
        """The `significant_frames` of auxilin, of shape (n, frames)."""
        return significant_frames(
            self.auxilin, self.auxilin_std, self.residual_std, self.residual_std_error, p_value
        )

    def first(self, count: int) -> CellTracks:
        """The first tracks alone."""
        names = [field.name for field in fields(self)[1:]]
        return replace(self, **{name: getattr(self, name)[:count] for name in names})


def read_cell_tracks(path: str | os.PathLike[str], cell: int) -> CellTracks:
    """Read cmeAnalysis' ``lifetimeData.mat`` of one cell.

    Only its valid single tracks (``catIdx == 1``) are read, because the file has amplitudes of
    these alone. Channel 0 is clathrin, channel 1 auxilin.

    Parameters
    ----------
    path : str or path
        A MATLAB 7.3 file.
    cell : int
        Number of the cell.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no MATLAB 7.3 file, lacks a field, or has one of another shape.
    ImportError
        If h5py is not installed.
    """
    h5py = extras.load("h5py", "Reading tracks", "data")
    try:
        file = h5py.File(path, "r")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ValueError(
            f"{path} is not a MATLAB 7.3 (HDF5) file ({error}). In MATLAB, save with '-v7.3'."
        ) from error
    needed = (*_AMPLITUDES, "lifetime_s", "catIdx")
    with file:
        if missing := [name for name in needed if name not in file]:
            raise ValueError(f"{path} has no field {missing[0]}; it needs {', '.join(needed)}.")
        content = {name: np.asarray(file[name], dtype=np.float64) for name in needed}

    lifetime, category = content["lifetime_s"].ravel(), content["catIdx"].ravel()
    if lifetime.shape != category.shape:
        raise ValueError(
            f"{path}: lifetime_s has {lifetime.size} tracks and catIdx {category.size}; they must "
            "be the same."
        )
    single = category == _SINGLE_TRACK
    expected = (2, *content["A"].shape[1:2], int(single.sum()))
    for name in _AMPLITUDES:
        if content[name].shape != expected:
            raise ValueError(
                f"{path}: {name} has shape {content[name].shape}; with {expected[-1]} tracks of "
                f"catIdx 1 it must have three axes, (2, frames, {expected[-1]}) for clathrin and "
                f"auxilin, the same in each of {', '.join(_AMPLITUDES)}."
            )

    def channel(name: str, number: int) -> Float64:
        return np.ascontiguousarray(content[name][number].T)

    return CellTracks(
        cell,
        clathrin=channel("A", _CLATHRIN),
        auxilin=channel("A", _AUXILIN),
        auxilin_std=channel("A_pstd", _AUXILIN),
        residual_std=channel("sigma_r", _AUXILIN),
        residual_std_error=channel("SE_sigma_r", _AUXILIN),
        lifetime=lifetime[single].astype(np.int64),
    )


def significant_frames(
    amplitude: ArrayLike,
    amplitude_std: ArrayLike,
    residual_std: ArrayLike,
    residual_std_error: ArrayLike,
    p_value: float = 0.05,
) -> Bools:
    """Where a spot stands out of the noise around it: cmeAnalysis' one-sided t-test of amplitudes.

    Of A, A_pstd, sigma_r and SE_sigma_r, with k the normal 97.5 % quantile, A is compared with
    k sigma_r by Welch's statistic, for n = round((sigma_r / SE)^2 / 2 + 1) pixels and s = k SE:

        t = (A - k sigma_r) / sqrt((A_pstd^2 + s^2) / n)
        degrees of freedom (n - 1) (A_pstd^2 + s^2)^2 / (A_pstd^4 + s^4)

    A frame is significant where P(T < -t) is below `p_value`, and not where a value is NaN. The
    paper takes 0.05 and finds little sensitivity to it (Appendix C, footnote 7).
    """
    if not 0 < p_value < 1:
        raise ValueError(f"p_value={p_value} must be between 0 and 1; the paper's is 0.05.")
    values = (amplitude, amplitude_std, residual_std, residual_std_error)
    A, std, noise, noise_error = (np.asarray(value, dtype=np.float64) for value in values)
    pixels = np.round((noise / noise_error) ** 2 / 2 + 1)
    error = _QUANTILE * noise_error
    variance = std**2 + error**2
    freedom = (pixels - 1) * variance**2 / (std**4 + error**4)
    statistic = (A - _QUANTILE * noise) / np.sqrt(variance / pixels)
    return np.asarray(special.stdtr(freedom, -statistic) < p_value)


def is_hotspot(significant: ArrayLike) -> Bools:
    """Tracks in which auxilin came in more than one burst: several pits at one place.

    Of a track with at least five significant frames, take the positions k in their list where
    frame k + 1 follows frame k at once. Where two successive such positions are more than 2 apart,
    a burst ended and another began.
    """
    marks = np.asarray(significant, dtype=bool)
    result = np.zeros(len(marks), dtype=bool)
    for row in np.flatnonzero(marks.sum(axis=1) >= 5):
        followed = np.flatnonzero(np.diff(np.flatnonzero(marks[row])) == 1)
        result[row] = np.any(np.diff(followed) > 2)
    return result


def mean_auxilin(auxilin: ArrayLike, significant: ArrayLike) -> Float64:
    """The response: mean auxilin amplitude over the significant frames, 0 if there are none."""
    total = np.where(significant, auxilin, 0).sum(axis=1, dtype=np.float64)
    return np.asarray(total / np.maximum(np.sum(significant, axis=1), 1))


def equal_length_traces(amplitude: ArrayLike, lifetime: ArrayLike, length: int = 40) -> Float64:
    """Tracks of any lifetime as traces of one length.

    Of a track of n > `length` frames, frame int((n - 1) i / (length - 1)) becomes sample i; a
    shorter one is followed by zeros.
    """
    tracks = np.asarray(amplitude, dtype=np.float64)
    samples = np.arange(integer(length, "length", minimum=2))
    frames = np.asarray(lifetime)[:, None]
    index = np.where(frames > length, (frames - 1) * samples // (length - 1), samples)
    inside = index < frames
    picked = np.take_along_axis(tracks, np.where(inside, index, 0), axis=1)
    return np.where(inside, picked, 0)
