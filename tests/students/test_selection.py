"""One model of several is chosen by cross-validation, on the same folds for all."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GroupKFold, KFold, cross_val_score
from sklearn.pipeline import make_pipeline

from tests.helpers import normal
from wavedistill.students import TopCoefficients, select

X = normal(120, 32)
Y = TopCoefficients("db3", levels=2, k=2).fit_transform(X) @ [1, 2, 0, -1, 3, 1]
NAMES = ["haar", "db3", "sym5"]


def models():
    return [make_pipeline(TopCoefficients(name, levels=2, k=2), Ridge(1e-6)) for name in NAMES]


def test_scores_are_those_of_scikit_learn_and_the_winner_is_fitted_to_all_rows():
    groups = np.arange(120) // 10
    cv = GroupKFold(4)
    found = select(models(), X, Y, cv=cv, groups=groups, scoring="r2")
    expected = [
        cross_val_score(model, X, Y, cv=cv, groups=groups, scoring="r2") for model in models()
    ]
    np.testing.assert_allclose(found.fold_scores, expected)
    assert NAMES[found.best] == "db3"
    assert found.order[0] == found.best
    assert found.score == pytest.approx(np.mean(expected[1]))
    np.testing.assert_allclose(found.student.predict(X), models()[1].fit(X, Y).predict(X))


def test_the_models_given_are_left_unfitted_and_the_first_of_equals_wins():
    twice = [Ridge(1.0), Ridge(1.0), LinearRegression()]
    found = select(twice, X, Y)
    assert not hasattr(twice[found.best], "coef_")
    assert found.order.tolist().index(0) < found.order.tolist().index(1)


def test_what_fails_in_a_fold_is_raised_and_no_model_is_refused():
    with pytest.raises(ValueError, match="levels=9 is too deep"):
        select([make_pipeline(TopCoefficients("haar", levels=9), Ridge())], X, Y)
    with pytest.raises(ValueError, match="students is empty"):
        select([], X, Y)


def test_models_are_fitted_to_the_target_and_scored_by_y():
    goal = -Y + normal(120, seed=5)
    found = select(models(), X, Y, target=goal)
    expected = []
    for model in models():
        scores = [
            model.fit(X[train], goal[train]).score(X[test], Y[test])
            for train, test in KFold(5).split(X)
        ]
        expected.append(scores)
    np.testing.assert_allclose(found.fold_scores, expected)
    assert found.score < 0
    best = models()[found.best].fit(X, goal)
    np.testing.assert_allclose(found.student.predict(X), best.predict(X))


def test_more_rows_join_the_folds_that_do_not_hold_out_their_group():
    groups = np.arange(120) % 4
    more = normal(30, 32, seed=1), normal(30, seed=2), np.arange(30) % 5
    found = select([Ridge()], X, Y, more=more, cv=GroupKFold(4), groups=groups)
    scores = []
    for held_out in groups[[test[0] for _, test in GroupKFold(4).split(X, groups=groups)]]:
        kept, added = groups != held_out, more[2] != held_out
        rows = np.concatenate([X[kept], more[0][added]])
        student = Ridge().fit(rows, np.concatenate([Y[kept], more[1][added]]))
        scores.append(student.score(X[~kept], Y[~kept]))
    np.testing.assert_allclose(found.fold_scores, [scores])
    whole = Ridge().fit(np.concatenate([X, more[0]]), np.concatenate([Y, more[1]]))
    np.testing.assert_allclose(found.student.coef_, whole.coef_)


def test_classes_are_stratified_and_scored_by_name():
    labels = np.where(np.median(Y) < Y, "high", "low")
    found = select([LogisticRegression(C=c) for c in (1e-3, 1.0)], X, labels, scoring="roc_auc")
    expected = cross_val_score(LogisticRegression(C=1e-3), X, labels, scoring="roc_auc")
    np.testing.assert_allclose(found.fold_scores[0], expected)


def test_targets_and_further_rows_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"target has shape \(119,\); beside y of shape \(120,\)"):
        select(models(), X, Y, target=Y[1:])
    with pytest.raises(ValueError, match="groups is None"):
        select(models(), X, Y, more=(X, Y, Y))
