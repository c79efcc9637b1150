"""Comparisons are nested, paired and honest: they say when a wavelet matters, and when not."""

import re
from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GroupKFold, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import wavedistill as wd
from tests.helpers import normal
from tests.students.test_distilled import oscillations
from wavedistill.students import Comparison, ComparisonRow, DistilledClassifier, DistilledRegressor
from wavedistill.students.baselines import (
    best_taught,
    linear_model,
    log_spectrum,
    radial_log_spectrum,
)
from wavedistill.students.held_out import Score, hits, paired_score, shares

QUICK = DistilledRegressor("energy", levels=2, support=2, cv=3)
NOISE = normal(90, 32)
POWER = np.log(np.mean(NOISE**2, axis=1))
TONES = np.sin(normal(90, 1) + np.arange(1, 91)[:, None] / 60 * np.arange(40)) + 0.1 * normal(
    90, 40
)


@pytest.mark.slow
def test_a_hidden_filter_beats_every_known_wavelet():
    X, logits = oscillations(300)
    student = DistilledRegressor("energy", levels=3, support=6, cv=3)
    found = wd.compare(student, X, teacher=logits, cv=3, n_jobs=1)
    assert [row.model for row in found.rows] == [
        "distilled",
        "best known wavelet",
        "data alone",
        "permuted teacher",
        "raw samples",
        "spectrum",
    ]
    assert found.matters
    assert found["distilled"].scores["fidelity"].mean > 0.95
    known = found["best known wavelet"]
    assert found.verdict.startswith("The distilled wavelet matters here: +")
    assert f"over {known.choice}, the best known wavelet." in found.verdict
    for row in found.rows[1:]:
        assert row.scores["fidelity"].low > 0.05, row
    assert found["distilled"].numbers == 6 + 4 + 1
    assert found["raw samples"].numbers == 96 + 1
    assert not hasattr(student, "coef_")


@pytest.mark.slow
def test_where_labels_abound_they_do_as_well_without_the_network():
    X, logits = oscillations(400)
    labels = np.where(logits + 0.5 * normal(400) > 0, "late", "early")
    student = DistilledClassifier("energy", levels=3, support=6, cv=3)
    found = wd.compare(student, X, labels, teacher=logits, random_teacher=X[:, 0], cv=2)
    assert found.measure == "accuracy"
    assert found.matters
    assert abs(found["data alone"].scores["accuracy"].gain) < 0.05
    assert " A student that learns from y alone, without the network, " in found.verdict
    assert found["random teacher"].scores["fidelity"].low > 0.01


def test_in_white_noise_the_wavelet_does_not_matter():
    student = DistilledRegressor("energy", levels=1, support=4, cv=2)
    found = wd.compare(student, NOISE, teacher=POWER, cv=2)
    assert not found.matters
    known = found["best known wavelet"].choice
    assert re.search(
        rf"matters? here: use (a known one, such as )?{known}, chosen in ", found.verdict
    )


def test_scores_are_those_of_nested_cross_validation():
    folds = KFold(3, shuffle=True, random_state=1)
    found = wd.compare(QUICK, NOISE, POWER, cv=folds)
    predicted, known = np.empty(90), np.empty(90)
    for train, test in folds.split(NOISE):
        predicted[test] = clone(QUICK).fit(NOISE[train], POWER[train]).predict(NOISE[test])
        student = clone(QUICK).set_params(wavelet="known").fit(NOISE[train], POWER[train])
        known[test] = student.predict(NOISE[test])
    assert found.measure == "R2"
    assert found["distilled"].scores["R2"].mean == pytest.approx(r2_score(POWER, predicted))
    score = found["best known wavelet"].scores["R2"]
    assert score.mean == pytest.approx(r2_score(POWER, known))
    assert score.gain == pytest.approx(r2_score(POWER, predicted) - r2_score(POWER, known))
    assert score.low <= score.gain <= score.high


def test_same_seed_same_comparison():
    messages: list[str] = []
    first = wd.compare(QUICK, NOISE, teacher=POWER, cv=2, verbose=messages.append)
    again = wd.compare(QUICK, NOISE, teacher=POWER, cv=2)
    assert [row.scores for row in first.rows] == [row.scores for row in again.rows]
    told = [message for message in messages if message.startswith("comparison: fold ")]
    assert len(told) == 12
    assert told[-1].startswith("comparison: fold 2 of 2, spectrum (")
    table = first.table()
    assert list(table["model"]) == [row.model for row in first.rows]
    assert {"fidelity", "fidelity standard_error", "fidelity gain", "numbers"} <= set(table)
    assert first.record()["rows"] == table.to_dict("records")
    with pytest.raises(KeyError, match="'db9' is none of 'distilled', 'best known wavelet'"):
        first["db9"]


def test_groups_are_never_on_both_sides_and_are_resampled_whole():
    groups = np.repeat(np.arange(9), 10)
    offsets = normal(9, seed=4)[groups]
    found = wd.compare(QUICK, NOISE, POWER + offsets, groups=groups, cv=3)
    by_splitter = wd.compare(QUICK, NOISE, POWER + offsets, groups=groups, cv=GroupKFold(3))
    assert found.rows[0].scores == by_splitter.rows[0].scores
    own, better = normal(90), normal(90) + 0.5 * offsets
    apart = paired_score(own, better, None, 0)
    whole = paired_score(own, better, groups, 0)
    assert whole.gain == pytest.approx(apart.gain)
    sums = [own[groups == g].mean() for g in range(9)]
    assert whole.standard_error == pytest.approx(np.std(sums, ddof=1) / 3)


def test_classes_of_several_names_and_a_network_of_several_outputs():
    labels = np.array(["low", "middle", "top"])[np.arange(90) // 30]
    outputs = -np.abs((np.arange(90)[:, None] + 0.5) / 30 - [0.5, 1.5, 2.5])
    student = DistilledClassifier("energy", levels=3, support=2, cv=3)
    found = wd.compare(student, TONES, labels, teacher=outputs, cv=3, sampling_rate=100.0)
    scores = found["distilled"].scores
    assert list(scores) == ["accuracy", "fidelity"]
    # The network is always right, so that both are the same.
    assert scores["accuracy"] == scores["fidelity"]
    assert scores["accuracy"].mean > 0.6
    assert found["spectrum"].choice == "17 bins up to 50 Hz"
    assert found["spectrum"].numbers == 17 * 3 + 3
    assert found["spectrum"].scores["accuracy"].mean > 0.8
    assert "A linear model of a plain spectrum " in found.verdict


def test_labels_alone_are_compared_too():
    labels = np.where(np.median(POWER) < POWER, "loud", "quiet")
    found = wd.compare(DistilledClassifier("energy", levels=2, support=2), NOISE, labels, cv=3)
    assert "permuted y" in [row.model for row in found.rows]
    assert list(found["distilled"].scores) == ["accuracy"]
    assert found["distilled"].scores["accuracy"].mean > 0.8


def test_shares_and_hits_are_what_scikit_learn_scores():
    truth, predicted = normal(40, 3), normal(40, 3, seed=1)
    assert shares(predicted, truth).mean() == pytest.approx(r2_score(truth, predicted))
    one, other = np.arange(40) % 3, np.arange(40) % 4
    assert hits(one, other).mean() == accuracy_score(one, other)


@pytest.mark.parametrize("count", [60, 3000])
def test_intervals_hold_the_true_gain_about_as_often_as_they_say(count):
    inside = []
    for seed in range(60):
        own = normal(count, seed=seed)
        score = paired_score(own, own + 0.2 + 0.5 * normal(count, seed=1000 + seed), None, seed)
        inside.append(score.low <= 0.2 <= score.high)
    assert 0.87 <= np.mean(inside) <= 1


def test_equal_models_have_no_gain_and_one_different_example_an_interval():
    own = normal(50)
    assert paired_score(own, own, None, 0)[2:] == (0, 0, 0)
    one = np.zeros(50)
    one[7] = 1
    score = paired_score(np.zeros(50), one, None, 0)
    assert score.gain == 0.02
    assert 0 <= score.low <= 0.02 < score.high < 0.2


def test_groups_of_unequal_size_are_resampled_with_their_sizes():
    groups = np.repeat(np.arange(12), np.arange(1, 13))
    own = normal(78)
    exact = paired_score(own, own + 0.2, groups, 0)
    np.testing.assert_allclose(exact[2:], 0.2)
    near = paired_score(own, own + 0.2 + 1e-3 * normal(78, seed=1), groups, 0)
    assert 0.199 < near.low < near.high < 0.201


def row(model, choice="24 taps", phrase="", **score):
    return ComparisonRow(model, {"accuracy": Score(0.9, 0.01, **score)}, choice, 5, 20, 1.0, phrase)


def comparison(known, training=1000, **others):
    nothing = {"gain": 0.0, "low": 0.0, "high": 0.0}
    rows = [row("distilled", **nothing), row("best known wavelet", "db4", **known)]
    rows += [row(m.replace("_", " "), phrase=f"A {m}", **score) for m, score in others.items()]
    return Comparison(tuple(rows), "accuracy", 1000, 5, training)


def verdict(*args, **others):
    return comparison(*args, **others).verdict


BETTER = {"gain": 0.055, "low": 0.041, "high": 0.0694}
EQUAL = {"gain": 0.003, "low": -0.0004, "high": 0.011}
WORSE = {"gain": -0.034, "low": -0.045, "high": -0.021}


def test_verdicts():
    assert verdict(BETTER) == (
        "The distilled wavelet matters here: +5.5 points of accuracy [4.1, 6.9] over db4, the best "
        "known wavelet."
    )
    assert verdict(EQUAL) == (
        "The wavelet does not matter here: use db4, chosen in 5 of 5 folds (the distilled one "
        "gains +0.3 points of accuracy [0.0, 1.1])."
    )
    nothing = {"gain": 0.0, "low": 0.0, "high": 0.0}
    assert verdict(nothing).endswith("gains +0.0 points of accuracy [0.0, 0.0]).")
    chosen = Comparison(
        (row("distilled", "db4", **nothing), row("best known wavelet", "db4", **nothing)),
        "accuracy",
        1000,
        5,
        1000,
    )
    assert chosen.verdict.endswith(
        "use db4, chosen in 5 of 5 folds (no fold preferred a learned one)."
    )
    assert verdict(BETTER, raw_samples=BETTER, spectrum=WORSE).endswith(
        " wavelet. A spectrum does better: the distilled student gains -3.4 points of accuracy "
        "[-4.5, -2.1] over it."
    )
    assert verdict(WORSE, raw_samples=EQUAL).endswith(
        " A raw_samples is not clearly worse: the distilled student gains +0.3 points of accuracy "
        "[0.0, 1.1] over it."
    )
    # Where no wavelet matters, it is of no interest what else one could learn it from.
    assert "data_alone" not in verdict(EQUAL, data_alone=EQUAL)
    # But where it is better, the network is not needed.
    assert "A data_alone does better: the distilled student gains -3.4" in verdict(
        EQUAL, data_alone=WORSE
    )
    assert "data_alone is not clearly worse" in verdict(BETTER, data_alone=EQUAL)
    assert verdict(BETTER, training=80).endswith(
        "Examples are few: 80 to learn the 20 numbers of a fold's student from."
    )


def test_a_network_that_never_decides_for_a_class_does_not_teach_linear_models():
    features, labels = normal(60, 4), np.arange(60) % 3
    splits = list(KFold(3, shuffle=True, random_state=0).split(features))
    for decisions in (np.zeros(60, dtype=int), 2 * (labels > 0), np.where(labels == 1, 1, 0)):
        found = best_taught(features, [labels, decisions], splits, classify=True)
        alone = best_taught(features, [labels], splits, classify=True)
        assert found.model.classes_.tolist() == [0, 1, 2]
        np.testing.assert_array_equal(found.model.predict(features), alone.model.predict(features))


def test_a_wide_interval_is_no_verdict_that_the_wavelet_does_not_matter():
    wide = {"gain": 0.028, "low": -0.083, "high": 0.167}
    assert verdict(wide).startswith(
        "1,000 examples cannot tell whether the wavelet matters here: use db4, chosen in 5 of 5 "
    )
    found = comparison(EQUAL)
    rows = [replace(each, folds=2) for each in found.rows]
    assert "use a known one, such as db4, chosen in 2 of 5" in replace(found, rows=rows).verdict


def test_linear_models_are_fitted_to_the_network_where_that_predicts_better():
    samples = normal(60, 40)
    outputs = samples @ normal(40, 1, seed=1)
    response = outputs + 8 * normal(60, 1, seed=2)
    splits = list(KFold(3).split(samples))
    found = best_taught(samples, [response, outputs], splits, classify=False)
    assert r2_score(outputs, found.model.predict(samples)) > 0.99
    alone = best_taught(samples, [response], splits, classify=False)
    assert r2_score(outputs, alone.model.predict(samples)) < 0.95


def test_advice_where_simpler_models_are_better():
    assert comparison(BETTER, raw_samples=EQUAL, spectrum=BETTER).advice == ""
    where = comparison(BETTER, raw_samples=WORSE).advice
    assert "try reading='means'" in where
    both = comparison(BETTER, raw_samples=WORSE, spectrum=WORSE).advice
    assert both.startswith(where)
    assert "finer bands" in both


def test_linear_models_are_those_of_scikit_learn():
    features, goal = normal(80, 5), normal(80, 2, seed=1)
    splits = list(KFold(3).split(features))
    found = linear_model(features, goal, splits, classify=False)
    alpha = found.model[-1].alpha
    plain = make_pipeline(StandardScaler(), Ridge(alpha)).fit(features, goal)
    np.testing.assert_allclose(found.model.predict(features), plain.predict(features))
    assert found.numbers == 2 * 5 + 2
    features, labels = make_classification(90, random_state=0)
    right = linear_model(features, labels, list(KFold(3).split(features)), classify=True)
    assert right.model.score(features, labels) > 0.8
    # Every split lacks a class: there is nothing to choose a penalty by.
    order = np.argsort(labels)
    halves = [(order[:20], order[20:]), (order[-20:], order[:-20])]
    alone = linear_model(features, labels, halves, classify=True)
    assert alone.model[-1].C == LogisticRegression().C


def test_the_spectrum_tells_frequencies_of_each_channel():
    time = np.arange(256) / 256
    signals = np.stack([np.sin(2 * np.pi * 16 * time), np.sin(2 * np.pi * 64 * time)])[None]
    features, frequencies = log_spectrum(signals, 256.0)
    assert features.shape == (1, 2 * 17)
    assert frequencies[features[0, :17].argmax()] == 16
    assert frequencies[features[0, 17:].argmax()] == 64
    assert log_spectrum(np.zeros((2, 1, 10)))[0].shape == (2, 6)


def test_the_spectrum_of_images_tells_frequencies_and_no_directions():
    down, across = np.mgrid[:64, :48] / 16  # 16 pixels per unit length
    phases = [3 * down, 3 * across, 5.25 * down + 4 * across]
    waves = [np.sin(2 * np.pi * phase) for phase in phases]
    features, frequencies = radial_log_spectrum(np.stack(waves)[:, None], 16.0)
    assert features.shape == (3, 17)
    # A ring is half a cycle wide, and 5.25 cycles down and 4 across are 6.6 together.
    for row, true in zip(features, (3, 3, 6.6), strict=True):
        assert true - 1e-9 <= frequencies[row.argmax()] < true + 0.5
    np.testing.assert_allclose(features[0].max(), features[1].max())
    # White noise has the same power at all frequencies, corners included.
    noise = radial_log_spectrum(normal(200, 2, 21, 30))[0]
    assert noise.shape == (200, 2 * 11)
    np.testing.assert_allclose(np.exp(noise).mean(axis=0), 21 * 30, rtol=0.15)
    assert radial_log_spectrum(np.zeros((2, 1, 3, 5)))[0].shape[0] == 2


@pytest.mark.parametrize(
    ("student", "given", "message"),
    [
        (QUICK, {}, "neither y nor teacher is given"),
        (clone(QUICK).set_params(wavelet="haar"), {"teacher": POWER}, "wavelet='haar' and learns"),
        (
            clone(QUICK).set_params(cv=[(np.arange(50), np.arange(50, 90))]),
            {"teacher": POWER},
            "lists splits of all examples",
        ),
        (QUICK, {"teacher": np.ones(90)}, "teacher has the same value for all examples"),
        (QUICK, {"teacher": POWER[:9]}, r"teacher has shape \(9,\)"),
        (QUICK, {"y": POWER, "teacher": normal(90, 2)}, "y has 1 columns and teacher has 2"),
        (QUICK, {"y": POWER, "groups": np.arange(7)}, "groups has 7 rows and X has 90 examples"),
        (QUICK, {"y": POWER, "random_teacher": POWER[:5]}, r"random_teacher has shape \(5,\)"),
        (
            DistilledClassifier("energy", cv=3),
            {"y": np.arange(90) == 0},
            "without fold . there is no example of class number 1 left",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_before_any_fit(student, given, message):
    with pytest.raises(ValueError, match=message):
        wd.compare(student, NOISE, **given)
    with pytest.raises(TypeError, match="student is a Ridge; give a DistilledClassifier or"):
        wd.compare(Ridge(), NOISE, POWER)
