"""The output that is explained: a number for each example, and the class where there are any."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_expit, log_softmax, logsumexp

from wavedistill.attribution.targets import as_target, choices
from wavedistill.checks import Floats
from wavedistill.students.teachers import teacher_outputs

__all__ = ["Output", "OutputKind"]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]

#: What of the model is followed.
OutputKind = Literal["value", "probability", "logit"]

#: Probabilities nearer to 0 or 1 than this are as good as there.
_SURE = 1e-12


@dataclass
class Output:
    """The chosen output of a model, for examples and for what is left of them.

    Parameters
    ----------
    model : torch.nn.Module or callable
    kind : str
        ``"value"``: as the model returns it. ``"probability"`` and ``"logit"`` are for classes: the
        probability of the target class, and its log-odds against all others.
    target : int, array_like of int, "predicted" or None
    batch_size : int
    device : str or torch.device, optional
    """

    model: Any
    kind: OutputKind
    target: int | ArrayLike | Literal["predicted"] | None
    batch_size: int
    device: Any = None
    #: For each example the number of the output, and whether the model returns probabilities.
    labels: Integers = field(init=False, repr=False)
    probabilities: bool = field(init=False, repr=False, default=False)

    def __post_init__(self) -> None:
        if self.kind not in get_args(OutputKind):
            kinds = ", ".join(map(repr, get_args(OutputKind)))
            raise ValueError(f"output={self.kind!r} must be one of {kinds}.")
        if not callable(self.model) and not hasattr(self.model, "predict"):
            raise TypeError(
                f"model is a {type(self.model).__name__}, and masked signals have to be given to "
                "it; give a torch.nn.Module or a function of arrays."
            )

    @property
    def classes(self) -> bool:
        """Whether the outputs stand for classes."""
        return self.kind != "value"

    def check_target(self, examples: int) -> None:
        """Refuse a target that cannot be one, before the model runs."""
        if isinstance(self.target, str) and self.target == "predicted":
            if not self.classes:
                raise ValueError(
                    "target='predicted' is for classes; give output='probability' or 'logit', or "
                    "the number of an output."
                )
            return
        wanted = as_target(self.target, examples)
        if callable(wanted) or isinstance(wanted, str):
            raise TypeError(
                f"target={self.target!r} must be the number of an output, an array of them, "
                "'predicted' or None; a function of outputs can be a part of the model."
            )

    def of_examples(self, X: Floats) -> tuple[Array, Integers]:
        """The output for X, shape (n,), and the class that the model gives each example.

        It settles the target, so it comes before `of_rows`.
        """
        found = self._table(X)
        self.probabilities = self.classes and _are_probabilities(found)
        scores = self._scores(found)
        if isinstance(self.target, str):
            self.labels = scores.argmax(axis=1)
        else:
            wanted = as_target(self.target, len(X))
            # Of a single output that stands for two classes, it is the one for the second.
            if wanted is None and self.classes and found.shape[1] == 1:
                wanted = 1
            [chosen] = choices(wanted, scores, len(X), len(X), np.ndarray)
            self.labels = np.asarray(chosen, dtype=np.intp)
        return self._pick(scores, self.labels), scores.argmax(axis=1)

    def of_rows(self, rows: Floats, examples: Integers) -> tuple[Array, Integers]:
        """The same for rows (r, ...), each what is left of an example, shape (r,)."""
        scores = self._scores(self._table(rows))
        return self._pick(scores, self.labels[examples]), scores.argmax(axis=1)

    def _table(self, rows: Floats) -> Array:
        outputs = teacher_outputs(self.model, rows, batch_size=self.batch_size, device=self.device)
        return outputs.reshape(len(rows), -1)

    def _scores(self, outputs: Array) -> Array:
        """Log-probabilities of all classes, or the values themselves."""
        if not self.classes:
            return outputs
        if self.probabilities:
            sure = np.clip(outputs, _SURE, 1 - _SURE)
            return np.log(np.hstack([1 - sure, sure]) if sure.shape[1] == 1 else sure)
        if outputs.shape[1] == 1:
            return log_expit(np.hstack([-outputs, outputs]))  # type: ignore[no-any-return]
        return log_softmax(outputs, axis=1)  # type: ignore[no-any-return]

    def _pick(self, scores: Array, labels: Integers) -> Array:
        own: Array = np.take_along_axis(scores, labels[:, None], axis=1)[:, 0]
        if self.kind == "probability":
            return np.exp(own)
        if self.kind == "value":
            return own
        others = scores.copy()
        np.put_along_axis(others, labels[:, None], -np.inf, axis=1)
        against: Array = own - logsumexp(others, axis=1)
        return against


def _are_probabilities(outputs: Array) -> bool:
    within = bool((outputs >= 0).all() and (outputs <= 1).all())
    return within and (outputs.shape[1] == 1 or np.allclose(outputs.sum(axis=1), 1, atol=1e-3))
