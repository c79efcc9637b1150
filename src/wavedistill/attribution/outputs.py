"""One output of a PyTorch teacher as a function of rows of examples, and its gradient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from captum.attr import IntegratedGradients, Saliency
from torch import Tensor, nn

from wavedistill.attribution.sampling import batches
from wavedistill.attribution.targets import Choice, pick, refuse_not_finite
from wavedistill.checks import Floats

__all__ = ["Output", "Placement", "to_array"]


@dataclass(frozen=True)
class Placement:
    """How arrays reach the teacher: where, in which dtype, and at most how many rows at once."""

    device: torch.device
    dtype: torch.dtype
    rows: int

    def tensor(self, array: Floats) -> Tensor:
        """A copy of the array, as the teacher takes it."""
        return torch.from_numpy(np.array(array)).to(self.dtype).to(self.device)


@dataclass(frozen=True)
class Output:
    """The chosen output of a teacher for the examples of `part`."""

    model: nn.Module
    choice: Choice
    part: slice
    placement: Placement

    def scores(self, rows: Tensor) -> Tensor:
        """One number per row; the rows are the examples in order, once or repeatedly."""
        # A copy, since the model may change its input in place.
        output = self.model(rows.clone())
        scores: Tensor = pick(output, self.choice, self.part, len(rows), Tensor)
        bad = ~torch.isfinite(scores.detach()).view(-1, self.part.stop - self.part.start)
        refuse_not_finite(bad.T.cpu().numpy(), self.part, "the model returns")
        return scores

    def total(self, rows: Tensor) -> Tensor:
        """The sum of the scores, with shape (1,)."""
        # Since rows do not mix, the gradient of the sum holds that of each, in one backward pass:
        # given a number per row, Captum hands autograd each of them as an output of its own.
        return self.scores(rows).sum().reshape(1)

    def gradients(self, points: Floats) -> Floats:
        """Gradients at points of shape (repeats, examples, ...)."""
        repeats, examples = points.shape[:2]
        found = np.empty(points.shape)
        for some in batches(repeats, max(1, self.placement.rows // examples)):
            chunk = points[some]
            rows = self.placement.tensor(chunk.reshape(-1, *points.shape[2:])).requires_grad_()
            gradient = Saliency(self.total).attribute(rows, abs=False)
            found[some] = to_array(gradient).reshape(chunk.shape)
        return found

    def path_gradients(self, ends: Floats, starts: Floats, steps: int) -> Floats:
        """Mean gradients on straight lines, by the Gauss-Legendre rule.

        Parameters
        ----------
        ends, starts : ndarray, shape (examples, ...)
        steps : int
            Points of the rule.
        """
        found = IntegratedGradients(self.total, multiply_by_inputs=False).attribute(
            self.placement.tensor(ends),
            self.placement.tensor(starts),
            n_steps=steps,
            internal_batch_size=self.placement.rows,
        )
        return to_array(found)


def to_array(tensor: Tensor) -> Floats:
    """A tensor of any floating dtype and device as a float64 array."""
    array: Floats = tensor.detach().cpu().double().numpy()
    return array
