"""What a fit refuses or warns of before it begins: y, axes, rows of attributions."""

import warnings

import numpy as np
import pytest

import wavedistill as wd
from tests.helpers import normal

pytestmark = pytest.mark.filterwarnings("ignore::wavedistill.WaveletWarning")


def distiller(**parameters):
    return wd.WaveletDistiller(**{"levels": 2, "support": 4, "init": "db2", **parameters})


# ------------------------------------------------------------------ attributions


@pytest.mark.parametrize("rows", [3, 12, 18])
def test_plain_arrays_have_a_row_for_each_example(rows):
    X = normal(6, 20)
    with pytest.raises(ValueError, match=rf"\({rows}, 20\).*\(6, 20\)"):
        distiller().fit(X, attributions=normal(rows, 20))


def test_several_targets_come_as_attributions():
    X, M = normal(6, 20), normal(18, 20, seed=1)
    fit = distiller().fit(X, attributions=wd.Attributions(M, targets=3))
    expected = np.abs(wd.Attributions(M).coefficients(fit.wavelet_)).sum() / 18
    assert fit.loss_terms_["interpretation"] == pytest.approx(expected / np.abs(M).mean())
    with pytest.raises(ValueError, match=r"\(18, 20\).*\(6, 20\)|\(6, 20\).*\(18, 20\)"):
        distiller().fit(X, attributions=wd.Attributions(M))
    with pytest.raises(ValueError, match="targets"):
        distiller().fit(X, attributions=wd.Attributions(M, targets=2))


def test_attributions_of_other_examples_are_refused():
    X = normal(6, 20)
    others = wd.Attributions(normal(6, 20, seed=1), X[::-1], "input_x_gradient")
    with pytest.raises(ValueError, match="inputs"):
        distiller().fit(X, attributions=others)


def test_attributions_are_checked_in_scores_too():
    X, M = normal(6, 20), normal(6, 20, seed=1)
    fit = distiller().fit(X, attributions=M)
    with pytest.raises(ValueError, match=r"\(12, 20\).*\(6, 20\)"):
        fit.score(X, attributions=np.concatenate([M, M]))


# ------------------------------------------------------------------ y


def test_attributions_in_the_place_of_y_are_refused():
    X = normal(6, 20)
    for given in (None, X):
        with pytest.raises(TypeError, match="in the place of y; pass attributions="):
            distiller().fit(X, wd.Attributions(X), attributions=given)
    fit = distiller().fit(X)
    with pytest.raises(TypeError, match="in the place of y; pass attributions="):
        fit.score(X, wd.Attributions(X))


def test_a_y_like_x_is_warned_of_where_no_attributions_are_given():
    X, clean = normal(6, 20), normal(6, 20, seed=1)
    with pytest.warns(UserWarning, match=r"y has the shape of X, \(6, 20\), .*pass attributions=y"):
        fit = distiller().fit(X, clean)
    assert fit.wavelet_ == distiller().fit(X).wavelet_


@pytest.mark.parametrize("y", [normal(6, 20), normal(6), normal(6, 3), list(range(6)), None])
def test_any_y_is_ignored_where_attributions_are_given(y):
    X, M = normal(6, 20), normal(6, 20, seed=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.simplefilter("ignore", wd.WaveletWarning)
        fit = distiller().fit(X, y, attributions=M)
        assert fit.wavelet_ == distiller().fit(X, attributions=M).wavelet_
        fit.score(X, y, attributions=M)


# ------------------------------------------------------------------ axes


def forgotten(shape, axes=-1):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", wd.WaveletWarning)
        distiller(axes=axes).fit(normal(*shape))
    return [str(each.message) for each in found]


def test_images_with_the_default_axes_are_warned_of():
    (message,) = forgotten((3, 16, 20))
    assert message == (
        "X has shape (3, 16, 20), and axes=-1 transforms its last axis alone, with 16 channels. "
        "For images pass axes=(-2, -1); if these are channels, pass axes=(-1,)."
    )
    assert forgotten((3, 32, 16))
    assert forgotten((3, 28, 28), np.int64(-1))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shape", "axes"),
    [
        ((3, 16, 20), (-1,)),
        ((3, 16, 20), (-2, -1)),
        ((3, 16, 20), 1),
        ((3, 16, 20), 2),
        ((3, 15, 20), -1),
        ((3, 3, 64), -1),
        ((3, 20, 41), -1),
        ((3, 64), -1),
        ((3, 2, 16, 20), -1),
    ],
)
def test_channels_and_axes_that_are_meant_are_not(shape, axes):
    assert forgotten(shape, axes) == []


@pytest.mark.parametrize("constraint", ["orthonormal", "penalized"])
def test_volumes_are_refused_with_a_remedy(constraint):
    with pytest.raises(ValueError, match=r"axes=\(1, 2, 3\) names 3 axes.*from its slices"):
        distiller(axes=(1, 2, 3), constraint=constraint).fit(normal(3, 8, 8, 8))


@pytest.mark.parametrize("axes", [(-1, -2), [2, 1], np.array([1, 2])])
def test_axes_may_be_named_in_any_order_and_form(axes):
    X = normal(5, 12, 12)
    assert distiller(axes=axes).fit(X).wavelet_ == distiller(axes=(-2, -1)).fit(X).wavelet_


# ------------------------------------------------------------------ arrays


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (np.ma.masked_less(normal(6, 20), 0), TypeError, r"X is a masked array.*X\.filled\(0\)"),
        ([np.ones(3), np.ones(5)], ValueError, r"X holds sequences of unequal length \(3 to 5\)"),
    ],
)
def test_masks_and_ragged_lists_are_refused(X, error, message):
    with pytest.raises(error, match=message):
        distiller().fit(X)
    with pytest.raises(error, match=message.replace("X", "attributions")):
        distiller().fit(normal(6, 20), attributions=X)


def test_warnings_name_the_line_of_the_fit():
    X, deep = normal(6, 20), distiller(levels=4)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        deep.fit(X, X)
        distiller().fit(X, attributions=np.ones((6, 20)))
        distiller().fit(normal(3, 16, 16))
    assert len(found) >= 4
    assert {each.filename for each in found} == {__file__}
    assert wd.BorderWarning in {each.category for each in found}
