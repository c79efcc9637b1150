"""Other truths, what limits their recovery, and what the simulation owes to its parts."""

from dataclasses import replace

import numpy as np
import pytest

from wavedistill.datasets import make_synthetic
from wavedistill.wavelets import Wavelet, adjoint_synthesis
from wavedistill.wavelets.lattice import complete_angles, filter_from_angles

torch = pytest.importorskip("torch")
ablations = pytest.importorskip("wavedistill.studies.synthetic.ablations")
identify = pytest.importorskip("wavedistill.studies.synthetic.identifiability")
variants = pytest.importorskip("wavedistill.studies.synthetic.variants")

EASY = variants.Case("db2", 32, scale=2, levels=2)
#: The basis vectors of the middle of this scale are longer than what is left of the signal.
CUT = variants.Case("db3", 16, scale=2, levels=2)


def task_of(case, n_train=500):
    return make_synthetic(
        n_train, 10, case.length, case.truth, case.levels, case.scale, mode=case.mode
    )


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Threads slow down networks as small as these."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def results():
    return variants.run_cases([EASY, CUT], n_train=2000, epochs=15)


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
    assert cut.exact > variants.RECOVERED
    assert cut.identifiability.leak > 0.1
    assert cut.identifiability.slope < 0


def test_results_repeat(results):
    again = variants.run_cases([EASY], n_train=2000, epochs=15)
    assert replace(again[0], seconds=0.0) == replace(results[0], seconds=0.0)


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
    known = identify.Identifiability(0.0, 1.0)
    row = variants.CaseResult(EASY, 1.0, 0.0, known, 0.0, 0.0, 1.0, 1.0, 2.0, 0.0)
    assert replace(row, **changes).limit == limit


def test_exact_attributions_are_the_gradient_of_the_response():
    task = task_of(EASY)
    multipliers = identify.exact_attributions(task).multipliers
    explained = (task.X_train * multipliers).sum(axis=1)
    assert np.std(task.y_train - explained) == pytest.approx(0.1, rel=0.1)


@pytest.mark.parametrize("case", [variants.Case("db3", 64, 2), CUT])
def test_the_slope_is_the_least_that_steps_away_from_the_truth_meet(case):
    task = task_of(case)
    gradient = identify.exact_attributions(task).multipliers[0].astype(float)
    free, step = task.wavelet.angles[:-1], 1e-5

    def norm(point):
        wavelet = Wavelet(filter_from_angles(complete_angles(point)))
        coefficients = adjoint_synthesis(gradient, wavelet, case.levels, case.mode)
        return np.abs(coefficients).sum(), wavelet.lowpass

    start, lowpass = norm(free)
    turns = np.linspace(0, 2 * np.pi, 2000)
    rises = []
    for direction in np.stack([np.cos(turns), np.sin(turns)], axis=1):
        end, moved = norm(free + step * direction)
        rises.append((end / start - 1) / np.linalg.norm(moved - lowpass))
    found = identify.identifiability(task, sparsity=0.0).slope
    assert found == pytest.approx(min(rises), abs=0.02)


def test_orthonormal_transforms_do_not_leak():
    periodic = replace(CUT, mode="periodization")
    assert identify.identifiability(task_of(periodic)).leak < 1e-12
    assert identify.identifiability(task_of(CUT)).leak > 0.1


def test_identifiability_needs_the_attributions():
    with pytest.raises(ValueError, match="interpretation=0 must be positive"):
        identify.identifiability(task_of(EASY), interpretation=0)


def test_haar_has_no_direction_to_go():
    haar = replace(EASY, truth="haar")
    assert identify.identifiability(task_of(haar)).slope == np.inf


@pytest.fixture(scope="module")
def rows():
    plan = ablations.Plan(
        truth="db2", n_train=600, local_fits=2, widths=(8,), sizes=(400,), randomised=1, draws=2
    )
    told = []
    found = ablations.ablations(seed=0, plan=plan, notify=told.append)
    assert "teachers with random weights" in told
    return {f"{row.group}: {row.setting}": row for row in found}


@pytest.mark.parametrize(
    "setting",
    [
        "weights: sparsity 1, interpretation 1",
        "attribution: input_x_gradient",
        "attribution: integrated_gradients",
        "attribution: expected_gradients",
        "teacher width: 8",
        "training signals: 400",
    ],
)
def test_what_matters_little_recovers(rows, setting):
    assert rows[setting].teacher_r2 > 0.9
    assert rows[setting].distance < 0.2


@pytest.mark.parametrize(
    "setting",
    [
        "weights: sparsity 1, interpretation 0",
        "sanity check: random weights",
        "sanity check: permuted response",
    ],
)
def test_what_knows_nothing_of_the_response_does_not_recover(rows, setting):
    assert rows[setting].distance > 1
    assert rows[setting].recovered == 0


def test_only_teachers_that_learned_predict(rows):
    assert rows["sanity check: random weights"].teacher_r2 < 0.1
    assert rows["sanity check: permuted response"].teacher_r2 < 0.1


def test_several_fits_are_summarised(rows):
    fits, best = (
        rows["start: random angles, local fit"],
        rows["start: random angles, best loss of 2"],
    )
    assert fits.fits == 2
    assert fits.loss == best.loss
