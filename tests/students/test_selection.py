"""One model of several is chosen by cross-validation, on the same folds for all."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import GroupKFold, cross_val_score
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
