"""Features of images are taken from each of the separable transform's sub-bands."""

import numpy as np
import pytest
import pywt
from sklearn.base import clone
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline

import wavedistill as wd
from tests.helpers import normal, wavedec2

IMAGE = (-2, -1)


@pytest.mark.parametrize("sign", ["pos", "neg", "abs"])
def test_top_coefficients_are_taken_from_each_sub_band(sign):
    data = normal(5, 2, 12, 19)
    features = wd.TopCoefficients("db2", levels=2, k=3, sign=sign, axes=IMAGE)
    bands = wavedec2(data, pywt.Wavelet("db2"), 2, "zero")
    key = {"pos": lambda c: -c, "neg": lambda c: c, "abs": lambda c: -abs(c)}[sign]
    expected = [
        [
            c if sign != "abs" else abs(c)
            for channel in range(2)
            for band in bands
            for c in sorted(band[i, channel], key=key)[:3]
        ]
        for i in range(5)
    ]
    np.testing.assert_allclose(features.fit_transform(data), expected)
    names = features.get_feature_names_out()
    word = {"pos": "largest", "neg": "smallest", "abs": "largest magnitude"}[sign]
    assert names[3] == f"channel 0: cH2 {word} 1"
    assert len(names) == 2 * 7 * 3


def test_a_student_of_images_reads_the_coefficient_that_matters():
    data = normal(150, 8, 8)
    target = pywt.dwt2(data, "haar")[1][1][:, 2, 3]  # cV
    student = make_pipeline(
        wd.WaveletCoefficients("haar", levels=1, axes=IMAGE), LinearRegression()
    )
    fitted = clone(student).fit(data, target)
    assert fitted.score(data, target) == pytest.approx(1)
    names = fitted[:-1].get_feature_names_out()
    assert names[np.abs(fitted[-1].coef_).argmax()] == "cV1[2,3]"


def test_the_compression_factor_takes_coefficients_of_images():
    X, M = normal(2, 6, 16, 16)
    transform = wd.WaveletTransform("db2", 2, axes=IMAGE)
    coefficients = transform.analysis(X)
    scores = wd.Attributions(M).coefficients(transform)
    expected = np.mean((np.abs(coefficients) > 0.5) & (np.abs(scores) > 0.5))
    assert wd.compression_factor(coefficients, scores, 0.5) == expected
