"""Summaries of the undecimated transform: what a shift of the signal does not change."""

import numpy as np
import pytest
import pywt
from sklearn.utils.estimator_checks import check_estimator

from tests.helpers import normal
from wavedistill.students import UndecimatedSummary
from wavedistill.wavelets import WaveletTransform

X = normal(6, 40)


def by_name(features, data):
    columns = features.fit(data).transform(data).T
    return dict(zip(features.get_feature_names_out(), columns, strict=True))


@pytest.mark.parametrize("name", ["haar", "db2", "sym4"])
def test_with_zeros_beside_the_signal_it_summarises_the_whole_convolution(name):
    room = 64 * (pywt.Wavelet(name).rec_len + 2)
    wide = np.pad(X, ((0, 0), (room, room - 40)))
    bands = pywt.swt(wide, name, 3, axis=1, trim_approx=True)
    found = by_name(UndecimatedSummary(name, levels=3).fit(X), X)
    for label, band in zip(("cA3", "cD3", "cD2", "cD1"), bands, strict=True):
        np.testing.assert_allclose(found[f"{label} largest"], band.max(axis=1))
        np.testing.assert_allclose(found[f"{label} smallest"], band.min(axis=1))
        np.testing.assert_array_equal(found[f"{label} largest at"], band.argmax(axis=1) - room)
        np.testing.assert_array_equal(found[f"{label} smallest at"], band.argmin(axis=1) - room)
        positive = np.maximum(band, 0).sum(axis=1)
        np.testing.assert_allclose(found[f"{label} sum of positive"], positive)
        np.testing.assert_allclose(
            found[f"{label} sum of negative"], band.sum(axis=1) - positive, atol=1e-12
        )


@pytest.mark.parametrize("shift", [1, 5, 8])
def test_a_shift_moves_the_places_and_nothing_else(shift):
    inner = np.pad(X, ((0, 0), (10, 10)))
    features = UndecimatedSummary("db3", levels=3).fit(inner)
    before, after = features.transform(inner), features.transform(np.roll(inner, shift, axis=1))
    moves = np.array([name.endswith(" at") for name in features.get_feature_names_out()])
    np.testing.assert_allclose(after - before, shift * np.tile(moves, (6, 1)), atol=1e-12)


def test_channels_images_and_other_modes():
    both = np.stack([X, X[::-1]], axis=1)
    features = UndecimatedSummary("db2", levels=2, locations=False).fit(both)
    single = UndecimatedSummary("db2", levels=2, locations=False).fit(X)
    expected = np.hstack([single.transform(X), single.transform(X[::-1])])
    np.testing.assert_allclose(features.transform(both), expected)
    assert features.get_feature_names_out()[12] == "channel 1: cA2 largest"
    last = UndecimatedSummary("db2", levels=2, axes=1, locations=False)
    np.testing.assert_allclose(last.fit_transform(np.moveaxis(both, 1, 2)), expected)

    images = normal(3, 16, 8)
    plain = UndecimatedSummary(WaveletTransform("haar", 1, "periodization", (1, 2))).fit(images)
    found = by_name(plain, images)
    level = pywt.swt2(images, "haar", 1, axes=(1, 2), trim_approx=True)
    bands = {"cA1": level[0], **dict(zip(("cH1", "cV1", "cD1"), level[1], strict=True))}
    assert len(found) == 4 * 8
    for label, band in bands.items():
        np.testing.assert_allclose(found[f"{label} largest"], band.max(axis=(1, 2)))
        rows = [np.unravel_index(each.argmin(), each.shape)[0] for each in band]
        np.testing.assert_array_equal(found[f"{label} smallest at (axis 0)"], rows)


def test_the_checks_of_scikit_learn_pass():
    checks = check_estimator(UndecimatedSummary("haar", levels=1), on_skip=None)
    assert sum(check["status"] == "passed" for check in checks) > 40


def test_precision_stays_and_too_many_levels_are_refused():
    single = UndecimatedSummary("db2", levels=2).fit(X.astype(np.float32))
    assert single.transform(X.astype(np.float32)).dtype == np.float32
    with pytest.raises(ValueError, match="levels=9 is too deep"):
        UndecimatedSummary("db2", levels=9).fit(X)
