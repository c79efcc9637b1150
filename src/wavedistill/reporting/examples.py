"""Which examples a page explains, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wavedistill.plotting.explained import plot_component, plot_prediction
from wavedistill.plotting.results import time_axis
from wavedistill.reporting.pictures import Picture, picture
from wavedistill.reporting.words import number
from wavedistill.students import Distillation
from wavedistill.students.weights import decided

__all__ = ["Example", "Group", "explained"]

Array = NDArray[np.float64]

#: Classes, or outputs, with examples of their own, at most.
_GROUPS = 8
#: Features whose curves are drawn over a signal.
_CURVES = 2


@dataclass(frozen=True)
class Example:
    """An example, what was said of it, and its pictures."""

    title: str
    facts: str
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Group:
    """The examples of a class, or of an output."""

    name: str
    examples: tuple[Example, ...]


def explained(result: Distillation) -> tuple[list[Group], str]:
    """Three examples of each class, or of each output, and a sentence of how they were chosen."""
    if hasattr(result.student, "classes_"):
        return _of_classes(result)
    return _of_numbers(result)


def _of_classes(result: Distillation) -> tuple[list[Group], str]:
    student: Any = result.student
    names = [str(each) for each in student.classes_]
    scores = result.contributions.predictions
    two = scores.shape[1] == 1
    if two:
        scores = np.hstack([-scores, scores]) / 2
    taught = decided(result.outputs.reshape(len(result.outputs), -1))
    truth = taught
    if result.y is not None:
        truth = np.searchsorted(student.classes_, result.y)
    said = scores.argmax(axis=1)
    sizes = np.bincount(truth, minlength=len(names))
    groups = []
    for kind in np.sort(np.argsort(-sizes, kind="stable")[:_GROUPS]):
        rows = np.flatnonzero(truth == kind)
        if not len(rows):
            continue
        margin = scores[rows, kind] - np.delete(scores[rows], kind, axis=1).max(axis=1)
        chosen = _three(rows, margin, ("the clearest", "a typical one", "the hardest"))
        output = 0 if two else int(kind)
        examples = []
        for row, title in chosen:
            facts = f"student: {names[said[row]]}; model: {names[taught[row]]}"
            if result.y is not None:
                facts += f"; label: {names[truth[row]]}"
            if not two:
                each = zip(names, scores[row], strict=True)
                facts += f"; scores: {', '.join(f'{n} {number(s, 3)}' for n, s in each)}"
            examples.append(_example(result, row, output, f"{title} of {names[kind]}", facts))
        groups.append(Group(names[kind], tuple(examples)))
    what = "label" if result.y is not None else "model's class"
    how = (
        f"Examples are grouped by their {what}. The clearest is the one that the student is "
        "surest to be of the class, the hardest the one that it is least sure of, and the typical "
        "one lies in the middle."
    )
    if len(names) > _GROUPS:
        how += f" The {_GROUPS} largest of {len(names)} classes are shown."
    return groups, how


def _of_numbers(result: Distillation) -> tuple[list[Group], str]:
    parts = result.contributions
    taught = result.outputs.reshape(len(result.outputs), -1)
    groups = []
    for output, name in enumerate(parts.outputs[:_GROUPS]):
        predicted = parts.predictions[:, output]
        rows = np.arange(len(predicted))
        chosen = _three(rows, predicted, ("the highest", "a typical one", "the lowest"))
        worst = int(np.abs(taught[:, output] - predicted).argmax())
        examples = []
        for row, title in [*chosen, (worst, "the largest difference from the model")]:
            facts = f"student: {number(predicted[row])}; model: {number(taught[row, output])}"
            if result.y is not None:
                responses = np.asarray(result.y, dtype=np.float64).reshape(len(predicted), -1)
                facts += f"; observed: {number(responses[row, output])}"
            examples.append(_example(result, row, output, title, facts))
        groups.append(Group(name, tuple(examples)))
    how = "Examples are the highest, the middle and the lowest prediction, and the worst one."
    if len(parts.outputs) > _GROUPS:
        how += f" The first {_GROUPS} of {len(parts.outputs)} outputs are shown."
    return groups, how


def _three(
    rows: NDArray[np.intp], values: Array, titles: tuple[str, str, str]
) -> list[tuple[int, str]]:
    """The rows of the greatest, the middle and the least value; each row once."""
    order = rows[np.argsort(-values, kind="stable")]
    found: dict[int, str] = {}
    for place, title in zip((0, len(order) // 2, len(order) - 1), titles, strict=True):
        found.setdefault(int(order[place]), title)
    return list(found.items())


def _example(result: Distillation, row: int, output: int, title: str, facts: str) -> Example:
    parts = result.contributions
    order = np.argsort(-np.abs(parts.against_mean(row, output)), kind="stable")
    curves = [int(order[0])] if parts.signals.ndim > 3 else _of_one_channel(parts, order)
    names = ", ".join(parts.names[feature] for feature in curves)
    name = f"example {row} of output {output}"
    count = min(7, len(order))
    sees = "an image, and the part of it" if parts.signals.ndim > 3 else "a signal, and the part"
    drawn = (
        picture(
            lambda ax: plot_component(
                parts, row, curves, output=output, axis=time_axis(result), ax=ax
            ),
            f"Example {row}: {sees} that the leading features see: {names}.",
            "What the leading features see.",
            name=f"component of {name}",
            height=3.4,
        ),
        picture(
            lambda ax: plot_prediction(parts, row, output=output, count=count, ax=ax),
            f"Example {row}: {parts.outputs[output]} is "
            f"{number(parts.predictions[row, output])}, as a sum over features.",
            "What each feature adds, against the average example."
            + ("" if len(parts.outputs) == 1 else " The class with the largest score wins."),
            name=f"sum of {name}",
            height=0.28 * (count + 3) + 0.8,
        ),
    )
    return Example(f"Example {row}: {title}", facts, drawn)


def _of_one_channel(parts: Any, order: NDArray[np.intp]) -> list[int]:
    """The leading feature, and the next one of its channel."""
    levels = parts.transform.levels

    def channel(feature: int) -> int:
        return int(parts.reading.feature(levels, int(parts.columns[feature])).channel)

    first = channel(int(order[0]))
    return [int(i) for i in order if channel(int(i)) == first][:_CURVES]
