"""What the simulation owes to its parts."""

import pytest

pytest.importorskip("torch")

from wavedistill.studies.synthetic.ablations import Plan, ablations

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def rows():
    plan = Plan(
        truth="db2", n_train=600, local_fits=2, widths=(8,), sizes=(400,), randomised=1, draws=2
    )
    told = []
    found = [*ablations(plan, seed=0, notify=told.append)]
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
