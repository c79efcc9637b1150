"""Two-channel tracks of clathrin-coated pits: read, and turned into traces and a response.

A track is a bright spot of clathrin followed from frame to frame; auxilin is measured at the same
place. cmeAnalysis (Aguet et al., Developmental Cell 26, 2013) fits a Gaussian spot to either
channel and writes its amplitude with what the significance of the amplitude is judged by.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from wavedistill.checks import integer

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
_PER_TRACK = ("lifetime_s", "catIdx")
_CLATHRIN, _AUXILIN = 0, 1
_SINGLE_TRACK = 1  # catIdx of a valid track of one pit that comes and goes while it is filmed
_QUANTILE = float(special.ndtri(0.975))


@dataclass(frozen=True, eq=False)
class CellTracks:
    """The tracks of one cell, a frame a second, NaN from the end of each track on.

    Parameters
    ----------
    cell : int
        Number of the cell.
    clathrin, auxilin : ndarray, shape (n, frames)
        Amplitude of the spot in either channel, in camera counts above the background.
    auxilin_std : ndarray, shape (n, frames)
        Standard error of the auxilin amplitude in its fit (``A_pstd``).
    residual_std : ndarray, shape (n, frames)
        Standard deviation of the residuals of that fit, the noise of the background (``sigma_r``).
    residual_std_error : ndarray, shape (n, frames)
        Standard error of the residual standard deviation (``SE_sigma_r``).
    lifetime : ndarray of int, shape (n,)
        Seconds, that is frames, from the first to the last of a track.

    Raises
    ------
    ValueError
        If the shapes disagree, or a lifetime is not between 1 and the number of frames.
    """

    cell: int
    clathrin: Float64
    auxilin: Float64
    auxilin_std: Float64
    residual_std: Float64
    residual_std_error: Float64
    lifetime: NDArray[np.int64]

    def __post_init__(self) -> None:
        shape = self.clathrin.shape
        if len(shape) != 2:
            raise ValueError(f"clathrin has shape {shape}; it must be (tracks, frames).")
        for field in fields(self)[2:]:
            found = getattr(self, field.name).shape
            expected = shape[:1] if field.name == "lifetime" else shape
            if found != expected:
                raise ValueError(
                    f"{field.name} has shape {found}; beside clathrin of shape {shape} it must be "
                    f"{expected}."
                )
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
        return replace(
            self, **{field.name: getattr(self, field.name)[:count] for field in fields(self)[1:]}
        )


def read_cell_tracks(path: str | os.PathLike[str], cell: int) -> CellTracks:
    """Read cmeAnalysis' ``lifetimeData.mat`` of one cell.

    Only its valid single tracks (``catIdx == 1``) are read: the amplitudes in the file cover them
    alone. Channel 0 is clathrin, channel 1 auxilin.

    Parameters
    ----------
    path : str or path
        A MATLAB 7.3 file.
    cell : int
        The number to call it by.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no MATLAB 7.3 file, lacks a field, or has one of another shape.
    ImportError
        If h5py is not installed.
    """
    h5py = _h5py()
    try:
        file = h5py.File(path, "r")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ValueError(
            f"{path} is not a MATLAB 7.3 (HDF5) file ({error}). In MATLAB, save with '-v7.3'."
        ) from error
    with file:
        content = {name: _dataset(file, name, path) for name in (*_AMPLITUDES, *_PER_TRACK)}

    lifetime, category = (content[name].ravel() for name in _PER_TRACK)
    if lifetime.shape != category.shape:
        raise ValueError(
            f"{path}: lifetime_s has {lifetime.size} tracks and catIdx {category.size}; they must "
            "be the same."
        )
    single = category == _SINGLE_TRACK
    frames, count = content["A"].shape[1], int(single.sum())
    for name in _AMPLITUDES:
        shape = content[name].shape
        if shape != (2, frames, count):
            raise ValueError(
                f"{path}: {name} has shape {shape}; with {count} tracks of catIdx 1 it must be "
                f"(2, frames, {count}) for clathrin and auxilin, the same in each of "
                f"{', '.join(_AMPLITUDES)}."
            )
    auxilin, auxilin_std, residual_std, residual_std_error = (
        np.ascontiguousarray(content[name][_AUXILIN].T) for name in _AMPLITUDES
    )
    return CellTracks(
        cell,
        np.ascontiguousarray(content["A"][_CLATHRIN].T),
        auxilin,
        auxilin_std,
        residual_std,
        residual_std_error,
        lifetime[single].astype(np.int64),
    )


def significant_frames(
    amplitude: ArrayLike,
    amplitude_std: ArrayLike,
    residual_std: ArrayLike,
    residual_std_error: ArrayLike,
    p_value: float = 0.05,
) -> Bools:
    """Where a spot stands out of the noise around it: cmeAnalysis' one-sided t-test of amplitudes.

    With k the normal 97.5 % quantile, the amplitude A is compared with k sigma_r by Welch's
    statistic, for n = round((sigma_r / SE)^2 / 2 + 1) pixels and s = k SE:

        t = (A - k sigma_r) / sqrt((A_pstd^2 + s^2) / n)
        degrees of freedom (n - 1) (A_pstd^2 + s^2)^2 / (A_pstd^4 + s^4)

    Parameters
    ----------
    amplitude, amplitude_std, residual_std, residual_std_error : array_like
        A, A_pstd, sigma_r and SE_sigma_r, of one shape.
    p_value : float
        A frame is significant where P(T < -t) is below it. The paper takes 0.05 and finds little
        sensitivity to it (Appendix C, footnote 7).

    Returns
    -------
    ndarray of bool
        Of the same shape; False where a value is NaN.

    Raises
    ------
    ValueError
        If `p_value` is not between 0 and 1.
    """
    _check_p_value(p_value)
    values = np.broadcast_arrays(amplitude, amplitude_std, residual_std, residual_std_error)
    measured = np.logical_and.reduce([np.isfinite(value) for value in values])
    A, std, noise, noise_error = (value[measured].astype(np.float64) for value in values)
    pixels = np.round((noise / noise_error) ** 2 / 2 + 1)
    error = _QUANTILE * noise_error
    variance = std**2 + error**2
    freedom = (pixels - 1) * variance**2 / (std**4 + error**4)
    statistic = (A - _QUANTILE * noise) / np.sqrt(variance / pixels)
    significant = np.zeros(measured.shape, dtype=bool)
    significant[measured] = special.stdtr(freedom, -statistic) < p_value
    return significant


def is_hotspot(significant: ArrayLike) -> Bools:
    """Tracks in which auxilin came in more than one burst: several pits at one place.

    Of a track with at least five significant frames, take the positions k in their list where
    frame k + 1 follows frame k at once. Where two successive such positions are more than 2 apart,
    a burst ended and another began.

    Parameters
    ----------
    significant : array_like of bool, shape (n, frames)

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    marks = np.asarray(significant, dtype=bool)
    result = np.zeros(len(marks), dtype=bool)
    for row in np.flatnonzero(marks.sum(axis=1) >= 5):
        followed = np.flatnonzero(np.diff(np.flatnonzero(marks[row])) == 1)
        result[row] = bool(np.any(np.diff(followed) > 2))
    return result


def mean_auxilin(auxilin: ArrayLike, significant: ArrayLike) -> Float64:
    """The response: mean auxilin amplitude over the significant frames, 0 if there are none.

    Parameters
    ----------
    auxilin : array_like, shape (n, frames)
    significant : array_like of bool, shape (n, frames)

    Returns
    -------
    ndarray, shape (n,)
    """
    marks = np.asarray(significant, dtype=bool)
    total = np.where(marks, np.asarray(auxilin, dtype=np.float64), 0).sum(axis=1)
    mean: Float64 = total / np.maximum(marks.sum(axis=1), 1)
    return mean


def equal_length_traces(amplitude: ArrayLike, lifetime: ArrayLike, length: int = 40) -> Float64:
    """Tracks of any lifetime as traces of one length.

    Of a track of n > `length` frames, frame int((n - 1) i / (length - 1)) becomes sample i; a
    shorter one is followed by zeros.

    Parameters
    ----------
    amplitude : array_like, shape (n, frames)
    lifetime : array_like of int, shape (n,)
        Frames that belong to each track, from the first on.
    length : int
        At least 2.

    Returns
    -------
    ndarray, shape (n, length)
    """
    tracks, frames = np.asarray(amplitude, dtype=np.float64), np.asarray(lifetime)[:, None]
    samples = np.arange(integer(length, "length", minimum=2))
    index = np.where(frames > length, (frames - 1) * samples // (length - 1), samples)
    inside = index < frames
    picked = np.take_along_axis(tracks, np.where(inside, index, 0), axis=1)
    traces: Float64 = np.where(inside, picked, 0)
    return traces


def _check_p_value(p_value: float) -> None:
    if not 0 < p_value < 1:
        raise ValueError(f"p_value={p_value} must be between 0 and 1; the paper's is 0.05.")


def _dataset(file: Any, name: str, path: str | os.PathLike[str]) -> Float64:
    if name not in file:
        raise ValueError(
            f"{path} has no field {name}; it needs {', '.join((*_AMPLITUDES, *_PER_TRACK))}."
        )
    values: Float64 = np.asarray(file[name], dtype=np.float64)
    if name in _AMPLITUDES and values.ndim != 3:
        raise ValueError(f"{path}: {name} has shape {values.shape}; it needs three axes.")
    return values


def _h5py() -> Any:
    try:
        import h5py
    except ModuleNotFoundError as error:
        raise ImportError(
            "Reading tracks needs h5py, and it is not installed: pip install 'wavedistill[data]'"
        ) from error
    return h5py
