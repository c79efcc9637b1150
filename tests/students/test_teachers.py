"""Teachers of any kind give outputs of one kind, and tell classes from numbers."""

import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn.linear_model import LogisticRegression

from tests.helpers import normal
from wavedistill.students.teachers import (
    as_logits,
    attributed,
    is_classification,
    random_outputs,
    teacher_outputs,
)

X = normal(20, 6)
SCORES = normal(20, 3, seed=1)


def test_functions_are_run_in_batches_and_arrays_are_taken_as_they_are():
    sizes = []

    def model(rows):
        sizes.append(len(rows))
        return rows[:, :1] ** 2

    found = teacher_outputs(model, X, batch_size=8)
    np.testing.assert_array_equal(found, X[:, 0] ** 2)
    assert sizes == [8, 8, 4]
    np.testing.assert_array_equal(teacher_outputs(SCORES, X, batch_size=8), SCORES)
    assert teacher_outputs(SCORES[:, :1].tolist(), X, batch_size=8).shape == (20,)


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        (LogisticRegression(), TypeError, "cannot be called; give one of its methods, such as"),
        (SCORES[:5], ValueError, r"model has shape \(5, 3\) and X has 20 examples"),
        (lambda rows: rows[:1], ValueError, "the model's output has shape .3, 6. and X has 20"),
        (lambda rows: rows * np.nan, ValueError, "the model's output contains NaN"),
        (normal(20, 2, 2), ValueError, r"shape \(20,\) or \(20, outputs\) is needed"),
    ],
)
def test_other_teachers_are_refused(model, error, message):
    with pytest.raises(error, match=message):
        teacher_outputs(model, X, batch_size=8)


def test_probabilities_and_logits_of_a_classifier_are_the_same_teacher():
    logits = SCORES[:, 0]
    np.testing.assert_allclose(as_logits(expit(logits)), logits)
    np.testing.assert_array_equal(as_logits(logits), logits)
    two = SCORES[:, :2]
    np.testing.assert_allclose(as_logits(softmax(two, axis=1)), two[:, 1] - two[:, 0])
    np.testing.assert_allclose(as_logits(two), two[:, 1] - two[:, 0])
    three = as_logits(softmax(SCORES, axis=1))
    np.testing.assert_allclose(softmax(three, axis=1), softmax(SCORES, axis=1))
    # Classes themselves are sure, and not infinitely so.
    assert np.isfinite(as_logits(np.array([0.0, 1.0, 1.0]))).all()
    assert (as_logits(np.array([0.0, 1.0])) > 0).tolist() == [False, True]


@pytest.mark.parametrize(
    ("y", "outputs", "classify"),
    [
        (None, SCORES[:, 0], False),
        (None, SCORES, True),
        (None, (SCORES[:, 0] > 0).astype(float), True),
        (np.arange(20) % 2, SCORES[:, 0], True),
        (np.array(["a", "b", "c", "d"] * 5), SCORES, True),
        (np.arange(20) % 3, SCORES, True),
        # Counts, by a network with one output.
        (np.arange(20) % 5, SCORES[:, 0], False),
        (normal(20), SCORES[:, 0], False),
        (normal(20, 3), SCORES, False),
    ],
)
def test_the_task_is_told_from_the_response_and_the_outputs(y, outputs, classify):
    assert is_classification("auto", y, outputs) == classify
    assert is_classification("classification", y, outputs)
    assert not is_classification("regression", y, outputs)


def test_an_unknown_task_is_refused():
    with pytest.raises(ValueError, match="task='ranking' must be one of 'auto', 'classification'"):
        is_classification("ranking", None, SCORES)


def test_what_is_attributed():
    assert attributed(SCORES[:, 0], False) == 0
    assert attributed(SCORES, False) == "all"
    np.testing.assert_array_equal(attributed(SCORES, True), SCORES.argmax(axis=1))
    difference = attributed(SCORES[:, :2], True)
    assert callable(difference)
    np.testing.assert_array_equal(difference(SCORES), SCORES[:, 1] - SCORES[:, 0])


def test_modules_are_run_in_evaluation_mode_and_left_as_they_were():
    torch = pytest.importorskip("torch")
    pytest.importorskip("captum")
    nn = torch.nn
    network = nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4), nn.Dropout(), nn.Linear(4, 2))
    network.train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    state = torch.random.get_rng_state()
    found = teacher_outputs(network, X, batch_size=7)
    blank = random_outputs(network, X, batch_size=7, seed=0)
    assert blank is not None
    assert torch.equal(torch.random.get_rng_state(), state)
    assert all(module.training for module in network.modules())
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert all(parameter.requires_grad for parameter in network.parameters())
    with torch.no_grad():
        expected = network.eval()(torch.from_numpy(X).float()).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert blank.shape == found.shape
    assert not np.allclose(blank, found, atol=0.1)
    again, other = (random_outputs(network, X, batch_size=20, seed=seed) for seed in (0, 1))
    assert again is not None
    assert other is not None
    np.testing.assert_allclose(again, blank, rtol=1e-5, atol=1e-6)
    assert not np.allclose(other, blank, atol=0.1)


def test_parameters_that_no_layer_draws_are_drawn_too():
    torch = pytest.importorskip("torch")
    pytest.importorskip("captum")

    class Own(torch.nn.Module):  # type: ignore[name-defined]
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.linspace(-1, 1, 6))

        def forward(self, rows):
            return rows @ self.weight

    network = Own()
    found = random_outputs(network, X, batch_size=20)
    assert found is not None
    assert not np.allclose(found, teacher_outputs(network, X, batch_size=20), atol=0.1)
    # There is no random network of functions and arrays.
    assert random_outputs(lambda rows: rows[:, 0], X, batch_size=20) is None
    assert random_outputs(SCORES, X, batch_size=20) is None


def test_modules_that_fail_or_return_something_else_are_refused():
    torch = pytest.importorskip("torch")
    pytest.importorskip("captum")

    class Pair(torch.nn.Module):  # type: ignore[name-defined]
        def forward(self, rows):
            return rows, rows

    with pytest.raises(ValueError, match="the model returns tuple for 20 examples, and a tensor"):
        teacher_outputs(Pair(), X, batch_size=20)
    with pytest.raises(ValueError, match="the model fails on X, given in batches of shape"):
        teacher_outputs(torch.nn.Linear(5, 1), X, batch_size=20)


def test_outputs_that_look_like_classes_are_not_taken_for_numbers_without_a_word():
    classes = (np.arange(20) % 3).astype(float)
    with pytest.warns(UserWarning, match=r"predict_proba.*task='regression'"):
        assert not is_classification("auto", classes, classes)
    assert not is_classification("regression", classes, classes)
