"""An exported student predicts without this package what the student predicts."""

import ast
import runpy
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from tests.helpers import MODES, normal
from wavedistill.students import DistilledClassifier, DistilledRegressor
from wavedistill.students.readings import READINGS
from wavedistill.wavelets import Lattice, Wavelet, WaveletTransform

X = normal(60, 2, 37).cumsum(axis=-1)
NEW = normal(20, 2, 37, seed=1).cumsum(axis=-1)
OUTPUTS = np.log(np.mean(X**2, axis=(1, 2)))[:, None] @ [[1.0, -1.0, 0.3]] + normal(60, 3, seed=2)
PER_LEVEL = [Wavelet(Lattice(6).forward([0.3 * j, 1.0])) for j in range(3)]
CLASSES = np.array(["late", 'ear"ly', "nev\\er"])[(OUTPUTS - OUTPUTS.mean(axis=0)).argmax(axis=1)]


def exported(student, path, sampling_rate=None) -> dict[str, Any]:
    student.export(path, sampling_rate)
    return runpy.run_path(str(path))


@pytest.mark.parametrize("parts", [1, 3])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("reading", READINGS)
def test_every_reading_in_every_mode(reading, mode, parts, tmp_path):
    # The deepest level is shorter than the filters, and parts of it may be empty.
    transform = WaveletTransform(PER_LEVEL, mode=mode)
    student = DistilledRegressor(reading, wavelet=transform, parts=parts, cv=3)
    student.fit(X, teacher=OUTPUTS[:, 0])
    plain = exported(student, tmp_path / "student.py")
    np.testing.assert_allclose(plain["features"](NEW), student.features(NEW), atol=1e-10)
    np.testing.assert_allclose(plain["predict"](NEW), student.predict(NEW), atol=1e-9)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("reading", ["energy", "events"])
@pytest.mark.parametrize("length", [1, 2, 3])
def test_signals_shorter_than_the_filters(length, reading, mode, tmp_path):
    short, new = X[:, 0, :length], NEW[:, 0, :length]
    transform = WaveletTransform("db3", levels=2, mode=mode)
    student = DistilledRegressor(reading, wavelet=transform, cv=3).fit(short, teacher=OUTPUTS[:, 0])
    plain = exported(student, tmp_path / "student.py")
    np.testing.assert_allclose(plain["features"](new), student.features(new), atol=1e-10)


KNOWN: dict[str, Any] = {"levels": 2, "wavelet": "known", "cv": 3}


@pytest.mark.parametrize(
    ("student", "y", "teacher"),
    [
        (DistilledRegressor("energy", max_numbers=20, **KNOWN), None, OUTPUTS),
        (DistilledRegressor("energy", **KNOWN), None, OUTPUTS[:, :1]),
        (DistilledClassifier("largest", **KNOWN), CLASSES, OUTPUTS),
        (DistilledClassifier("packets", **KNOWN), CLASSES.astype(object), None),
        (DistilledClassifier("energy", max_numbers=8, **KNOWN), OUTPUTS[:, 0] > 2, None),
        (DistilledClassifier("energy", **KNOWN), None, OUTPUTS[:, 0] - 2),
    ],
    ids=["several", "one column", "names", "objects", "booleans", "numbers"],
)
def test_outputs_and_classes(student, y, teacher, tmp_path):
    student.fit(X, y, teacher=teacher)
    plain = exported(student, tmp_path / "student.py")
    for method in ("predict", "predict_proba", "decision_function"):
        if not hasattr(student, method):
            assert method not in plain
            continue
        ours, theirs = plain[method](NEW), getattr(student, method)(NEW)
        assert ours.shape == theirs.shape
        assert ours.dtype == theirs.dtype
        if method == "predict" and hasattr(student, "classes_"):
            np.testing.assert_array_equal(ours, theirs)
        else:
            np.testing.assert_allclose(ours, theirs, atol=1e-9)


def test_time_may_be_any_axis(tmp_path):
    student = DistilledRegressor("energy", axes=1, **KNOWN)
    student.fit(np.moveaxis(X, 1, 2), teacher=OUTPUTS[:, 0])
    plain = exported(student, tmp_path / "student.py")
    new = np.moveaxis(NEW, 1, 2)
    np.testing.assert_allclose(plain["predict"](new), student.predict(new), atol=1e-9)
    with pytest.raises(ValueError, match=r"X has shape \(20, 2, 37\), and its examples must have"):
        plain["predict"](NEW)


def test_the_file_needs_numpy_alone_and_says_what_it_reads(tmp_path):
    path = tmp_path / "student.py"
    student = DistilledClassifier("energy", **KNOWN).fit(X, CLASSES)
    student.export(path, sampling_rate=100.0)
    text = path.read_text()
    imported = {
        alias.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert imported == {"numpy", "collections.abc"}
    assert "# channel 1: log-energy of detail 1, 25-50 Hz" in text
    assert repr(float(student.wavelets_[0].lowpass[0])) in text
    assert student.verdict_ in text
    np.save(tmp_path / "new.npy", NEW)
    code = "import numpy as np, student; print(*student.predict(np.load('new.npy')))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == student.predict(NEW).tolist(), done.stderr


def test_students_of_images_are_refused(tmp_path):
    student = DistilledRegressor("energy", axes=(-2, -1), **{**KNOWN, "levels": 1})
    student.fit(normal(60, 8, 9), teacher=OUTPUTS[:, 0])
    with pytest.raises(ValueError, match=r"reads images, axes=\(-2, -1\), and export writes"):
        student.export(tmp_path / "student.py")
