"""A network is distilled, compared and explained in one call."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import wavedistill as wd
from tests.students.test_distilled import oscillations
from wavedistill.students.in_one_call import _with_a_known_wavelet

X, LOGITS = oscillations(240)
X_NEW, LOGITS_NEW = oscillations(120, seed=1)
FAST: dict[str, Any] = {"reading": "energy", "levels": 3, "support": 6, "cv": 3, "refits": None}


@pytest.mark.slow
def test_the_verdict_rests_on_nested_folds_and_names_the_gain(tmp_path):
    labels, labels_new = (LOGITS > 0).astype(int), (LOGITS_NEW > 0).astype(int)
    found = wd.distill(LOGITS, X, labels, X_test=X_NEW, y_test=labels_new, **FAST)
    assert isinstance(found.student, wd.DistilledClassifier)
    assert found.verdict.startswith("The distilled wavelet matters here: +")
    rows = found.comparison.rows
    assert [row.model for row in rows] == [
        "distilled",
        "best known wavelet",
        "data alone",
        "permuted teacher",
        "raw samples",
        "spectrum",
    ]
    means = {row.model: row.scores["accuracy"].mean for row in rows}
    assert means["distilled"] > means["best known wavelet"] + 0.05
    assert found.test["student"] > 0.9
    found.save(tmp_path)
    again = wd.load_student(tmp_path / "student.json")
    np.testing.assert_array_equal(again.predict(X_NEW), found.student.predict(X_NEW))


@pytest.mark.slow
def test_a_network_that_reads_samples_gets_the_verdict_that_no_wavelet_matters():
    torch = pytest.importorskip("torch")
    pytest.importorskip("captum")
    torch.manual_seed(0)
    layers = torch.nn.Linear(96, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1)
    network = torch.nn.Sequential(*layers).double()
    found = wd.distill(network, X, **FAST)
    assert isinstance(found.student, wd.DistilledRegressor)
    assert found.verdict.startswith("The wavelet does not matter here: use ")
    assert "raw samples does better" in found.verdict
    assert "where in the signal something happens" in str(found)
    assert found.attributions is not None
    assert len(found.attributions) == len(X)


QUICK: dict[str, Any] = {
    "reading": "energy",
    "levels": 2,
    "support": 2,
    "cv": 3,
    "compare_cv": None,
    "refits": None,
}


def logit(rows):
    return 2 * np.log(np.mean(rows**2, axis=1)) - np.log(np.mean(np.diff(rows) ** 2, axis=1)) - 4


def test_functions_arrays_and_names_of_classes():
    messages: list[str] = []
    raw = logit(X)
    middle = np.median(raw)
    labels = np.where(raw > middle, "high", "low")
    new = np.where(logit(X_NEW) > middle, "high", "low")
    found = wd.distill(
        lambda rows: np.column_stack([logit(rows), np.full(len(rows), middle)]),
        X,
        labels,
        X_test=X_NEW,
        y_test=new,
        verbose=messages.append,
        sampling_rate=100.0,
        **QUICK,
    )
    # The classes are sorted, and so are the two outputs; what is taught is their difference.
    np.testing.assert_allclose(found.outputs, middle - raw)
    assert found.student.classes_.tolist() == ["high", "low"]
    assert found.test["teacher"] == 1
    assert found.test["student"] == found.test["fidelity"] > 0.8
    assert found.comparison is None
    assert found.attributions is None
    assert found.verdict == found.student.verdict_
    assert messages[0] == "outputs of the model (0 % done)"
    assert any(message.startswith("student: energy: known wavelets") for message in messages)
    decided = found.student.decision_function(X)
    np.testing.assert_allclose(found.contributions.predictions[:, 0], decided)
    lines = str(found).splitlines()
    assert lines[0] == found.verdict
    assert lines[1].startswith("On 120 test examples: accuracy of the student 0.")
    assert lines[2].startswith("The weights are fitted to the ")
    assert lines[4].startswith("  log-odds of low = ")
    assert len(lines) == 5 + 3
    assert lines[-1].endswith(" Hz")
    # What the model returns for new data is not known of an array.
    by_array = wd.distill(found.outputs, X, labels, X_test=X_NEW, y_test=new, **QUICK)
    assert list(by_array.test) == ["student"]
    np.testing.assert_array_equal(by_array.student.predict(X), found.student.predict(X))


def test_everything_is_saved_and_read_again(tmp_path):
    found = wd.distill(logit, X, X_test=X_NEW, **{**QUICK, "compare_cv": 2})
    assert isinstance(found.student, wd.DistilledRegressor)
    assert list(found.test) == ["fidelity"]
    place = tmp_path / "new"
    found.save(place)
    names = sorted(path.name for path in place.iterdir())
    assert names == ["distillation.json", "outputs.npy", "student.json"]
    content = json.loads((place / "distillation.json").read_text())
    assert content["verdict"] == found.verdict
    assert content["comparison"]["rows"] == found.comparison.table().to_dict("records")
    np.testing.assert_array_equal(np.load(place / "outputs.npy"), found.outputs)
    again = wd.load_student(place / "student.json")
    np.testing.assert_array_equal(again.predict(X_NEW), found.student.predict(X_NEW))


def test_a_network_of_two_classes_is_attributed_and_held_against_random_weights(tmp_path):
    torch = pytest.importorskip("torch")
    pytest.importorskip("captum")
    torch.manual_seed(0)
    network = torch.nn.Sequential(
        torch.nn.Unflatten(1, (1, 96)),
        torch.nn.Conv1d(1, 4, 5),
        torch.nn.ReLU(),
        torch.nn.AdaptiveAvgPool1d(1),
        torch.nn.Flatten(),
        torch.nn.Linear(4, 1),
        torch.nn.BatchNorm1d(1, affine=False),
        torch.nn.Sigmoid(),
    ).double()
    network(torch.from_numpy(X))
    settings: dict[str, Any] = {**QUICK, "levels": 1, "cv": 2, "compare_cv": 2}
    found = wd.distill(network, X[:60], task="classification", **settings)
    assert isinstance(found.student, wd.DistilledClassifier)
    probabilities = network.eval()(torch.from_numpy(X[:60])).detach().numpy()[:, 0]
    np.testing.assert_allclose(found.outputs, np.log(probabilities / (1 - probabilities)))
    assert found.comparison["random teacher"].scores["fidelity"].mean <= 1
    assert found.attributions.shape == (60, 96)
    found.save(tmp_path)
    assert wd.Attributions.load(tmp_path / "attributions.npz").shape == (60, 96)


def test_the_reading_is_chosen_once_where_it_is_left_open():
    outputs = np.sin(X[:, 40]) + X[:, 41]
    least: dict[str, Any] = {"levels": 1, "support": 2, "cv": 2, "compare_cv": 2, "refits": None}
    found = wd.distill(outputs, X, **least)
    chosen = (found.learned or found.student).reading_
    assert f"that was compared, {chosen.label!r}, was chosen once, with all" in found.verdict
    alone = wd.distill(outputs, X, reading=chosen.label, **least)
    assert alone.comparison is not None
    assert found.comparison is not None
    assert alone.comparison["distilled"].scores == found.comparison["distilled"].scores
    assert alone.verdict.startswith(alone.comparison.verdict)


def test_the_reading_is_chosen_anew_where_a_known_wavelet_takes_the_place():
    outputs = np.sin(X[:, 40]) + X[:, 41]
    asked: list[tuple[str, Any]] = []

    class Noted(wd.DistilledRegressor):
        def fit(self, X, y=None, **given):  # type: ignore[override]
            asked.append((str(self.wavelet), self.reading))
            return super().fit(X, y, **given)

    student = Noted("auto", levels=1, support=2, cv=2).fit(X, teacher=outputs)
    known = _with_a_known_wavelet(student)
    assert (known.reading, known.wavelet) == ("auto", "known")
    student.set_params(reading="energy")
    wd.compare(student, X, teacher=outputs, cv=2, known_reading="auto")
    assert asked.count(("known", "auto")) == 2
    assert ("known", "energy") not in asked
    assert ("learned", "energy") in asked


def test_the_verdict_names_the_wavelet_of_the_student_where_folds_chose_another():
    least: dict[str, Any] = {"levels": 1, "support": 2, "cv": 2, "compare_cv": 2, "refits": None}
    found = wd.distill(X[:, 40], X, reading="energy", wavelet="learned", **least)
    assert found.comparison is not None
    own = found.student.wavelets_[0].name
    for choice, told in (("coif17", True), (own, False)):
        rows = [replace(row, choice=choice) for row in found.comparison.rows]
        other = replace(found, comparison=replace(found.comparison, rows=tuple(rows)))
        assert (f"The student has {own}, the known" in other.verdict) == told


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"y_test": LOGITS_NEW}, ValueError, "y_test is given without X_test"),
        ({"X_test": X_NEW[:, :9]}, ValueError, r"X_test has examples of shape \(9,\) and X of"),
        ({"X_test": X_NEW, "y_test": [1.0]}, ValueError, "y_test has 1 rows and X_test has 120"),
        ({"task": "ranking"}, ValueError, "task='ranking' must be one of"),
        ({"method": "blackbox"}, ValueError, "give them as attributions="),
        ({"wavelet": "haar", "compare_cv": 3}, ValueError, "wavelet='haar' and learns none"),
        ({"depth": 3, "compare_cv": 3}, TypeError, "unexpected keyword argument 'depth'"),
        ({"batch_size": 0}, ValueError, "batch_size=0 must be at least 1"),
    ],
)
def test_what_cannot_be_used_is_refused(given, error, message):
    with pytest.raises(error, match=message):
        wd.distill(logit, X, **{**QUICK, **given})


def test_a_gain_that_held_out_folds_do_not_confirm_leaves_the_known_wavelet(monkeypatch):
    """The student, what is saved of it and the verdict speak of the same wavelet."""
    monkeypatch.setattr("wavedistill.students.comparison.Comparison.matters", False)
    found = wd.distill(LOGITS, X, compare_cv=2, **{**FAST, "support": 4})
    assert found.learned is not None
    assert found.learned.wavelets_[0].name == ""
    name = found.student.wavelets_[0].name
    assert name
    assert f"The student has {name}, the known wavelet of least error" in found.verdict
    assert found.student.verdict_ == (
        f"No wavelet was learned: the student has the known wavelet {name}."
    )
    np.testing.assert_allclose(
        found.contributions.predictions[:, 0], found.student.predict(X), rtol=1e-9
    )


def test_attributions_of_a_function_are_given():
    given = wd.Attributions(np.ones_like(X) / (1 + np.abs(X)))
    found = wd.distill(logit, X, attributions=given, **QUICK)
    assert found.attributions is given
    with pytest.raises(ValueError, match="examples"):
        wd.distill(logit, X[:50], attributions=given, **QUICK)


def test_a_gain_that_nothing_has_confirmed_is_called_so():
    found = wd.distill(LOGITS, X, compare_cv=None, **{**FAST, "support": 4})
    assert found.verdict.endswith("No nested comparison has confirmed it.")
    assert found.learned is None
