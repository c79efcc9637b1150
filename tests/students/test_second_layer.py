"""Students whose second layer has filters of its own: numbers, files, parts, what is learned."""

import runpy
from typing import Any

import numpy as np
import pytest

from tests.helpers import normal
from wavedistill.students import DistilledRegressor, load_student
from wavedistill.students.components import component
from wavedistill.students.readings import ReadSignals, as_reading
from wavedistill.wavelets import Lattice, Wavelet, WaveletTransform

LEVELS, OWN = 3, as_reading("scattering-own")
HIDDEN = [Lattice(4).forward([angle]) for angle in (0.3, 1.4)]


def task(count=240):
    """Signals, and numbers that other filters of the second layer make of them."""
    signals = normal(count, 64).cumsum(axis=1)
    signals -= signals.mean(axis=1, keepdims=True)
    reader = ReadSignals((signals / signals.std())[:, None], OWN, LEVELS, "zero")
    features = reader.features(np.stack([HIDDEN[0]] * LEVELS + [HIDDEN[1]] * (LEVELS - 1)))
    return signals, (features - features.mean(axis=0)) @ [1, -1, 1, 1, 2, -2, 2.0]


X, OUTPUTS = task()
SETTINGS: dict[str, Any] = {"levels": LEVELS, "support": 4, "cv": 4}


@pytest.fixture(scope="module")
def student():
    return DistilledRegressor("scattering-own", **SETTINGS).fit(X, teacher=OUTPUTS)


def test_it_learns_a_filter_for_each_layer(student):
    same = DistilledRegressor("scattering", **SETTINGS).fit(X, teacher=OUTPUTS)
    assert student.verdict_.startswith("The learned wavelet matters here")
    assert student.comparison_["student"] < 0.3 * same.comparison_["student"]
    first, second = student.transform_, student.second_transform_
    assert (first.shared, second.shared) == (True, True)
    assert (first.levels, second.levels) == (LEVELS, LEVELS - 1)
    assert first.wavelets[0] != second.wavelets[0]
    # Four taps of each layer, seven weights, an intercept.
    assert student.n_numbers_ == 4 + 4 + 7 + 1
    assert (same.n_numbers_, same.second_transform_) == (4 + 7 + 1, None)
    assert student.feature_names() == same.feature_names()


def test_its_features_are_those_of_both_transforms(student):
    scaled = X / student.scale_
    bands = student.transform_.layout(64).bands(student.transform_.analysis(scaled))
    second = student.second_transform_
    modulations = second.analysis(np.abs(bands[-1]))
    found = second.layout(bands[-1].shape[1]).bands(modulations)[1:]
    expected = [np.log(np.mean(each**2, axis=1) + 1e-4) for each in [*bands, *found]]
    np.testing.assert_allclose(student.features(X)[:, :6], np.stack(expected, axis=1), atol=1e-10)


def test_parts_of_a_prediction_have_curves_by_both_transforms(student):
    parts = student.contributions(X[:5])
    np.testing.assert_allclose(parts.predictions[:, 0], student.predict(X[:5]))
    for column in (0, 6):
        expected = component(
            student.transform_, OWN, X[:5, None], column, student.second_transform_
        )
        np.testing.assert_array_equal(parts.curve(2, column), expected[2])
        alone = component(student.transform_, OWN, X[:5, None], column)
        assert (alone == expected).all() == (column == 0)


def test_it_comes_back_from_its_file(student, tmp_path):
    student.save(tmp_path / "student.json")
    again = load_student(tmp_path / "student.json")
    np.testing.assert_array_equal(again.predict(X), student.predict(X))
    assert again.second_transform_ == student.second_transform_
    assert again.n_numbers_ == student.n_numbers_
    assert [each.wavelets for each in again.candidates_] == [
        each.wavelets for each in student.candidates_
    ]


def test_it_is_exported_with_both_filters(student, tmp_path):
    student.export(tmp_path / "student.py")
    plain = runpy.run_path(str(tmp_path / "student.py"))
    np.testing.assert_allclose(plain["predict"](X), student.predict(X), atol=1e-9)


@pytest.mark.slow
def test_filters_per_level_and_budgets():
    each = DistilledRegressor("scattering-own", per_level=True, **SETTINGS)
    each.fit(X, teacher=OUTPUTS)
    assert len(set(each.transform_.wavelets + each.second_transform_.wavelets)) == 5
    assert each.n_numbers_ == 5 * 4 + 7 + 1
    few = DistilledRegressor("scattering-own", max_numbers=12, **SETTINGS)
    few.fit(X, teacher=OUTPUTS)
    assert few.n_numbers_ == 2 * 4 + 3 + 1


def test_known_and_given_wavelets_serve_both_layers():
    known = DistilledRegressor("scattering-own", wavelet="known", **SETTINGS)
    known.fit(X, teacher=OUTPUTS)
    same = DistilledRegressor("scattering", wavelet="known", **SETTINGS).fit(X, teacher=OUTPUTS)
    np.testing.assert_array_equal(known.predict(X), same.predict(X))
    assert known.n_numbers_ == same.n_numbers_
    given = WaveletTransform([Wavelet(Lattice(4).forward([0.3 * j])) for j in range(LEVELS)])
    fixed = DistilledRegressor("scattering-own", wavelet=given, cv=4).fit(X, teacher=OUTPUTS)
    assert fixed.second_transform_.wavelets == given.wavelets[1:]
    assert fixed.n_numbers_ == LEVELS * 4 + 7 + 1
