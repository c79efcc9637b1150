"""Attributions of models with random weights: alike where nothing was learned, else not."""

import numpy as np
import pytest

from tests.helpers import normal
from wavedistill.faithfulness import randomise_parameters

torch = pytest.importorskip("torch")
pytest.importorskip("captum")

X = normal(8, 16)


class Loudness(torch.nn.Module):  # type: ignore[name-defined]
    """A model that learns nothing: attributions cannot depend on its weights."""

    def forward(self, rows):
        return (rows**2).sum(dim=1)


def network():
    torch.manual_seed(0)
    layers = torch.nn.Linear(16, 32), torch.nn.Tanh(), torch.nn.Linear(32, 2)
    return torch.nn.Sequential(*layers).double()


def test_without_parameters_everything_is_left():
    found = randomise_parameters(Loudness(), X, ["samples", "haar"], levels=2, draws=2)
    for basis in ("samples", "haar"):
        np.testing.assert_allclose(found.correlations[basis], np.ones((8, 2)))
        assert found.standard_error(basis) == 0


def test_of_random_weights_little_is_left_and_absolute_values_share_the_signal():
    model = network()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    signed = randomise_parameters(model, X, target=1, draws=4)
    assert signed.correlations["samples"].shape == (8, 4)
    assert abs(signed.mean("samples")) < 0.3
    assert randomise_parameters(model, X, target=1, absolute=True).mean("samples") > 0.3
    again = randomise_parameters(model, X, target=1, draws=4)
    np.testing.assert_array_equal(signed.correlations["samples"], again.correlations["samples"])
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    means = signed.correlations["samples"].mean(axis=0)
    assert signed.standard_error("samples") == pytest.approx(means.std(ddof=1) / 2)
    assert str(signed).endswith(
        f"{signed.mean('samples'):.3f} +- {signed.standard_error('samples'):.3f}"
    )


def test_other_methods_and_their_parameters_are_passed_on():
    found = randomise_parameters(
        network(), X, method="integrated_gradients", target=[0, 1] * 4, draws=1, steps=4
    )
    assert np.isfinite(found.mean("samples"))
    assert np.isnan(found.standard_error("samples"))


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"model": lambda rows: rows[:, 0]}, TypeError, "only the parameters of a torch.nn.Module"),
        ({"draws": 0}, ValueError, "draws=0 must be at least 1"),
        ({"target": None}, ValueError, "target=None"),
        ({"target": "all"}, ValueError, "attributions are of 2 targets"),
    ],
)
def test_what_cannot_be_compared_is_refused(options, kind, message):
    given = {"model": network(), "target": 0, **options}
    with pytest.raises(kind, match=message):
        randomise_parameters(given.pop("model"), X, **given)
