"""Students that are fitted anew, with other seeds and to other samples."""

from typing import Any

import numpy as np
import pytest

from tests.helpers import normal
from tests.students.test_distilled import oscillations
from wavedistill.students import DistilledClassifier, DistilledRegressor, stability

X, LOGITS = oscillations(160)
KNOWN: dict[str, Any] = {"levels": 2, "wavelet": "known", "cv": 3}


@pytest.mark.slow
def test_seeds_and_samples_change_little_where_the_answer_is_clear():
    noisy = LOGITS + 0.3 * LOGITS.std() * normal(len(X))
    student = DistilledRegressor("energy", levels=3, support=6, cv=3).fit(X, teacher=noisy)
    found = stability(student, X, teacher=noisy, seeds=1, bootstrap=2)
    assert [refit.kind for refit in found.refits] == ["seed", "bootstrap", "bootstrap"]
    assert found.learned
    assert all(refit.learned for refit in found.refits)
    seed, *samples = found.refits
    assert seed.distance < 0.05
    assert all(seed.distance < sample.distance < 1 for sample in samples)
    assert min(refit.agreement for refit in found.refits) > 0.9
    assert found.kept.tolist() == [1.0] * len(student.feature_names())
    assert "With other seeds, 1 of 1 students have a learned wavelet" in str(found)


def test_features_of_a_small_student_may_go():
    student = DistilledRegressor("events", max_numbers=8, **KNOWN).fit(X, teacher=LOGITS)
    found = stability(student, X, teacher=LOGITS, seeds=0, bootstrap=4)
    assert len(found.kept) == len(student.columns_)
    assert 0 < found.kept.mean() < 1
    for refit in found.refits:
        assert len(refit.weights) <= len(student.columns_) + 6
        assert not refit.learned
    # A refit with another known wavelet is none with the same one.
    name = student.wavelets_[0].name
    same = sum(refit.transform.wavelets[0].name == name for refit in found.refits)
    assert f"examples, {same} of 4 students have the same known wavelet" in str(found)


def test_samples_have_all_classes_and_whole_groups():
    labels = np.repeat([0, 1], [155, 5])
    student = DistilledClassifier("energy", **KNOWN).fit(X, labels)
    found = stability(student, X, labels, seeds=0, bootstrap=3)
    assert all(0.5 < refit.agreement <= 1 for refit in found.refits)
    groups = np.repeat(np.arange(8), 20)
    student = DistilledRegressor("energy", **KNOWN).fit(X, teacher=LOGITS, groups=groups)
    again = [
        stability(student, X, teacher=LOGITS, groups=groups, seeds=0, bootstrap=1, random_state=7)
        for _ in range(2)
    ]
    assert again[0].refits[0].agreement == again[1].refits[0].agreement


def test_numbers_of_fits_are_checked_first():
    student = DistilledRegressor("energy", **KNOWN).fit(X, teacher=LOGITS)
    with pytest.raises(ValueError, match="bootstrap=-1"):
        stability(student, X, teacher=LOGITS, bootstrap=-1)
    assert str(stability(student, X, teacher=LOGITS, seeds=0, bootstrap=0)) == ""
