"""`Attributions`: what a distillation needs from a teacher, as arrays."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self, cast

import numpy as np

from wavedistill.checks import Floats, float_array, same_shape
from wavedistill.files import replacing
from wavedistill.wavelets import WaveletLike, WaveletTransform, as_transform

__all__ = ["Attributions"]

_FORMAT = "wavedistill.attributions"


@dataclass(frozen=True, eq=False, repr=False)
class Attributions:
    """Attributions of a teacher's output to the samples of its input signals.

    Parameters
    ----------
    multipliers : array_like, shape (n, ...) or (K, n, ...)
        Shaped like the signals X, the first axis over examples: gradients, or multipliers m for
        which (x - x') * m is the attribution.
    inputs : array_like or None
        X - baseline, shaped like `multipliers`, for methods whose attribution is a product; None
        for those whose multipliers are the attribution itself, such as saliency.
    method : str
        The name of the method.
    baseline_axis : bool
        Whether a leading axis of both arrays runs over K baselines, over which products are
        averaged.

    standard_error : array_like or None
        For multipliers that are estimates: the standard error of each, shaped like them.

    Raises
    ------
    TypeError, ValueError
        If an array is empty or does not hold finite real numbers, if the shapes disagree, or if
        there is a baseline axis but are no `inputs`.
    """

    multipliers: Floats
    inputs: Floats | None = None
    method: str = "saliency"
    baseline_axis: bool = field(default=False, kw_only=True)
    standard_error: Floats | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        least = 2 + self.baseline_axis
        multipliers = float_array(self.multipliers, "multipliers", min_ndim=least)
        object.__setattr__(self, "multipliers", multipliers)
        for name in ("inputs", "standard_error"):
            if getattr(self, name) is not None:
                array = float_array(getattr(self, name), name, min_ndim=least)
                same_shape(array, multipliers, name, "multipliers")
                object.__setattr__(self, name, array)
        if self.baseline_axis and self.inputs is None:
            raise ValueError(
                "baseline_axis=True needs inputs, X minus each baseline; without them, give the "
                "multipliers averaged over that axis."
            )

    def coefficients(
        self,
        transform: WaveletTransform | WaveletLike,
        levels: int | None = None,
        mode: str | None = None,
        axes: int | Sequence[int] | None = None,
    ) -> Floats:
        """Attributions of the wavelet coefficients of each example (TRIM; Eq. 7 of the paper).

        TRIM attributes through f'(w) = f(S_h w + r) at w = A_h x with the residual r = x - S_h w,
        so that f is evaluated at x itself and multipliers m become S_h^T m. Products are
        A_h (x - x') * S_h^T m, averaged over the baselines x' if there are several.

        Parameters
        ----------
        transform : WaveletTransform, Wavelet, str or array_like
            A transform; or a wavelet, its name or its lowpass filter, with the arguments below.
        levels, mode, axes : optional
            As for `WaveletTransform`; the first axis of X runs over examples.

        Returns
        -------
        ndarray
            In the layout of `WaveletTransform.analysis` of X.

        Raises
        ------
        ValueError
            If the method is a product and the wavelet is not orthonormal: such attributions hold
            only where S_h A_h is the identity. If the axis is none of X.
        """
        bank = as_transform(transform, levels, mode, axes)
        bank.decomposition.along(self.multipliers.shape[self.baseline_axis :])
        if self.inputs is None:
            return bank.adjoint(self.multipliers)
        self._require_orthonormal(bank)
        if not self.baseline_axis:
            return bank.analysis(self.inputs) * bank.adjoint(self.multipliers)
        products = (
            bank.analysis(inputs) * bank.adjoint(multipliers)
            for inputs, multipliers in zip(self.inputs, self.multipliers, strict=True)
        )
        return cast(Floats, sum(products) / len(self.inputs))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the arrays as npz; an existing file is replaced only by a whole one."""
        content: dict[str, Any] = {
            "format": np.array(_FORMAT),
            "version": np.array(1),
            "method": np.array(str(self.method)),
            "baseline_axis": np.array(bool(self.baseline_axis)),
            "multipliers": self.multipliers,
        }
        for name in ("inputs", "standard_error"):
            if getattr(self, name) is not None:
                content[name] = getattr(self, name)
        # Through a handle, since given a path NumPy would append a suffix of its own.
        with replacing(path) as temporary, temporary.open("wb") as file:
            np.savez(file, **content)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read attributions that `save` wrote; nothing is ever unpickled.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file is something else.
        """
        try:
            with open(path, "rb") as file, np.load(file, allow_pickle=False) as content:
                if str(content["format"]) != _FORMAT:
                    raise ValueError(f"it is of format {content['format']}")
                return cls(
                    content["multipliers"],
                    content.get("inputs"),
                    str(content["method"]),
                    baseline_axis=bool(content["baseline_axis"]),
                    standard_error=content.get("standard_error"),
                )
        except (EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
            raise ValueError(
                f"{path} does not hold attributions ({error}); give a file that Attributions.save "
                "wrote."
            ) from error

    def __len__(self) -> int:
        """The number of examples, those of all targets together."""
        return int(self.multipliers.shape[self.baseline_axis])

    def __repr__(self) -> str:
        return (
            f"Attributions(method={self.method!r}, multipliers of shape {self.multipliers.shape})"
        )

    def _require_orthonormal(self, bank: WaveletTransform) -> None:
        try:
            bank.require_orthonormal(f"coefficients of method={self.method!r}")
        except ValueError as error:
            raise ValueError(f"{error} method='saliency' takes any filter.") from None
