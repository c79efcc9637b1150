"""`Distillation`: a model's readable student, with everything on the way to it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wavedistill.attribution import Attributions
from wavedistill.extras import load
from wavedistill.files import replacing, write_json
from wavedistill.frequencies import SamplingRate
from wavedistill.students.classifier import DistilledClassifier
from wavedistill.students.comparison import Comparison
from wavedistill.students.regressor import DistilledRegressor
from wavedistill.students.run import Run
from wavedistill.students.stability import Stability, is_learned
from wavedistill.students.student_contributions import StudentContributions

__all__ = ["Distillation"]

Array = NDArray[np.float64]

_FORMAT = "wavedistill.distillation"


@dataclass(frozen=True, eq=False, repr=False)
class Distillation:
    """A model's readable student, with everything on the way to it: what `distill` returns.

    Parameters
    ----------
    student : DistilledClassifier or DistilledRegressor
    outputs : ndarray, shape (n,) or (n, outputs)
        What the student was taught: the model's outputs, those of a classifier as log-odds or
        logits.
    attributions : Attributions or None
        Of the model, if it is a `torch.nn.Module`.
    comparison : Comparison or None
        Against simpler models, in nested cross-validation.
    contributions : StudentContributions
        What each feature adds to the student's outputs, for the examples of X.
    test : dict of str to float
        On test data: accuracy or R2 of the ``"student"`` and of the ``"teacher"``, and the
        ``"fidelity"`` of the student to the teacher. What was not given is missing.
    y : ndarray or None
        Classes or responses, as they were given.
    stability : Stability or None
        What stays when the student is fitted anew.
    sampling_rate : float, (float, str) or None
        In hertz, or pixels per unit length; or with the unit of frequencies.
    run : Run
        What was asked, how long it took, versions and warnings.
    learned : DistilledClassifier or DistilledRegressor, optional
        The student with the learned wavelet, where the comparison did not confirm its gain and
        `student` has a known one.
    tested : int
        How many test examples there were.
    """

    student: DistilledClassifier | DistilledRegressor
    outputs: Array
    attributions: Attributions | None
    comparison: Comparison | None
    contributions: StudentContributions
    test: Mapping[str, float] = field(default_factory=dict)
    y: NDArray[Any] | None = None
    stability: Stability | None = None
    sampling_rate: SamplingRate = None
    run: Run = field(default_factory=Run)
    learned: DistilledClassifier | DistilledRegressor | None = None
    tested: int = 0

    @property
    def verdict(self) -> str:
        """Whether the distilled wavelet matters: of the comparison, or else of the student."""
        student, sentences = self.student, []
        if self.comparison is None:
            sentences.append(str(student.verdict_))
            if is_learned(student):
                sentences.append("No nested comparison has confirmed it.")
        else:
            sentences.append(self.comparison.verdict)
        name, found = student.wavelets_[0].name, self.comparison
        has = f"The student has {name}, the known wavelet of least error on all examples"
        if self.learned is not None:
            unsure = "a learned one looked better there, but not on held-out folds"
            reads = ""
            if student.reading_ != self.learned.reading_:
                reads = f" It reads {student.reading_.label!r}, chosen anew for known wavelets."
            sentences.append(f"{has}; {unsure}.{reads}")
        elif found is not None and name not in ("", found["best known wavelet"].choice):
            sentences.append(f"{has}.")
        if self.stability is not None and is_learned(student):
            again = self.stability.of("bootstrap")
            kept = sum(refit.learned for refit in again)
            if kept < len(again):
                sentences.append(
                    f"Of {len(again)} students of resampled examples, {kept} have a learned "
                    "wavelet: do not rest a claim on its shape."
                )
        compared = self.learned or student
        if self.comparison is not None and compared.reading == "auto":
            sentences.append(
                f"The kind of features that was compared, {compared.reading_.label!r}, was chosen "
                "once, with all examples in view, so that scores may be a little too good."
            )
        return " ".join(sentences)

    @property
    def note(self) -> str:
        """What the weights were fitted to, where labels and network were both at hand."""
        if self.y is None:
            return ""
        if self.student.target_ == "response":
            return (
                "The weights are fitted to the labels, which predicts them better in "
                "cross-validation; target='teacher' fits the model's outputs more closely, and "
                "for classes target='decisions' fits what it decides."
            )
        if self.student.target_ == "decisions":
            return "The weights are fitted to the model's probabilities, not to the labels."
        return "The weights are fitted to the model's outputs, not to the labels."

    def report(self, path: str | os.PathLike[str], *, title: str = "") -> Path:
        """Write everything as one page of HTML, which needs no other file and no network.

        Parameters
        ----------
        path : path
            Such as ``"report.html"``.
        title : str
            The heading of the page.

        Returns
        -------
        Path
            Where the page is.

        Raises
        ------
        ImportError
            Without Matplotlib and Jinja: ``pip install 'wavedistill[report]'``.
        ValueError
            If `path` does not end in ``.html`` or ``.htm``.
        """
        # The rooms of pictures and pages know this one; it does not know them.
        page: Path = load("wavedistill.reporting", "a report", "report").report(
            self, path, title=title
        )
        return page

    def plot(self, what: str = "weights", *, ax: Any = None, **options: Any) -> Any:
        """Draw one picture (`wavedistill.plotting.plot_result`).

        Parameters
        ----------
        what : str
            ``"weights"``, ``"wavelet"``, ``"bands"``, ``"prediction"``, ``"component"``,
            ``"agreement"``, ``"comparison"``, ``"search"``, ``"scales"``, ``"attributions"``,
            ``"stability"`` or ``"kept"``. They show the examples that the student was fitted to.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure if not given.
        **options
            Such as ``example=3`` for ``"prediction"``, ``"component"`` and ``"attributions"``.

        Returns
        -------
        list of matplotlib.artist.Artist

        Raises
        ------
        ImportError
            Without Matplotlib.
        ValueError
            For a picture that is not known, or that needs what was left out.
        """
        plotting = load("wavedistill.plotting", "drawing", "plot")
        return plotting.plot_result(self, what, ax=ax, **options)

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write everything but the data into a folder, which is made if it is not there.

        ``student.json`` (`wavedistill.load_student`), ``outputs.npy``, ``attributions.npz``
        (`Attributions.load`) if there are any, and ``distillation.json`` with the verdict, the
        comparison, the scores on test data, what stayed in refits, what was asked for, versions,
        times and warnings.
        """
        place = Path(folder)
        self.student.save(place / "student.json", notes={"verdict": self.verdict})
        with replacing(place / "outputs.npy") as temporary, temporary.open("wb") as file:
            np.save(file, self.outputs)
        if self.attributions is not None:
            self.attributions.save(place / "attributions.npz")
        content = {
            "verdict": self.verdict,
            "test": dict(self.test),
            "comparison": None if self.comparison is None else self.comparison.record(),
            "stability": None if self.stability is None else str(self.stability),
            "run": self.run.record(),
        }
        write_json(place / "distillation.json", _FORMAT, content)

    def __str__(self) -> str:
        """The verdict, the scores on test data, and the features that move the outputs most."""
        student, parts = self.student, self.contributions
        lines = [self.verdict]
        if self.comparison is not None and self.comparison.advice:
            lines.append(self.comparison.advice)
        if self.test:
            score = "accuracy" if hasattr(student, "classes_") else "R2"
            names = {"student": f"{score} of the student", "teacher": f"{score} of the model"}
            scores = ", ".join(f"{names.get(k, k)} {value:.3f}" for k, value in self.test.items())
            lines.append(f"On {self.tested:,} test examples: {scores}.")
        if self.note:
            lines.append(self.note)
        second = student.second_transform_
        layers = "" if second is None else f", second layer {second!r}"
        lines.append(f"{student.n_numbers_} numbers, {student.transform_!r}{layers}:")
        for number, output in enumerate(parts.outputs):
            lines.append(f"  {output} = {parts.intercept[number]:.4g}")
            lines += [
                f"    {parts.weights[number, feature]:+.4g} * {parts.names[feature]}"
                for feature in parts.ranked(number)
            ]
        return "\n".join(lines)
