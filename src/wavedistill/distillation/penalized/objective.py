"""Eq. 8 of the paper as a function of N free filter numbers.

    reconstruction + five filter penalties
        + sparsity * mean_i ||A_h x_i||_1  +  interpretation * mean_i ||S_h^T m_i||_1

The multipliers m are arrays, so the teacher is visited once, before training, and the gradient of
the interpretation term is exact. (The authors' code differentiates twice through the teacher with
TRIM's residual held fixed, which lets the teacher's argument move with the filter.)
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from wavedistill.checks import Floats
from wavedistill.distillation.objective import Term
from wavedistill.distillation.penalized.penalties import (
    FILTER_PENALTIES,
    mean_l1_norm,
    mean_squared_distance,
    scaling_factors,
)
from wavedistill.wavelets import Decomposition
from wavedistill.wavelets.tensors import adjoint, analysis, synthesis

__all__ = ["PenalizedObjective", "exact_convolutions"]

Array = NDArray[np.float64]
Bands = tuple[Tensor, ...]

#: Samples of X that are transformed at once where no gradient is wanted.
_CHUNK_SAMPLES = 2**22
#: Signals up to this length are multiplied by the matrices of the transforms: a few products in
#: place of three convolutions a level, for which the calls cost more than the sums.
_MATRIX_LENGTH = 256


class PenalizedObjective:
    """All eight terms of Eq. 8 over given data.

    Parameters
    ----------
    signals : ndarray, shape (n, ...)
    terms : sequence of Term
        The sparsity and the interpretation term, or one of them, with weights and scales.
        Multipliers of several targets hold all examples once for each of them.
    decomposition : Decomposition
    scaling : str
        ``"paper"`` or ``"published"``.
    device : str, torch.device or None
        Where the data is kept; None is the CPU.
    """

    def __init__(
        self,
        signals: Floats,
        terms: Sequence[Term],
        decomposition: Decomposition,
        *,
        scaling: str = "paper",
        device: str | torch.device | None = None,
    ) -> None:
        given = {term.name: term for term in terms}
        self._factors = scaling_factors(scaling, decomposition.levels)
        for name in ("sparsity", "interpretation"):
            weight = given[name].weight / given[name].scale if name in given else 0.0
            self._factors[name] *= float(weight)
        arrays = [signals]
        if "interpretation" in given:
            arrays.append(given["interpretation"].signals)
        dtype = np.result_type(*arrays)
        where = torch.device("cpu" if device is None else device)
        along = decomposition.along(signals.shape)
        last = tuple(range(-len(along), 0))
        self._decomposition = Decomposition(decomposition.levels, decomposition.mode, last)
        self._signals, *others = (_channels_first(a, along, dtype, where) for a in arrays)
        # Shape (targets, n, channels, ...): a minibatch has all targets of its examples.
        per_target = (-1, *self._signals.shape)
        self._multipliers = others[0].reshape(per_target) if others else None

    def __len__(self) -> int:
        return len(self._signals)

    @property
    def signals(self) -> Tensor:
        """Shape (n, channels, length), or (n, channels, height, width), on the device."""
        return self._signals

    def data_terms(
        self, lowpass: Tensor, rows: Tensor, *, interpretation: bool = True
    ) -> dict[str, Tensor]:
        """The three terms that are means over examples, weighted, for some rows.

        Parameters
        ----------
        lowpass : Tensor, shape (N,)
        rows : Tensor of int
            Which examples.
        interpretation : bool
            False leaves that term out.
        """
        signals = self._signals.index_select(0, rows)
        multipliers = None
        if interpretation and self._multipliers is not None:
            multipliers = self._multipliers.index_select(1, rows).flatten(0, 1)
        transforms = self._as_matrices if self._short(signals) else self._as_cascades
        bands, restored, attributions = transforms(lowpass, signals, multipliers)
        terms = {"reconstruction": mean_squared_distance(signals, restored)}
        if self._factors["sparsity"]:
            terms["sparsity"] = mean_l1_norm(bands)
        if attributions is not None:
            terms["interpretation"] = mean_l1_norm(attributions)
        return {name: self._factors[name] * value for name, value in terms.items()}

    def _short(self, signals: Tensor) -> bool:
        """Whether the transforms of the unit signals cost less than those of these."""
        if len(self._decomposition.axes) > 1:
            return False
        length = signals.shape[-1]
        return length <= min(_MATRIX_LENGTH, signals.numel() // length)

    def _as_matrices(
        self, lowpass: Tensor, signals: Tensor, multipliers: Tensor | None
    ) -> tuple[Bands, Tensor, Bands | None]:
        """A_h x, S_h A_h x and S_h^T m from the matrices of the transforms."""
        unit = torch.eye(signals.shape[-1], dtype=signals.dtype, device=signals.device)
        forward = torch.cat(analysis(unit, lowpass, self._decomposition), dim=-1)
        backward = forward
        if self._decomposition.mode != "zero":
            backward = torch.cat(adjoint(unit, lowpass, self._decomposition), dim=-1)
        coefficients = signals @ forward
        attributions = None if multipliers is None else (multipliers @ backward,)
        return (coefficients,), coefficients @ backward.T, attributions

    def _as_cascades(
        self, lowpass: Tensor, signals: Tensor, multipliers: Tensor | None
    ) -> tuple[Bands, Tensor, Bands | None]:
        """The same level by level, for images and for signals with large matrices."""
        bands = analysis(signals, lowpass, self._decomposition)
        lengths = self._decomposition.lengths(signals.shape)
        restored = synthesis(bands, lowpass, self._decomposition, lengths)
        if multipliers is None:
            return bands, restored, None
        attributions = adjoint(multipliers, lowpass, self._decomposition)
        return bands, restored, attributions

    def filter_terms(self, lowpass: Tensor) -> dict[str, Tensor]:
        """The five penalties that are functions of the filter alone, weighted."""
        return {
            name: self._factors[name] * penalty(lowpass)
            for name, penalty in FILTER_PENALTIES.items()
        }

    def evaluate(self, lowpass: Array) -> dict[str, float]:
        """Each of the eight terms over all data, weighted, by name; 0 for a term left out."""
        taps = torch.tensor(lowpass, dtype=self._signals.dtype, device=self._signals.device)
        totals = dict.fromkeys(self._factors, 0.0)
        count = max(1, _CHUNK_SAMPLES // self._signals[0].numel())
        with torch.no_grad(), exact_convolutions():
            for rows in torch.split(torch.arange(len(self), device=taps.device), count):
                for name, value in self.data_terms(taps, rows).items():
                    totals[name] += float(value) * len(rows) / len(self)
            totals.update({n: float(value) for n, value in self.filter_terms(taps).items()})
        return totals


def _channels_first(
    array: Floats, axes: tuple[int, ...], dtype: np.dtype[np.floating], device: torch.device
) -> Tensor:
    """Shape (n, channels, length), or (n, channels, height, width), contiguous."""
    moved = np.moveaxis(array, axes, range(-len(axes), 0))
    sizes = moved.shape[-len(axes) :]
    rows = np.ascontiguousarray(moved, dtype=dtype).reshape(len(array), -1, *sizes)
    return torch.tensor(rows, device=device)


def exact_convolutions() -> AbstractContextManager[None]:
    """Convolutions of cuDNN without TF32, which has ten bits, and with the same sums each time."""
    enabled = torch.backends.cudnn.enabled
    return torch.backends.cudnn.flags(enabled=enabled, deterministic=True, allow_tf32=False)
