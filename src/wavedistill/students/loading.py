"""Read a student of either kind."""

from __future__ import annotations

import os

from wavedistill.students.classifier import DistilledClassifier
from wavedistill.students.persistence import read_student
from wavedistill.students.regressor import DistilledRegressor

__all__ = ["load_student"]


def load_student(path: str | os.PathLike[str]) -> DistilledClassifier | DistilledRegressor:
    """Read a student that `save` wrote; it predicts exactly as the saved one.

    Parameters
    ----------
    path : path

    Returns
    -------
    DistilledClassifier or DistilledRegressor

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file holds something else.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> import wavedistill as wd
    >>> X = np.random.default_rng(0).standard_normal((60, 32)).cumsum(axis=1)
    >>> student = wd.DistilledRegressor("energy", levels=2, wavelet="haar")
    >>> student = student.fit(X, teacher=np.log(np.mean(X**2, axis=1)))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     student.save(f"{folder}/student.json")
    ...     again = wd.load_student(f"{folder}/student.json")
    >>> bool((again.predict(X) == student.predict(X)).all())
    True
    """
    kind = read_student(path)["kind"]
    for student in (DistilledClassifier, DistilledRegressor):
        if kind == student.__name__:
            return student.load(path)
    raise ValueError(f"{path} holds a student of kind {kind!r}, which this release does not have.")
