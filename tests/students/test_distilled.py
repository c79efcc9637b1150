"""Students taught by a network: they match it, count their numbers, and know when to keep out."""

from typing import Any

import numpy as np
import pytest
from sklearn import config_context
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator

from tests.helpers import normal
from wavedistill.students import DistilledClassifier, DistilledRegressor
from wavedistill.students.readings import READINGS, ReadSignals
from wavedistill.wavelets import Lattice, Wavelet, WaveletTransform


def oscillations(count=400, length=96, seed=0):
    """Signals, and the log-odds that the energies of a hidden filter's sub-bands make."""
    random = np.random.default_rng(seed)
    signals = random.standard_normal((count, length)).cumsum(axis=1)
    signals -= signals.mean(axis=1, keepdims=True)
    hidden = Lattice(6).forward([1.9, -0.7])
    scaled = signals / np.sqrt(np.mean(signals**2))
    reader = ReadSignals(scaled[:, None], READINGS["energy"], 3, "zero")
    features = reader.features(np.tile(hidden, (3, 1)))
    logits = (features - features.mean(axis=0)) @ [1.0, -2.0, 1.5, 1.0]
    return signals, 2 * logits / logits.std()


X, LOGITS = oscillations()
X_NEW, LOGITS_NEW = oscillations(seed=1)
FAST: dict[str, Any] = {"levels": 3, "support": 6, "cv": 4}


@pytest.mark.slow
def test_a_learned_filter_reaches_the_network_where_known_ones_do_not():
    student = DistilledRegressor("energy", **FAST).fit(X, teacher=LOGITS)
    assert student.fidelity(X_NEW, LOGITS_NEW) > 0.97
    best, named = student.candidates_[0], student.comparison_
    assert best.error < 0.5 * min(v for k, v in named.items() if k.startswith("best known"))
    assert student.verdict_.startswith("The learned wavelet matters here: it explains")
    # Six taps, four weights and an intercept.
    assert student.n_numbers_ == 11
    assert student.feature_names()[0] == "log-energy of approximation 3"
    assert student.feature_names(8.0)[1] == "log-energy of detail 3, 0.5-1 Hz"
    again = DistilledRegressor("energy", **FAST).fit(X, teacher=LOGITS)
    np.testing.assert_array_equal(again.predict(X_NEW), student.predict(X_NEW))


@pytest.mark.slow
def test_where_any_wavelet_does_the_known_one_is_kept():
    signals = normal(60, 64)
    outputs = np.log(np.mean(signals**2, axis=1)) + 0.1 * normal(60, seed=3)
    student = DistilledRegressor("energy", levels=1, support=10, cv=4).fit(signals, teacher=outputs)
    assert student.verdict_.startswith("The wavelet does not matter here: use ")
    known = student.verdict_.partition("use ")[2].partition(";")[0]
    assert student.wavelets_[0].name == known


@pytest.mark.slow
def test_a_classifier_needs_no_labels_and_takes_those_it_gets():
    student = DistilledClassifier("energy", **FAST).fit(X, teacher=LOGITS)
    assert student.classes_.tolist() == [0, 1]
    assert student.fidelity(X_NEW, LOGITS_NEW) > 0.93
    assert student.score(X_NEW, (LOGITS_NEW > 0).astype(int)) == student.fidelity(X_NEW, LOGITS_NEW)
    proba = student.predict_proba(X_NEW)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    np.testing.assert_array_equal(proba[:, 1] > 0.5, student.decision_function(X_NEW) > 0)
    labels = np.where(LOGITS > 0, "late", "early")
    named = DistilledClassifier("energy", **FAST).fit(X, labels, teacher=LOGITS)
    assert named.classes_.tolist() == ["early", "late"]
    assert np.mean(named.predict(X_NEW) == np.where(LOGITS_NEW > 0, "late", "early")) > 0.93
    alone = DistilledClassifier("energy", **FAST).fit(X, labels)
    assert alone.target_ == "response"
    assert np.mean(alone.predict(X_NEW) == np.where(LOGITS_NEW > 0, "late", "early")) > 0.85


@pytest.mark.slow
def test_several_classes_and_several_outputs():
    three = np.column_stack([LOGITS, -LOGITS, 1 - np.abs(LOGITS)])
    student = DistilledClassifier("energy", **FAST).fit(X, teacher=three)
    assert student.coef_.shape == (3, 4)
    assert student.decision_function(X_NEW).shape == (400, 3)
    assert student.n_numbers_ == 6 + 12 + 3
    outputs = np.column_stack([LOGITS, 3 * LOGITS + 1])
    both = DistilledRegressor("energy", **FAST).fit(X, teacher=outputs)
    np.testing.assert_allclose(both.predict(X)[:, 1], 3 * both.predict(X)[:, 0] + 1, atol=1e-6)


@pytest.mark.slow
def test_a_budget_of_numbers_is_kept():
    student = DistilledRegressor("packets", max_numbers=10, **FAST).fit(X, teacher=LOGITS)
    assert student.n_numbers_ <= 10
    assert len(student.columns_) == len(student.feature_names()) == 3
    with pytest.raises(ValueError, match=r"max_numbers=6 leaves no feature: .* raise it to 8"):
        DistilledRegressor("energy", max_numbers=6, **FAST).fit(X, teacher=LOGITS)


@pytest.mark.slow
@pytest.mark.parametrize(
    "choices",
    [
        {"reading": "auto", "levels": 3, "support": 4},
        {"reading": "energy", "levels": "auto", "support": "auto", "per_level": "auto"},
    ],
    ids=["reading", "the rest"],
)
def test_what_is_auto_is_chosen_in_cross_validation(choices):
    student = DistilledRegressor(**choices, cv=3).fit(X[:120], teacher=LOGITS[:120])
    assert student.fidelity(X_NEW, LOGITS_NEW) > 0.7


@pytest.mark.slow
def test_channels_axes_and_scales_change_nothing_that_they_should_not():
    both = np.stack([X, X[::-1]], axis=1)
    first = DistilledRegressor("energy", **FAST).fit(both, teacher=LOGITS)
    last = DistilledRegressor("energy", axes=1, **FAST).fit(np.moveaxis(both, 1, 2), teacher=LOGITS)
    np.testing.assert_allclose(first.predict(both), last.predict(np.moveaxis(both, 1, 2)))
    assert first.feature_names()[4].startswith("channel 1: ")
    large = DistilledRegressor("energy", **FAST).fit(1000 * X, teacher=LOGITS)
    small = DistilledRegressor("energy", **FAST).fit(X, teacher=LOGITS)
    np.testing.assert_allclose(large.predict(1000 * X_NEW), small.predict(X_NEW), atol=1e-4)


def test_groups_and_folds():
    groups = np.arange(400) // 50
    by_number = DistilledRegressor("energy", **FAST).fit(X, teacher=LOGITS, groups=groups)
    folds = GroupKFold(4)
    setting = {**FAST, "cv": folds}
    by_splitter = DistilledRegressor("energy", **setting).fit(X, teacher=LOGITS, groups=groups)
    np.testing.assert_array_equal(by_number.predict(X), by_splitter.predict(X))
    half = [(np.arange(100, 400), np.arange(100))]
    with pytest.raises(ValueError, match="cv never holds out 300 of 400 examples"):
        DistilledRegressor("energy", levels=3, support=6, cv=half).fit(X, teacher=LOGITS)


@pytest.mark.slow
def test_it_goes_into_pipelines_grids_and_cross_validation():
    student = DistilledRegressor("energy", levels=2, support=4, cv=3)
    halved = make_pipeline(FunctionTransformer(lambda data: data / 2), student)
    assert cross_val_score(halved, X[:100], LOGITS[:100], cv=2).mean() > 0.3
    with config_context(enable_metadata_routing=True):
        student.set_fit_request(teacher=True)
        grid = GridSearchCV(student, {"levels": [2, 3]}, cv=KFold(2), scoring="r2")
        grid.fit(X[:100], LOGITS[:100], teacher=LOGITS[:100])
    assert grid.best_params_["levels"] in (2, 3)


@pytest.mark.parametrize(
    ("changes", "given", "message"),
    [
        ({"reading": "sums"}, {}, "reading='sums' must be one of"),
        ({"support": 7}, {}, "support=7 must be even and at least 2; the next even support is 8"),
        ({"levels": 0}, {}, "levels=0 must be at least 1"),
        ({"target": "labels"}, {}, "target='labels' must be one of 'auto', 'teacher'"),
        ({"target": "response"}, {}, "target='response' needs y"),
        ({"axes": (-3, -2, -1)}, {}, "readings are those of signals and images; give one axis"),
        ({"axes": (-2, -1), "reading": "scattering"}, {}, "'scattering' is one of signals"),
        ({}, {"teacher": LOGITS[:9]}, r"teacher has shape \(9,\) and X has 400 examples"),
        ({}, {"teacher": np.where(LOGITS > 1, np.nan, 0)}, "teacher contains NaN"),
    ],
)
def test_what_cannot_be_used_is_refused(changes, given, message):
    data = X.reshape(400, 2, 4, 12) if "axes" in changes else X
    with pytest.raises(ValueError, match=message):
        DistilledRegressor(**{"reading": "energy", **FAST, **changes}).fit(
            data, **{"teacher": LOGITS, **given}
        )


@pytest.mark.slow
@pytest.mark.parametrize("student", [DistilledRegressor, DistilledClassifier])
def test_the_checks_of_scikit_learn_pass(student):
    results = check_estimator(student("energy", levels=1, support=2, cv=3), on_skip=None)
    assert sum(result["status"] == "passed" for result in results) > 40


def test_known_and_given_wavelets_are_used_as_they_are():
    known = DistilledRegressor("energy", wavelet="known", **FAST).fit(X, teacher=LOGITS)
    assert known.verdict_ == (
        f"No wavelet was learned: the student has the known wavelet {known.wavelets_[0].name}."
    )
    few = DistilledRegressor("energy", wavelet="known", max_numbers=8, **FAST)
    assert few.fit(X, teacher=LOGITS).n_numbers_ <= 8
    given = WaveletTransform([Wavelet(Lattice(4).forward([0.3 * j])) for j in range(2)])
    fixed = DistilledRegressor("energy", wavelet=given, **FAST).fit(X, teacher=LOGITS)
    assert fixed.transform_.wavelets == given.wavelets
    assert fixed.n_numbers_ == 2 * 4 + 3 + 1
    assert DistilledRegressor("energy", wavelet="db3", **FAST).fit(
        X, teacher=LOGITS
    ).wavelets_ == 3 * (Wavelet.from_name("db3"),)
    with pytest.raises(ValueError, match="wavelet has filters of 2 to 4 taps"):
        DistilledRegressor("energy", wavelet=WaveletTransform(["haar", "db2"])).fit(X, LOGITS)
