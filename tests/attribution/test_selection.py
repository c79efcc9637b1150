"""`Attributions` as a container of examples: selected, measured, and split by scikit-learn."""

import io
import pickle

import numpy as np
import pytest
import sklearn
from sklearn.base import BaseEstimator
from sklearn.model_selection import GridSearchCV, KFold, cross_validate
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _check_method_params

from wavedistill.attribution import Attributions, attribute

N, LENGTH = 9, 4
X = np.random.default_rng(0).normal(size=(N, LENGTH))

KINDS = ["saliency", "product", "several baselines", "several targets", "both", "estimate"]


def made(kind):
    """Attributions whose values tell the example: multipliers 10 k + example, k the rest."""
    baselines = 3 if kind in ("several baselines", "both") else 0
    targets = 2 if kind in ("several targets", "both") else 1
    leading = (baselines,) if baselines else ()
    multipliers = np.empty((*leading, targets, N, LENGTH))
    multipliers[:] = 10 * np.arange(multipliers[..., 0, 0].size).reshape(*leading, targets, 1, 1)
    multipliers += np.arange(N)[:, None]
    multipliers = multipliers.reshape(*leading, targets * N, LENGTH)
    return Attributions(
        multipliers,
        None if kind in ("saliency", "estimate") else -multipliers,
        kind,
        baseline_axis=bool(baselines),
        standard_error=multipliers + 1 if kind == "estimate" else None,
        targets=targets,
        baseline=np.array(0.5) if kind == "product" else None,
    )


def assert_examples(part, whole, rows):
    """`part` has these examples of `whole`, and everything else is the same."""
    rows = np.arange(N)[rows]
    split = (*whole.multipliers.shape[: whole.baseline_axis], whole.targets, -1, LENGTH)
    for name in ("multipliers", "inputs", "standard_error"):
        of_whole, of_part = getattr(whole, name), getattr(part, name)
        if of_whole is None:
            assert of_part is None
        else:
            np.testing.assert_array_equal(
                of_part.reshape(split), of_whole.reshape(split)[..., rows, :]
            )
    for name in ("method", "baseline_axis", "targets", "baseline"):
        assert getattr(part, name) == getattr(whole, name), name
    assert len(part) == len(rows)


ROWS = {
    "slice": slice(2, 7),
    "step": slice(None, None, -2),
    "indices": np.array([5, 0, 0, -1]),
    "list": [3, 1],
    "mask": np.arange(N) % 3 == 0,
    "list mask": [False, True] * 4 + [True],
}


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("kind", KINDS)
def test_selecting_examples_keeps_all_their_targets_and_baselines(kind, rows):
    whole = made(kind)
    assert (len(whole), whole.shape) == (N, X.shape)
    assert_examples(whole[ROWS[rows]], whole, ROWS[rows])
    assert_examples(_safe_indexing(whole, ROWS[rows]), whole, ROWS[rows])


@pytest.mark.parametrize("kind", KINDS)
def test_scikit_learn_takes_them_for_metadata_of_the_examples(kind):
    whole, rows = made(kind), np.array([7, 2, 3])
    checked = _check_method_params(X, {"attributions": whole}, rows)["attributions"]
    assert_examples(checked, whole, rows)
    assert _check_method_params(X, {"attributions": whole})["attributions"] is whole


@pytest.mark.parametrize("rows", [3, np.int64(3), (0, 1), None, [[0, 1]], np.zeros((N, 1), bool)])
def test_what_selects_no_examples_is_refused(rows):
    with pytest.raises((TypeError, IndexError)):
        made("saliency")[rows]
    with pytest.raises(TypeError, match=r"not by 3; one example is A\[\[3\]\]"):
        made("saliency")[3]


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        ([N], IndexError, "out of bounds"),
        (np.ones(N - 1, bool), IndexError, "did not match|dimension"),
        (slice(0, 0), ValueError, "multipliers is empty"),
    ],
)
def test_examples_that_are_not_there_are_refused(rows, error, message):
    for kind in ("saliency", "several targets"):
        with pytest.raises(error, match=message):
            made(kind)[rows]


def test_they_are_no_sequence_of_examples():
    with pytest.raises(TypeError, match="not iterable"):
        iter(made("saliency"))


@pytest.mark.parametrize("kind", KINDS)
def test_as_an_array_they_are_their_multipliers_and_nothing_is_pickled(kind):
    found = made(kind)
    assert np.asarray(found) is found.multipliers or np.shares_memory(found, found.multipliers)
    assert np.asarray(found, np.float32).dtype == np.float32
    copied = np.array(found)
    assert not np.shares_memory(copied, found.multipliers)
    file = io.BytesIO()
    np.save(file, found, allow_pickle=False)
    file.seek(0)
    np.testing.assert_array_equal(np.load(file, allow_pickle=False), found.multipliers)


def test_worker_processes_get_them_whole():
    found = made("both")
    assert_examples(pickle.loads(pickle.dumps(found)), found, slice(None))


class Recorder(BaseEstimator):
    """Holds X and attributions against each other: both tell the number of each example."""

    def __init__(self, setting=0):
        self.setting = setting

    def fit(self, X, y=None, attributions=None):
        self.rows_ = X[:, 0].astype(int)
        assert_examples(attributions, made(attributions.method), self.rows_)
        return self

    def score(self, X, y=None, attributions=None):
        rows = X[:, 0].astype(int)
        assert not set(rows) & set(self.rows_)
        assert_examples(attributions, made(attributions.method), rows)
        return float(self.setting)


@pytest.mark.parametrize("kind", KINDS)
def test_cross_validation_splits_them_with_the_signals(kind):
    numbered = np.arange(N, dtype=float)[:, None] * np.ones(LENGTH)
    cv = KFold(3, shuffle=True, random_state=0)
    with sklearn.config_context(enable_metadata_routing=True):
        recorder = (
            Recorder().set_fit_request(attributions=True).set_score_request(attributions=True)
        )
        params = {"attributions": made(kind)}
        done = cross_validate(recorder, numbered, cv=cv, params=params, error_score="raise")
        assert len(done["test_score"]) == 3
        search = GridSearchCV(recorder, {"setting": [0, 1]}, cv=cv, error_score="raise")
        search.fit(numbered, attributions=made(kind))
    assert search.best_params_ == {"setting": 1}


def test_the_rows_must_be_all_examples_for_each_target():
    with pytest.raises(ValueError, match="targets=2 does not divide the 9 rows"):
        Attributions(X, targets=2)
    with pytest.raises(ValueError, match="targets=0 must be at least 1"):
        Attributions(X, targets=0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"baseline": 0.0}, "belongs to inputs"),
        ({"inputs": X, "baseline": np.zeros(3)}, r"baseline has shape \(3,\); give .*\(4,\)"),
        ({"inputs": X, "baseline": np.nan}, "baseline contains NaN"),
    ],
)
def test_a_baseline_that_does_not_suit_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Attributions(X, **arguments)


def test_selected_coefficients_are_the_coefficients_of_the_selected():
    function = lambda x: np.stack([x.sum(1), (x**3).sum(1)], axis=1)  # noqa: E731
    found = attribute(function, X, "blackbox", target="all", random_state=0, n_samples=64)
    rows = [4, 2]
    whole = found.coefficients("haar", 1).reshape(2, N, -1)
    np.testing.assert_array_equal(
        found[rows].coefficients("haar", 1).reshape(2, 2, -1), whole[:, rows]
    )
