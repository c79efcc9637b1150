"""Which output of a teacher is attributed: targets, for arrays and tensors alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wavedistill.checks import integer

__all__ = ["Choice", "Target", "as_target", "choices", "pick", "refuse_not_finite"]

Score = Callable[[Any], Any]

#: As a user gives it; an array of labels may also be a tensor.
Target = int | ArrayLike | Score | Literal["all"] | None

#: What is attributed: of each example the output of this number, or a function of the outputs.
Choice = NDArray[np.int64] | Score

_Wanted = Choice | int | Literal["all"] | None


def as_target(target: Target, examples: int) -> _Wanted:
    """`target`, as far as it can be checked before the teacher has run."""
    if target is None or callable(target):
        return target
    if isinstance(target, str):
        if target != "all":
            raise ValueError(
                f"target={target!r} must be a number, an array of labels, a callable or 'all'."
            )
        return "all"
    labels = np.asarray(target)
    if labels.dtype.kind not in "iu":
        raise TypeError(f"target has dtype {labels.dtype}; outputs are named by whole numbers.")
    if labels.ndim == 0:
        return integer(int(labels), "target", minimum=0)
    if labels.shape != (examples,):
        raise ValueError(
            f"target has shape {labels.shape}, and X has {examples} examples; give one label for "
            "each."
        )
    return labels.astype(np.int64)


def choices(wanted: _Wanted, output: Any, rows: int, examples: int, kind: type) -> list[Choice]:
    """What to attribute, one entry per target, given the output for a first batch of rows."""
    if callable(wanted):
        return [wanted]
    outputs = _table(output, rows, kind).shape[1]
    rule = f"the model has {outputs} outputs per example, numbered from 0 to {outputs - 1}"
    if isinstance(wanted, np.ndarray):
        outside = (wanted < 0) | (wanted >= outputs)
        if outside.any():
            first = int(outside.argmax())
            raise ValueError(
                f"target holds {wanted[first]} at index {first}, and {rule}; "
                f"{int(outside.sum())} of {examples} labels are out of range."
            )
        return [wanted]
    if wanted is None and outputs > 1:
        raise ValueError(
            f"target=None, and {rule}; give one of these numbers, an array of labels, a callable "
            "or 'all'."
        )
    if isinstance(wanted, int) and wanted >= outputs:
        raise ValueError(f"target={wanted} is out of range: {rule}.")
    numbers = range(outputs) if wanted == "all" else [int(wanted or 0)]
    return [np.broadcast_to(np.int64(number), examples) for number in numbers]


def pick(output: Any, choice: Choice, part: slice, rows: int, kind: type) -> Any:
    """The chosen output of each row, an array or tensor of shape (rows,).

    The rows are the examples of `part` in order, once or repeatedly.
    """
    if not callable(choice):
        return _table(output, rows, kind)[np.arange(rows), np.resize(choice[part], rows)]
    scores = choice(output)
    if not isinstance(scores, kind) or _shape(scores) not in ((rows,), (rows, 1)):
        raise ValueError(
            f"target returns {_described(scores)} for {rows} examples; it must return one "
            f"number for each, {_noun(kind)} of shape ({rows},)."
        )
    return scores.reshape(rows)  # type: ignore[attr-defined]


def refuse_not_finite(bad: NDArray[np.bool_], part: slice, what: str) -> None:
    """Raise if any value of an example, along the first axis, is bad."""
    found = bad.reshape(len(bad), -1).any(axis=1)
    if found.any():
        raise ValueError(
            f"{what} NaN or infinity for {int(found.sum())} of the first {part.stop} examples, "
            f"the first at index {part.start + int(found.argmax())}; leave such examples out, "
            "or mend the model there."
        )


def _table(output: Any, rows: int, kind: type) -> Any:
    """The output with shape (rows, outputs)."""
    shape = _shape(output) if isinstance(output, kind) else None
    if shape == () and rows == 1:  # what squeeze() makes of a batch of one
        shape = (1,)
    if shape is None or len(shape) not in (1, 2) or shape[0] != rows or 0 in shape:
        raise ValueError(
            f"the model returns {_described(output)} for {rows} examples, and {_noun(kind)} of "
            f"shape ({rows},) or ({rows}, outputs) is needed; give as target a callable that takes "
            "what the model returns and returns one number per example."
        )
    return output.reshape(rows, -1)


def _shape(value: Any) -> tuple[int, ...]:
    return tuple(value.shape)


def _noun(kind: type) -> str:
    return "an array" if kind is np.ndarray else "a tensor"


def _described(value: Any) -> str:
    if hasattr(value, "shape"):
        return f"{_noun(type(value))} of shape {_shape(value)}"
    return f"a value of type {type(value).__name__}"
