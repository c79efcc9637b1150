"""How the penalized formulation is minimised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wavedistill.checks import integer

if TYPE_CHECKING:
    import torch

__all__ = ["PenalizedSettings"]

_SCALINGS = ("paper", "published")


@dataclass(frozen=True)
class PenalizedSettings:
    """Minibatch Adam on Eq. 8 with free filters; the defaults are those of the paper's Appendix B.

    Parameters
    ----------
    epochs : int
        Passes over the data with all terms.
    batch_size : int
        Examples in a minibatch; the last of an epoch may be smaller.
    learning_rate : float
        Of Adam.
    scaling : str
        ``"paper"``: the terms as they stand in Eq. 8. ``"published"``: those of the authors' code.
        See `wavedistill.distillation.penalized.penalties.scaling_factors`.
    warm_up : int
        Passes before those, without the interpretation term: with a start that is no known wavelet
        they make the rest stable (the paper's Limitations).
    device : str, torch.device or None
        Where to compute; all of the data goes there at once. None is the CPU.

    Raises
    ------
    TypeError, ValueError
        For values that make no sense.
    """

    epochs: int = 50
    batch_size: int = 100
    learning_rate: float = 1e-3
    scaling: str = "paper"
    warm_up: int = 0
    device: str | torch.device | None = None

    def __post_init__(self) -> None:
        integer(self.epochs, "epochs", minimum=1)
        integer(self.batch_size, "batch_size", minimum=1)
        integer(self.warm_up, "warm_up", minimum=0)
        rate = self.learning_rate
        if isinstance(rate, bool) or not isinstance(rate, (int, float, np.number)):
            raise TypeError(f"learning_rate={rate!r} must be a number above 0.")
        if not 0 < rate < np.inf:
            raise ValueError(f"learning_rate={rate} must be finite and above 0.")
        if self.scaling not in _SCALINGS:
            raise ValueError(f"scaling={self.scaling!r} must be 'paper' or 'published'.")
