"""Students of images: all that students of signals do, along two axes."""

import json
from typing import Any

import numpy as np
import pytest

import wavedistill as wd
from tests.helpers import normal
from wavedistill.students import DistilledClassifier, DistilledRegressor, load_student
from wavedistill.students.readings import READINGS, ReadSignals, readings_of
from wavedistill.wavelets import Lattice

IMAGE = (-2, -1)
READ = readings_of(2)
FAST: dict[str, Any] = {"levels": 2, "wavelet": "known", "cv": 3, "axes": IMAGE}


def textures(count=240, seed=0):
    """Images, and the log-odds that a hidden filter's sub-bands make."""
    random = np.random.default_rng(seed)
    images = random.standard_normal((count, 24, 20)).cumsum(axis=1).cumsum(axis=2)
    images -= images.mean(axis=(1, 2), keepdims=True)
    images /= np.sqrt(np.mean(images**2))
    hidden = np.tile(Lattice(6).forward([1.9, -0.7]), (2, 1))
    features = ReadSignals(images[:, None], READINGS["energy"], 2, "zero").features(hidden)
    logits = (features - features.mean(axis=0)) @ [1.0, -2.0, 1.5, 1.0, 0.5, -1.0, 1.0]
    return images, 2 * logits / logits.std()


X, LOGITS = textures()
X_NEW, LOGITS_NEW = textures(seed=1)
COLOURED = np.stack([X, X[::-1]], axis=1)


@pytest.mark.slow
def test_a_learned_filter_reaches_the_network_where_known_ones_do_not():
    settings: dict[str, Any] = {"levels": 2, "support": 6, "cv": 4, "axes": IMAGE}
    student = DistilledRegressor("energy", **settings).fit(X, teacher=LOGITS)
    assert student.fidelity(X_NEW, LOGITS_NEW) > 0.97
    assert student.verdict_.startswith("The learned wavelet matters here: it explains")
    assert student.n_numbers_ == 6 + 7 + 1
    assert student.feature_names()[1] == "log-energy of horizontal detail 2"
    named = student.feature_names(sampling_rate=1)
    assert named[1] == "log-energy of horizontal detail 2, 0.125-0.25 down, 0-0.125 across"
    labels = np.where(LOGITS > 0, "rough", "smooth")
    classifier = DistilledClassifier("energy", **settings).fit(X, labels, teacher=LOGITS)
    assert classifier.score(X_NEW, np.where(LOGITS_NEW > 0, "rough", "smooth")) > 0.9


@pytest.mark.parametrize("reading", READ)
def test_axes_may_stand_anywhere(reading):
    first = DistilledRegressor(reading, **FAST).fit(COLOURED, teacher=LOGITS)
    last = np.moveaxis(COLOURED, 1, 3)
    other = DistilledRegressor(reading, **{**FAST, "axes": (1, 2)}).fit(last, teacher=LOGITS)
    np.testing.assert_array_equal(first.predict(COLOURED), other.predict(last))
    assert first.feature_names() == other.feature_names()
    assert first.feature_names()[-1].startswith("channel 1: ")
    flat = DistilledRegressor(reading, **FAST).fit(X, teacher=LOGITS)
    single = DistilledRegressor(reading, **FAST).fit(X[:, None], teacher=LOGITS)
    np.testing.assert_array_equal(flat.predict(X), single.predict(X[:, None]))
    assert flat.feature_names() == single.feature_names()


@pytest.mark.parametrize("parts", [None, 2])
@pytest.mark.parametrize("reading", READ)
def test_contributions_sum_to_the_decision_function_and_have_maps(reading, parts):
    labels = np.digitize(LOGITS, [-1, 1])
    student = DistilledClassifier(reading, parts=parts, **FAST).fit(COLOURED, labels)
    found = student.contributions(COLOURED[:5], sampling_rate=2.0)
    assert found.values.shape == (5, 3, len(found.names))
    np.testing.assert_allclose(found.predictions, student.decision_function(COLOURED[:5]))
    assert found.names == student.feature_names(2.0)
    maps = np.stack([found.curve(3, feature) for feature in range(len(found.names))])
    assert maps.shape[1:] == (24, 20)
    if reading in ("energy", "packets"):
        half = len(maps) // 2
        np.testing.assert_allclose(maps[half:].sum(axis=0), COLOURED[3, 1], atol=1e-10)


@pytest.mark.parametrize("axes", [(-2, -1), [-1, -2], np.array([2, 3])])
@pytest.mark.parametrize("reading", READ)
def test_a_loaded_student_predicts_bit_for_bit_the_same(reading, axes, tmp_path):
    student = DistilledRegressor(reading, **{**FAST, "axes": axes}).fit(COLOURED, teacher=LOGITS)
    student.save(tmp_path / "student.json")
    again = load_student(tmp_path / "student.json")
    for new in (COLOURED[:40], COLOURED[:3].astype(np.float32)):
        np.testing.assert_array_equal(again.predict(new), student.predict(new))
    assert again.feature_names(0.5) == student.feature_names(0.5)
    np.testing.assert_array_equal(
        again.contributions(COLOURED[:2]).curve(1, 3),
        student.contributions(COLOURED[:2]).curve(1, 3),
    )
    again.save(tmp_path / "again.json")
    first, second = (json.loads((tmp_path / f"{n}.json").read_text()) for n in ("student", "again"))
    assert first == second


@pytest.mark.slow
def test_what_is_auto_is_chosen_among_the_readings_of_images():
    settings: dict[str, Any] = {**FAST, "levels": "auto"}
    student = DistilledRegressor("auto", **settings).fit(X, teacher=LOGITS)
    assert student.reading_.label in READ
    assert student.fidelity(X_NEW, LOGITS_NEW) > 0.5
    learned = DistilledRegressor(
        "energy", support="auto", per_level="auto", cv=3, axes=IMAGE, levels=2, max_numbers=16
    ).fit(X[:100], teacher=LOGITS[:100])
    assert learned.n_numbers_ <= 16


@pytest.mark.slow
def test_attributions_are_starts_of_the_search():
    settings: dict[str, Any] = {"levels": 2, "support": 4, "cv": 3, "axes": IMAGE}
    gradients = normal(*X.shape, seed=4)
    student = DistilledRegressor("events", **settings)
    student.fit(X, teacher=LOGITS, attributions=gradients)
    assert student.fidelity(X, LOGITS) > 0.3
    with pytest.raises(ValueError, match="attributions"):
        student.fit(X, teacher=LOGITS, attributions=gradients[:, :9])


def test_images_along_one_axis_earn_a_warning_and_are_channels():
    student = DistilledRegressor("energy", levels=1, wavelet="haar", cv=3)
    with pytest.warns(UserWarning, match=r"For images pass axes=\(-2, -1\)") as caught:
        student.fit(X, teacher=LOGITS)
    assert caught[0].filename == __file__
    assert len(student.feature_names()) == 24 * 2
    with pytest.warns(UserWarning, match="with 24 channels"):
        DistilledClassifier("energy", levels=1, wavelet="haar", cv=3).fit(X, LOGITS > 0)


@pytest.mark.slow
def test_comparisons_hold_images_against_pixels_and_rings():
    student = DistilledRegressor("energy", levels=1, support=4, cv=3, axes=IMAGE)
    found = wd.compare(student, COLOURED[:90], teacher=LOGITS[:90], cv=3, sampling_rate=4.0)
    assert found["raw samples"].choice == f"{2 * 24 * 20} pixels"
    assert found["spectrum"].choice == "11 rings up to 2.828 cycles per unit length"
    assert found["spectrum"].numbers == 2 * 11 + 1
    assert found["distilled"].numbers == 4 + 8 + 1
    assert found["raw samples"].scores["fidelity"].mean < found["distilled"].scores["fidelity"].mean


@pytest.mark.slow
def test_a_network_of_images_is_distilled_in_one_call(tmp_path):
    torch = pytest.importorskip("torch")
    pytest.importorskip("captum")
    torch.manual_seed(0)
    network = torch.nn.Sequential(
        torch.nn.Conv2d(2, 4, 3),
        torch.nn.Tanh(),
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Linear(4, 3),
    ).double()
    found = wd.distill(
        network, COLOURED[:60], task="classification", axes=IMAGE, levels=1, support=2, cv=2,
        compare_cv=None, refits=None, sampling_rate=1.0,
    )  # fmt: skip
    assert found.attributions.shape == COLOURED[:60].shape
    assert "horizontal detail 1, 0.25-0.5 down" in str(found)
    found.save(tmp_path)
    again = wd.load_student(tmp_path / "student.json")
    np.testing.assert_array_equal(again.predict(COLOURED), found.student.predict(COLOURED))
