"""Students come back from their files as they were."""

import json
from typing import Any

import numpy as np
import pytest

from tests.helpers import normal
from wavedistill.students import DistilledClassifier, DistilledRegressor, load_student
from wavedistill.wavelets import Lattice, Wavelet, WaveletTransform

X = normal(90, 2, 40).cumsum(axis=-1)
OUTPUTS = np.log(np.mean(X**2, axis=(1, 2)))[:, None] @ [[1.0, -1.0, 0.3]] + normal(90, 3, seed=1)
PER_LEVEL = WaveletTransform([Wavelet(Lattice(6).forward([0.3 * j, 1.0])) for j in range(2)])


FAST: dict[str, Any] = {"levels": 2, "wavelet": "known", "cv": 3}
LABELS = np.array(["late", "early", "never"])[(OUTPUTS - OUTPUTS.mean(axis=0)).argmax(axis=1)]
STUDENTS = {
    "several outputs": (DistilledRegressor("events", **FAST), None, OUTPUTS, "predict"),
    "per level": (DistilledRegressor(wavelet=PER_LEVEL), OUTPUTS[:, 0], None, "predict"),
    "classes": (DistilledClassifier("packets", **FAST), LABELS, OUTPUTS, "predict_proba"),
    "logit": (DistilledClassifier("largest", **FAST), None, OUTPUTS[:, 0], "decision_function"),
    "booleans": (
        DistilledClassifier("energy", **FAST),
        OUTPUTS[:, 0] > np.median(OUTPUTS[:, 0]),
        None,
        "predict",
    ),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", list(STUDENTS))
def test_a_loaded_student_predicts_bit_for_bit_the_same(name, dtype, tmp_path):
    unfitted, y, teacher, method = STUDENTS[name]
    student = unfitted.fit(X, y, teacher=teacher)
    student.save(tmp_path / "student.json", notes={"network": "a test"})
    again = load_student(tmp_path / "student.json")
    assert type(again) is type(student)
    new = normal(20, 2, 40, seed=2).astype(dtype)
    ours, theirs = getattr(again, method)(new), getattr(student, method)(new)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs)
    assert again.n_numbers_ == student.n_numbers_
    assert again.feature_names(100.0) == student.feature_names(100.0)
    assert again.candidates_ == student.candidates_
    assert again.verdict_ == student.verdict_
    np.testing.assert_array_equal(
        again.contributions(new).values, student.contributions(new).values
    )
    again.save(tmp_path / "again.json", notes={"network": "a test"})
    first, second = (json.loads((tmp_path / f"{n}.json").read_text()) for n in ("student", "again"))
    # A transform as a parameter is not kept: the fitted one is.
    first["parameters"].setdefault("wavelet", "learned")
    assert first == second
    assert first["provenance"]["notes"] == {"network": "a test"}


def test_files_of_other_things_are_refused(tmp_path):
    path = tmp_path / "student.json"
    DistilledRegressor("energy", **FAST).fit(X, teacher=OUTPUTS).save(path)
    with pytest.raises(ValueError, match="holds a DistilledRegressor, not a DistilledClassifier"):
        DistilledClassifier.load(path)
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "kind": "Tree"}))
    with pytest.raises(ValueError, match="holds a student of kind 'Tree', which this release"):
        load_student(path)
    del content["coef"]
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match="lacks coef; give a file that save of a distilled"):
        load_student(path)
    PER_LEVEL.save(path)
    with pytest.raises(ValueError, match=r"format 'wavedistill\.transform'"):
        load_student(path)
