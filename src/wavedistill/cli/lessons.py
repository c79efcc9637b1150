"""What `distill --student` and `compare` share: a student, and what it is taught, from files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wavedistill.cli.inputs import existing, file_of, read_array, read_column

if TYPE_CHECKING:
    from wavedistill.attribution import Attributions
    from wavedistill.checks import Floats
    from wavedistill.cli.settings import Settings
    from wavedistill.students import DistilledClassifier, DistilledRegressor

__all__ = ["Lesson", "read_attributions", "read_lesson"]


@dataclass(frozen=True)
class Lesson:
    """A student that is not yet fitted, and what it is taught."""

    student: DistilledClassifier | DistilledRegressor
    data: Floats
    labels: Any
    outputs: Any
    attributions: Attributions | Floats | None

    def given(self) -> dict[str, Any]:
        """What `fit` and `compare` get besides the data and the labels."""
        return {"teacher": self.outputs, "attributions": self.attributions}


def read_lesson(
    data: str,
    labels: str | None,
    teacher_outputs: str | None,
    attributions: str | None,
    settings: Settings,
) -> Lesson:
    """Read the files, and make the student that suits them.

    Raises
    ------
    ValueError
        Without labels and teacher outputs, and for files and values that cannot be used.
    """
    if labels is None and teacher_outputs is None:
        raise ValueError(
            "a student needs something to learn; give --teacher-outputs, --labels, or both."
        )
    parameters = settings.parameters()
    import numpy as np

    from wavedistill.checks import float_array
    from wavedistill.students import DistilledClassifier, DistilledRegressor, teachers

    X = float_array(read_array(data, "--data"), "X", min_ndim=2)
    y = None if labels is None else read_column(labels, "--labels")
    outputs = None
    if teacher_outputs is not None:
        raw = read_column(teacher_outputs, "--teacher-outputs")
        outputs = teachers.teacher_outputs(raw, X, batch_size=len(X))
    seen = np.zeros(len(X)) if outputs is None else outputs
    classify = teachers.is_classification(settings.task, y, seen)
    if classify and outputs is not None:
        outputs = teachers.as_logits(outputs)
    student = (DistilledClassifier if classify else DistilledRegressor)(**parameters)
    given = None if attributions is None else read_attributions(attributions)
    return Lesson(student, X, y, outputs, given)


def read_attributions(text: str) -> Attributions | Floats:
    """The attributions that `wavedistill attribute` wrote, or an array of them."""
    from wavedistill.attribution import Attributions

    if file_of(text).suffix == ".npz" and "::" not in text:
        return Attributions.load(existing(file_of(text), "--attributions"))
    return read_array(text, "--attributions")
