"""Candidates are what the fits find; refits on resamples scatter about the wavelet they repeat."""

from typing import Any

import numpy as np
import pytest

import wavedistill as wd
from tests.helpers import normal
from wavedistill.distillation import candidate_wavelets, resampled_wavelets

X = normal(300, 40).astype(np.float32)
MULTIPLIERS = 0.1 * normal(300, 40, seed=1)
MULTIPLIERS[:, 14:20] += wd.Wavelet.from_name("db3").highpass
LOCAL = wd.WaveletDistiller(levels=2, support=6, init="db2", mode="symmetric")


def test_there_is_a_fit_for_every_support_and_balance():
    found = candidate_wavelets(X, MULTIPLIERS, supports=(4, 6), balances=(0.5, 2), distiller=LOCAL)
    for support in (4, 6):
        for balance in (0.5, 2):
            wavelet = next(found)
            assert wavelet.name == f"support {support}, gamma/lambda {balance:g}"
            settings = {**LOCAL.get_params(), "support": support, "interpretation": balance}
            fit = wd.WaveletDistiller(**settings).fit(X, attributions=MULTIPLIERS)
            np.testing.assert_array_equal(wavelet.lowpass, fit.wavelet_.lowpass)
            assert wavelet.origin == fit.wavelet_.origin
    assert not [*found]


def test_without_attributions_there_is_one_fit_for_each_support():
    found = [*candidate_wavelets(X.cumsum(axis=1), supports=(4, 6), distiller=LOCAL)]
    assert [wavelet.origin["interpretation"] for wavelet in found] == [0, 0]


def test_a_search_yields_all_of_its_basins_and_is_read_from_its_file(tmp_path):
    search = wd.WaveletDistiller(levels=2)
    basins = search.set_params(support=6).fit(X, attributions=MULTIPLIERS).candidates_
    assert len(basins) > 1
    for _ in range(2):
        found = [
            *candidate_wavelets(
                X, MULTIPLIERS, supports=[6], balances=[1], distiller=search, folder=tmp_path
            )
        ]
        assert [each.lowpass.tolist() for each in found] == [
            each.wavelet.lowpass.tolist() for each in basins
        ]
    (file,) = tmp_path.iterdir()
    assert file.name == "6_1.json"
    other = candidate_wavelets(
        X[1:], MULTIPLIERS[1:], supports=[6], balances=[1], distiller=search, folder=tmp_path
    )
    with pytest.raises(ValueError, match="other data or settings"):
        next(other)


def test_resampled_wavelets_scatter_about_the_fit():
    learned = wd.WaveletDistiller(support=6, init="db3", levels=3)
    learned.fit(X, attributions=MULTIPLIERS)
    near = resampled_wavelets(learned.wavelet_, X, MULTIPLIERS, count=5)
    distances = [wavelet.distance(learned.wavelet_) for wavelet in near]
    assert 0 < np.mean(distances) < 0.3
    assert len({wavelet.lowpass.tobytes() for wavelet in near}) == 5
    again = resampled_wavelets(learned.wavelet_, X, MULTIPLIERS, count=1)
    np.testing.assert_array_equal(again[0].lowpass, near[0].lowpass)


def test_a_refit_has_the_settings_of_the_fit():
    maps, gradients = (each[:, :36].reshape(300, 6, 6) for each in (X, MULTIPLIERS))
    settings: dict[str, Any] = {"sparsity": 0.5, "interpretation": 2.0, "normalize": False}
    distiller = wd.WaveletDistiller(
        levels=1, support=4, axes=(-2, -1), mode="periodization", init="db2", **settings
    )
    distiller.fit(maps, attributions=gradients)
    (refit,) = resampled_wavelets(distiller.wavelet_, maps, gradients, count=1)
    for name in ("levels", "mode", "axes", *settings):
        assert refit.origin[name] == distiller.wavelet_.origin[name]


def test_a_wavelet_that_was_not_learned_so_is_refused():
    with pytest.raises(ValueError, match="its constraint is None"):
        resampled_wavelets(wd.Wavelet.from_name("db2"), X)
