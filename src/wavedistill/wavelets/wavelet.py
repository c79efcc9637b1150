"""`Wavelet`: an immutable pair of filters, with their properties, functions and file format."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple, Self, TypeAlias

import numpy as np
import pywt
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import float_array, integer
from wavedistill.wavelets.alignment import align
from wavedistill.wavelets.conditions import min_response, residuals
from wavedistill.wavelets.lattice import ORTHONORMAL_TOLERANCE, Lattice, quadrature_mirror
from wavedistill.wavelets.storage import read_record, write_record

__all__ = ["Wavelet", "WaveletFunctions", "WaveletLike", "as_wavelet", "orthogonal_names"]

Array = NDArray[np.float64]
#: All that `as_wavelet` takes.
WaveletLike: TypeAlias = "Wavelet | str | ArrayLike | pywt.Wavelet"

_FORMAT = "wavedistill.wavelet"
_EXACT_FAMILIES = ("haar", "db", "sym", "coif")


class WaveletFunctions(NamedTuple):
    """The scaling function and the wavelet, sampled on a dyadic grid of their support."""

    phi: Array
    psi: Array
    x: Array


@dataclass(frozen=True, eq=False, init=False)
class Wavelet:
    """A two-channel filter bank given by its lowpass filter, in PyWavelets' conventions.

    Parameters
    ----------
    lowpass : array_like, shape (N,)
        The reconstruction lowpass filter h (PyWavelets' ``rec_lo``), N even. The highpass filter
        follows from it (Eq. 11). It need not be orthonormal: `residuals` says how far off it is.
    name : str
        A label for tables and figures.
    origin : mapping of str to JSON values
        How the wavelet was learned; empty if it was not. `WaveletDistiller` writes here the
        ``levels``, ``mode`` and ``axes`` of its transform, its weights and loss, what the search
        began from, and the version of this package. Transforms and features of this wavelet take
        levels, mode and axes from here by default. Two wavelets with the same filter are equal,
        whatever their origins.

    Raises
    ------
    TypeError, ValueError
        If the filter is not a vector of real, finite numbers of even length.

    Examples
    --------
    >>> import wavedistill as wd
    >>> db5 = wd.Wavelet.from_name("db5")
    >>> len(db5.lowpass), len(db5.angles)
    (10, 5)
    >>> again = wd.Wavelet.from_angles(db5.angles)
    >>> float(db5.distance(again)) < 1e-9
    True
    """

    lowpass: Array
    name: str
    origin: Mapping[str, Any]

    def __init__(
        self, lowpass: ArrayLike, *, name: str = "", origin: Mapping[str, Any] | None = None
    ) -> None:
        if isinstance(lowpass, str):
            raise TypeError(
                f"lowpass={lowpass!r} is no filter; for a wavelet by its name, write "
                f"Wavelet.from_name({lowpass!r})."
            )
        taps = float_array(lowpass, "lowpass").astype(np.float64)
        if taps.ndim != 1 or len(taps) % 2:
            raise ValueError(
                f"lowpass has shape {taps.shape}, and a filter is a vector of even length; pad it "
                "with a zero at one end."
            )
        taps.flags.writeable = False
        object.__setattr__(self, "lowpass", taps)
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "origin", MappingProxyType(dict(origin or {})))

    @classmethod
    def from_name(cls, name: str) -> Self:
        """One of PyWavelets' orthogonal wavelets: haar, db1-db38, sym2-sym20, coif1-coif17.

        Raises
        ------
        ValueError
            For a biorthogonal or continuous wavelet, for ``dmey`` (its filter is a truncation,
            orthonormal only to 1.4e-3), or for a name that PyWavelets does not know.
        """
        key = name.lower() if isinstance(name, str) else ""
        if key in orthogonal_names():
            return cls(np.array(pywt.Wavelet(key).rec_lo), name=key)
        remedy = "Choose one of haar, db1-db38, sym2-sym20, coif1-coif17."
        if key == "dmey":
            reason = (
                "wavelet 'dmey' is refused: its filter is a truncation that is orthonormal only to "
                "1.4e-3, and the methods here need an exact one."
            )
        elif key in pywt.wavelist(kind="discrete"):
            reason = f"wavelet {name!r} is biorthogonal, and an orthogonal one is needed."
        elif key in pywt.wavelist(kind="continuous"):
            reason = f"wavelet {name!r} is continuous: it has no filter of finite length."
        else:
            reason = f"{name!r} is not the name of a wavelet of PyWavelets."
        raise ValueError(f"{reason} {remedy}")

    @classmethod
    def from_angles(cls, angles: ArrayLike, *, name: str = "") -> Self:
        """The orthonormal filter of the lattice with these N/2 angles.

        Parameters
        ----------
        angles : array_like, shape (N/2,)
            Radians, with sum pi/4 up to multiples of 2 pi, which is sum h = sqrt 2.

        Raises
        ------
        ValueError
            If the sum is another, or the angles are no vector.
        """
        turns = float_array(angles, "angles").astype(np.float64)
        if turns.ndim != 1:
            raise ValueError(f"angles have shape {turns.shape}, and must be a vector.")
        excess = turns.sum() - np.pi / 4
        if abs(np.angle(np.exp(1j * excess))) > ORTHONORMAL_TOLERANCE:
            raise ValueError(
                f"the angles sum to {turns.sum():.6g}, and a lowpass filter needs pi/4 = "
                f"{np.pi / 4:.6g} up to multiples of 2 pi; subtract {excess:.6g} from the last."
            )
        return cls(Lattice.of(turns[:-1]).forward(turns[:-1]), name=name)

    @property
    def highpass(self) -> Array:
        """The highpass filter g[n] = (-1)^n h[N-1-n] (PyWavelets' ``rec_hi``), shape (N,)."""
        return quadrature_mirror(self.lowpass)

    @property
    def angles(self) -> Array:
        """The N/2 angles of the orthonormal lattice, in radians, with sum pi/4.

        Raises
        ------
        ValueError
            If the filter is not orthonormal to 1e-8.
        """
        self.require_orthonormal()
        lattice = Lattice(len(self.lowpass))
        return lattice.angles(lattice.right_inverse(self.lowpass))

    def require_orthonormal(self, purpose: str = "angles") -> None:
        """Raise a `ValueError` that names the worst residual, unless all are below 1e-8."""
        defects = residuals(self.lowpass)
        worst = max(defects, key=lambda key: abs(defects[key]))
        if not abs(defects[worst]) <= ORTHONORMAL_TOLERANCE:
            raise ValueError(
                f"{purpose} need an orthonormal filter, and this one is off by "
                f"{abs(defects[worst]):.2g} in {worst} (at most {ORTHONORMAL_TOLERANCE:g} is "
                "allowed); see residuals()."
            )

    def residuals(self) -> dict[str, float]:
        """Distance of the filter from each condition on a valid wavelet (Eq. 9-11 of the paper).

        Returns
        -------
        dict of str to float
            ``lowpass_sum`` (sum h - sqrt 2), ``highpass_sum`` (sum g), ``unit_norm``
            (||h|| - 1), ``power_complementarity`` (the largest
            ``||h^(w)|^2 + |h^(w + pi)|^2 - 2|`` over w = 2 pi k / N), ``double_shift`` (the largest
            ``|sum_n h[n] h[n - 2k]|`` over k != 0), all zero for a valid wavelet; and
            ``min_response``, the smallest |h^(w)| on [-pi/2, pi/2], which must be positive (third
            condition of Theorem 1 of the paper; 1 for the Haar filter, sqrt 2 at most).
        """
        return {**residuals(self.lowpass), "min_response": min_response(self.lowpass)}

    def functions(self, level: int = 8) -> WaveletFunctions:
        """The scaling function and the wavelet, by PyWavelets' cascade algorithm.

        Parameters
        ----------
        level : int
            Number of iterations; the grid has ``2**level`` points per unit of time.

        Returns
        -------
        WaveletFunctions
            ``phi``, ``psi`` and ``x``, each of shape ((N - 1) 2^level + 1,), one longer for the
            Haar wavelet; x begins at 0 and runs over the support, N - 1.
        """
        phi, psi, x = self.to_pywt().wavefun(level=integer(level, "level", minimum=1))
        return WaveletFunctions(phi, psi, x)

    def distance(
        self, other: Wavelet | str | ArrayLike, level: int = 5, sign: bool = True
    ) -> float:
        """Distance to another wavelet, as the paper measures it (Sec 4.1).

        The smallest l2 norm of the difference of the samples of psi, on PyWavelets' grid of
        `level`, over all circular shifts and over left/right reversal; where the supports differ,
        the shorter function is padded with zeros.

        Parameters
        ----------
        other : Wavelet, str or array_like
            A wavelet, its name, or its lowpass filter.
        level : int
            Of the grid: the norm grows as ``2**(level / 2)``.
        sign : bool
            Also take the smaller over psi and -psi, which transform alike up to the sign of every
            coefficient. ``False`` is the paper's own measure.
        """
        reference = as_wavelet(other).functions(level).psi
        own, fixed = align(self.functions(level).psi, reference, sign=sign)
        return float(np.linalg.norm(own - fixed))

    def closest_known(self) -> tuple[str, float]:
        """The closest of PyWavelets' orthogonal wavelets that are no longer, and its distance."""
        fitting = (pywt.Wavelet(name) for name in orthogonal_names())
        distances = {
            known.name: self.distance(known.name)
            for known in fitting
            if known.rec_len <= len(self.lowpass)
        }
        return min(distances.items(), key=lambda item: item[1])

    def to_pywt(self) -> pywt.Wavelet:
        """The same wavelet for the functions of PyWavelets and of ptwt, its likeness in PyTorch."""
        h, g = self.lowpass, self.highpass
        wavelet = pywt.Wavelet(self.name or "wavedistill", filter_bank=(h[::-1], g[::-1], h, g))
        wavelet.orthogonal = wavelet.biorthogonal = True
        return wavelet

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the wavelet and its origin, whole or not at all.

        A name that ends in ``.safetensors`` makes such a file, any other name JSON.
        """
        write_record(path, _FORMAT, {**self.record(), "residuals": self.residuals()})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a wavelet that `save` wrote.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file holds something else.
        """
        return cls.from_record(read_record(path, _FORMAT, "Wavelet.save", ["lowpass"]))

    def record(self) -> dict[str, Any]:
        """The wavelet as JSON values: its name, its lowpass filter and its origin."""
        return {
            "name": self.name,
            "lowpass": self.lowpass.tolist(),
            "origin": dict(self.origin),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """The wavelet that `record` described."""
        if "lowpass" not in record:
            raise ValueError("the record of a wavelet lacks its lowpass filter.")
        name, origin = str(record.get("name", "")), record.get("origin", {})
        return cls(np.asarray(record["lowpass"]), name=name, origin=origin)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Wavelet) and np.array_equal(self.lowpass, other.lowpass)

    def __hash__(self) -> int:
        # Adding 0 turns -0 into 0: equal wavelets must have equal hashes.
        return hash((self.lowpass + 0.0).tobytes())

    def __reduce__(self) -> tuple[Any, ...]:
        # Through the constructor, so that a copy is as immutable as the original.
        return partial(type(self), name=self.name, origin=dict(self.origin)), (self.lowpass,)

    def __repr__(self) -> str:
        taps = np.array2string(self.lowpass, precision=4, separator=", ", max_line_width=10**6)
        label = f", name={self.name!r}" if self.name else ""
        return f"Wavelet({taps}{label})"


def as_wavelet(value: WaveletLike) -> Wavelet:
    """Make a `Wavelet` of a name, a `pywt.Wavelet` or a lowpass filter; keep one that is one."""
    if isinstance(value, Wavelet):
        return value
    if isinstance(value, str):
        return Wavelet.from_name(value)
    if isinstance(value, pywt.Wavelet):
        wavelet = Wavelet(np.array(value.rec_lo), name=value.name)
        if not np.allclose(wavelet.highpass, value.rec_hi, atol=ORTHONORMAL_TOLERANCE):
            raise ValueError(
                f"wavelet {value.name!r} is biorthogonal: its highpass filter is not the "
                "quadrature mirror of its lowpass filter (Eq. 11); give an orthogonal one."
            )
        return wavelet
    if isinstance(getattr(value, "wavelet_", None), Wavelet):
        raise TypeError(f"wavelet is a {type(value).__name__}; give its transform_ or wavelet_.")
    return Wavelet(np.asarray(value))


def orthogonal_names() -> tuple[str, ...]:
    """The names of PyWavelets' orthogonal wavelets with an exact filter."""
    return tuple(name for family in _EXACT_FAMILIES for name in pywt.wavelist(family))
