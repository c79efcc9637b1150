"""Other truths, and what limits their recovery."""

from dataclasses import replace

import numpy as np
import pytest

from wavedistill.datasets import make_synthetic
from wavedistill.wavelets import Lattice, WaveletTransform

pytest.importorskip("torch")

from wavedistill.studies.synthetic.cases import RECOVERED, Case, CaseResult, run_cases
from wavedistill.studies.synthetic.identifiability import (
    Identifiability,
    exact_attributions,
    identifiability,
)

EASY = Case("db2", 32, scale=2, levels=2)
#: The basis vectors of the middle of this scale are longer than what is left of the signal.
CUT = Case("db3", 16, scale=2, levels=2)


def task_of(case, n_train=500):
    return make_synthetic(n_train, 10, **vars(case))


@pytest.fixture(scope="module")
def results():
    return [*run_cases([EASY, CUT], n_train=2000, epochs=15)]


def test_an_easy_truth_is_recovered(results):
    easy = results[0]
    assert easy.recovered
    assert easy.limit == ""
    assert easy.teacher_r2 > 0.99
    assert easy.distance <= easy.floor + 0.005
    assert easy.exact < 0.005


def test_a_truth_that_the_ends_of_the_signal_cut_is_not_a_minimum(results):
    cut = results[1]
    assert not cut.recovered
    assert cut.limit == "objective"
    assert cut.exact > RECOVERED
    assert cut.identifiability.leak > 0.1
    assert cut.identifiability.slope < 0


def test_results_repeat(results):
    (again,) = run_cases([EASY], n_train=2000, epochs=15)
    assert replace(again, seconds=0.0) == replace(results[0], seconds=0.0)


@pytest.mark.parametrize(
    ("changes", "limit"),
    [
        ({}, "search"),
        ({"loss": 0.5}, "basin"),
        ({"floor": 0.2}, "teacher"),
        ({"floor": 0.2, "exact": 0.2}, "objective"),
        ({"floor": 0.2, "exact": 0.2, "distance": 0.02}, ""),
    ],
)
def test_the_first_thing_that_fails_is_the_limit(changes, limit):
    known = Identifiability(0.0, 1.0)
    row = CaseResult(EASY, 1.0, 0.0, known, 0.0, 0.0, 1.0, 1.0, 2.0, 0.0)
    assert replace(row, **changes).limit == limit


def test_exact_attributions_are_the_gradient_of_the_response():
    task = task_of(EASY)
    multipliers = exact_attributions(task).multipliers
    explained = (task.X_train * multipliers).sum(axis=1)
    assert np.std(task.y_train - explained) == pytest.approx(0.1, rel=0.1)


def test_the_noise_of_attributions_is_a_share_of_their_size():
    task = task_of(EASY, 5000)
    exact, noisy = (exact_attributions(task, noise).multipliers for noise in (0.0, 0.01))
    share = np.linalg.norm(noisy - exact) / np.linalg.norm(exact)
    assert share == pytest.approx(0.01, rel=0.02)
    np.testing.assert_array_equal(exact_attributions(task, 0.01).multipliers, noisy)
    assert not np.array_equal(exact_attributions(task, 0.01, seed=1).multipliers, noisy)


@pytest.mark.parametrize("case", [Case("db3", 64, 2), CUT])
def test_the_slope_is_the_least_that_steps_away_from_the_truth_meet(case):
    task = task_of(case)
    gradient = exact_attributions(task).multipliers[0].astype(float)
    free, step = task.wavelet.angles[:-1], 1e-5

    def norm(point):
        lowpass = Lattice(6).forward(point)
        coefficients = WaveletTransform(lowpass, case.levels, case.mode).adjoint(gradient)
        return np.abs(coefficients).sum(), lowpass

    start, lowpass = norm(free)
    turns = np.linspace(0, 2 * np.pi, 2000)
    rises = []
    for direction in np.stack([np.cos(turns), np.sin(turns)], axis=1):
        end, moved = norm(free + step * direction)
        rises.append((end / start - 1) / np.linalg.norm(moved - lowpass))
    found = identifiability(task, sparsity=0.0).slope
    assert found == pytest.approx(min(rises), abs=0.02)


def test_the_sparsity_of_the_signals_counts_in_the_slope():
    task = task_of(replace(CUT, mode="periodization"))
    slopes = [identifiability(task, sparsity=weight).slope for weight in (0.0, 1.0, 3.0)]
    assert len({*slopes}) == 3


def test_orthonormal_transforms_do_not_leak():
    periodic = replace(CUT, mode="periodization")
    assert identifiability(task_of(periodic)).leak < 1e-12
    assert identifiability(task_of(CUT)).leak > 0.1


def test_haar_has_no_direction_to_go():
    haar = replace(EASY, wavelet="haar")
    assert identifiability(task_of(haar)).slope == np.inf
