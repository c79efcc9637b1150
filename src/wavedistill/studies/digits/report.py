"""The study of digits in one folder: its table, its figures, and the student."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from wavedistill.plotting import Score, plot_scores
from wavedistill.plotting.style import CATEGORIES, INK
from wavedistill.studies.digits.study import Amount, Study, run
from wavedistill.studies.output import Notify, save_figure, save_table

__all__ = ["Reproduction", "reproduce"]

#: Features that are drawn of each digit.
_FEATURES = 6


class Reproduction(NamedTuple):
    """What `reproduce` found and wrote."""

    study: Study
    files: tuple[Path, ...]


def reproduce(
    folder: Path, amount: Amount, *, seed: int = 0, notify: Notify = lambda message: None
) -> Reproduction:
    """Run the study, and write its table, its figures and the student to the folder."""
    study = run(amount, seed=seed, notify=notify)
    notify("drawing")
    files = [
        save_table(study.rows, folder / "models.csv"),
        save_figure(_scores(study), folder / "scores.png"),
        save_figure(_classes(study), folder / "classes.png"),
        folder / "student.json",
    ]
    study.student.save(folder / "student.json")
    return Reproduction(study, tuple(files))


def _scores(study: Study) -> Figure:
    scores = [
        Score(
            row.model,
            row.accuracy,
            row.accuracy_se,
            is_reference=row.model == "network",
            details={"numbers": f"{row.numbers:,}", "fidelity": f"{row.fidelity:.3f}"},
        )
        for row in study.rows
    ]
    return plot_scores(scores, "accuracy")


def _classes(study: Study) -> Figure:
    """For each digit an example that the student is sure of, and what speaks for it there."""
    task, student = study.task, study.student
    probabilities = student.predict_proba(task.X_test)
    figure = Figure(figsize=(15, 17), layout="constrained")
    rows = figure.subplots(10, 2, width_ratios=[1, 7])
    for digit, (picture, bars) in enumerate(rows):
        surest = int(np.where(task.y_test == digit, probabilities[:, digit], -1).argmax())
        picture.imshow(task.X_test[surest], cmap="gray_r")
        picture.set_axis_off()
        picture.set_title(str(digit), loc="left")
        parts = student.contributions(task.X_test[surest : surest + 1])
        # What is the same for all digits says nothing: only differences from their mean count.
        values = parts.values[0, digit] - parts.values[0].mean(axis=0)
        order = np.argsort(-np.abs(values))[:_FEATURES][::-1]
        colours = [CATEGORIES[0] if values[k] > 0 else INK for k in order]
        bars.barh(range(len(order)), values[order], color=colours)
        bars.set_yticks(range(len(order)), [parts.names[k] for k in order], fontsize=7)
        bars.axvline(0, color="black", linewidth=0.8)
        bars.spines[["top", "right"]].set_visible(False)
    rows[-1][1].set_xlabel(
        "what the feature adds to the score of the digit, less the mean over all digits"
    )
    return figure
