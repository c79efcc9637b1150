"""`Attributions`: what a distillation needs from a teacher, as arrays."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self, cast

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from wavedistill.attribution.checking import check_attributions
from wavedistill.attribution.examples import require_inputs, require_shape
from wavedistill.attribution.findings import AttributionCheck
from wavedistill.checks import Floats, float_array, integer, same_shape
from wavedistill.files import replacing
from wavedistill.wavelets import WaveletLike, WaveletTransform, as_transform

__all__ = ["Attributions"]

_FORMAT = "wavedistill.attributions"

#: The arrays that not all attributions have.
_OPTIONAL = ("inputs", "standard_error", "baseline")


@dataclass(frozen=True, eq=False, repr=False)
class Attributions:
    """Attributions of a teacher's output to the samples of its input signals.

    It is a container of n examples, like X: ``len(A)`` is n, ``A[rows]`` selects examples by a
    slice, an array of indices or a boolean mask, and ``np.asarray(A)`` is `multipliers`. So
    scikit-learn's cross-validation splits it along with X.

    Parameters
    ----------
    multipliers : array_like, shape (targets * n, ...) or (K, targets * n, ...)
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
    targets : int
        How many targets are stacked along the axis of examples: all n examples for the first
        target, then all for the second, and so on.
    baseline : float, array_like of shape (...), or None
        The baseline, if all examples have the same one and it is known: then X is
        `inputs` + `baseline`, which `require_examples` checks.

    Raises
    ------
    TypeError, ValueError
        If an array is empty or does not hold finite real numbers, if the shapes disagree, if
        `targets` does not divide the number of rows, or if there is a baseline axis but are no
        `inputs`.

    Examples
    --------
    >>> A = Attributions(np.arange(12.0).reshape(4, 3))
    >>> len(A), A.shape, A[[0, 2]].multipliers.tolist()
    (4, (4, 3), [[0.0, 1.0, 2.0], [6.0, 7.0, 8.0]])
    """

    multipliers: Floats
    inputs: Floats | None = None
    method: str = "saliency"
    baseline_axis: bool = field(default=False, kw_only=True)
    standard_error: Floats | None = field(default=None, kw_only=True)
    targets: int = field(default=1, kw_only=True)
    baseline: Floats | None = field(default=None, kw_only=True)

    #: Python would otherwise make an iterator of `__getitem__`, one integer after the other.
    __iter__: ClassVar[None] = None

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
        rows = multipliers.shape[self.baseline_axis]
        object.__setattr__(self, "targets", integer(self.targets, "targets", minimum=1))
        if rows % self.targets:
            raise ValueError(
                f"targets={self.targets} does not divide the {rows} rows of multipliers; give "
                "all examples once for each target."
            )
        if self.baseline is not None:
            self._set_baseline()

    def _set_baseline(self) -> None:
        if self.inputs is None or self.baseline_axis:
            raise ValueError(
                "baseline is given, and it belongs to inputs with one baseline for all examples; "
                "leave it out."
            )
        given = np.asarray(self.baseline)
        values = float_array(np.atleast_1d(given), "baseline").reshape(given.shape)
        if values.shape not in ((), self.shape[1:]):
            raise ValueError(
                f"baseline has shape {values.shape}; give one number or one example, shape "
                f"{self.shape[1:]}."
            )
        object.__setattr__(self, "baseline", values)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of X, (n, ...), with any number of baselines and targets."""
        rows, *rest = self.multipliers.shape[self.baseline_axis :]
        return (rows // self.targets, *rest)

    def __len__(self) -> int:
        """The number of examples, n; each may have several targets."""
        return self.shape[0]

    def __getitem__(self, rows: Any) -> Self:
        """The attributions of some examples, for all of their targets.

        Parameters
        ----------
        rows : slice, array_like of int, or array_like of bool, shape (n,)
            Which examples.

        Raises
        ------
        TypeError
            For a single integer, which would leave no axis of examples.
        IndexError
            For an example that is not there, or a mask of another length.
        """
        # By an array of indices, which takes what scikit-learn writes too: A[rows, ...].
        chosen = np.arange(len(self))[rows]
        if chosen.ndim != 1:
            raise TypeError(
                "Attributions are selected by a slice, an array of indices or a boolean mask of "
                f"examples, not by {rows!r}; one example is A[[3]]."
            )
        stacked = np.arange(self.targets)[:, None] * len(self) + chosen
        parts = {
            name: np.take(array, stacked.ravel(), axis=int(self.baseline_axis))
            for name in ("multipliers", "inputs", "standard_error")
            if (array := getattr(self, name)) is not None
        }
        return replace(self, **parts)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """The multipliers, with their axis of baselines and the rows of all targets."""
        return np.array(self.multipliers, dtype=dtype, copy=copy)

    def __repr__(self) -> str:
        targets = f", targets={self.targets}" if self.targets > 1 else ""
        return (
            f"Attributions(method={self.method!r}, multipliers of shape "
            f"{self.multipliers.shape}{targets})"
        )

    def require_examples(self, X: ArrayLike) -> None:
        """Check that these are attributions of X, as far as that can be seen.

        The shapes must agree. Where `baseline` is known, or the method is
        ``"input_x_gradient"``, the values of X must be `inputs` + `baseline`, to 1e-4 of the
        largest.

        Parameters
        ----------
        X : array_like, shape (n, ...)

        Raises
        ------
        TypeError
            If X does not hold real numbers.
        ValueError
            If the shapes disagree, or if `inputs` are those of other examples.
        """
        require_shape(self.shape, self.targets, X)
        baseline = self.baseline
        if baseline is None and self.method == "input_x_gradient" and not self.baseline_axis:
            baseline = np.zeros(())
        if self.inputs is not None and baseline is not None:
            require_inputs(self.inputs, baseline, X)

    def check(
        self,
        outputs: ArrayLike | None = None,
        baseline_outputs: ArrayLike | None = None,
        *,
        axes: int | Sequence[int] = -1,
    ) -> AttributionCheck:
        """Look for signs that these attributions mislead; ``print`` shows what was found.

        It checks values that are not finite; completeness, that contributions sum to
        f(x) - f(baseline); recurrent networks that answer by their first or last step; multipliers
        that are constant along the signal; examples whose gradients have vanished; and standard
        errors. What cannot be checked is named.

        Parameters
        ----------
        outputs : array_like, shape (n,) or (n, targets), optional
            What the model returned for X: for each example the outputs that were attributed.
        baseline_outputs : array_like, optional
            The same for the baseline: one number, or an array that broadcasts to `outputs`. With
            several baselines, their mean.
        axes : int or sequence of int
            The axis of time, or the two axes of images.

        Raises
        ------
        TypeError, ValueError
            If outputs are not finite numbers of these shapes, or an axis does not exist.

        Examples
        --------
        >>> A = Attributions(np.ones((3, 8)))
        >>> [finding.name for finding in A.check().problems]
        ['flat multipliers']
        """
        return check_attributions(self, outputs, baseline_outputs, axes)

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
            In the layout of `WaveletTransform.analysis` of X; all examples for each target.

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
            "targets": np.array(self.targets),
            "multipliers": self.multipliers,
        }
        for name in _OPTIONAL:
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
                    method=str(content["method"]),
                    baseline_axis=bool(content["baseline_axis"]),
                    targets=int(content["targets"]),
                    **{name: content.get(name) for name in _OPTIONAL},
                )
        except (EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
            raise ValueError(
                f"{path} does not hold attributions ({error}); give a file that Attributions.save "
                "wrote."
            ) from error

    def _require_orthonormal(self, bank: WaveletTransform) -> None:
        try:
            bank.require_orthonormal(f"coefficients of method={self.method!r}")
        except ValueError as error:
            raise ValueError(f"{error} method='saliency' takes any filter.") from None
