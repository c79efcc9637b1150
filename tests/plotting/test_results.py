"""Pictures of results: on the axes that are given, in units of the user, of what there is."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from wavedistill.plotting import plot_component, plot_function, plot_result
from wavedistill.plotting.results import PICTURES
from wavedistill.plotting.student_panels import short_name, short_names

mpl.use("Agg")


@pytest.mark.parametrize("what", list(PICTURES))
def test_every_picture_is_drawn_on_the_axes_given(what, classes, numbers):
    result = numbers if what in ("attributions", "scales") else classes
    ax = Figure().add_subplot()
    with mpl.rc_context({"text.parse_math": False}):
        drawn = result.plot(what, ax=ax)
        assert drawn
        assert all(artist.axes is ax for artist in drawn)
        ax.figure.canvas.draw()


def test_pictures_have_figures_of_their_own_and_units(classes):
    import matplotlib.pyplot as plt

    (first, *_) = classes.plot("bands")
    assert first.axes.get_xlabel() == "frequency (Hz)"
    assert first.axes.lines[0].get_xdata()[-1] == 50.0
    (curve, *_) = classes.plot("component", example=3)
    assert curve.axes.get_xlabel() == "time (s)"
    plt.close("all")


def test_weights_have_the_sign_of_the_weight_and_the_size_of_its_effect(classes):
    ax = Figure().add_subplot()
    bars = classes.plot("weights", output=1, ax=ax)
    student, parts = classes.student, classes.contributions
    moves = student.coef_[1] * parts.features.std(axis=0)
    expected = moves[np.argsort(-np.abs(moves))][:12]
    np.testing.assert_allclose([bar.get_width() for bar in bars], expected, rtol=1e-9)


def test_a_prediction_begins_at_the_average_and_ends_at_the_output(classes):
    ax = Figure().add_subplot()
    bars = classes.plot("prediction", example=5, output=2, count=3, ax=ax)
    values = classes.contributions.predictions
    assert bars[0].get_width() == pytest.approx(values[:, 2].mean())
    assert bars[-1].get_width() == pytest.approx(values[5, 2])
    total = sum(bar.get_width() for bar in bars[:-1])
    assert total == pytest.approx(values[5, 2])


def test_attributions_of_images_lie_in_a_mosaic():
    from wavedistill import Attributions, WaveletTransform
    from wavedistill.plotting import plot_attributions

    values = np.zeros((2, 16, 12))
    values[:, 3, 5] = 1
    ax = Figure().add_subplot()
    plot_attributions(Attributions(values), WaveletTransform("db2", levels=2, axes=(-2, -1)), ax=ax)
    mosaic = np.asarray(ax.images[0].get_array())
    assert mosaic.max() == 1
    assert mosaic.shape[0] >= 16


def test_what_cannot_be_drawn_is_refused(classes, numbers, images):
    with pytest.raises(ValueError, match="what='weight' must be one of 'weights'"):
        plot_result(classes, "weight")
    with pytest.raises(ValueError, match=r"no attributions to draw"):
        classes.plot("attributions")
    with pytest.raises(ValueError, match=r"no comparison to draw .*compare_cv=None"):
        numbers.plot("comparison")
    with pytest.raises(ValueError, match="one feature of an image"):
        plot_component(images.contributions, 0, [0, 1])
    with pytest.raises(ValueError, match="which='chi'"):
        plot_function(classes.student.wavelets_[0], "chi")
    with pytest.raises(IndexError):
        classes.plot("prediction", example=1000, ax=Figure().add_subplot())


def test_rows_keep_what_tells_them_apart():
    unit = "cycles per outline"
    long = [f"mean of approximation 3, 0-15.69 {unit}, part {part} of 8" for part in (1, 2)]
    assert short_names([*long, f"mean of detail 1, 4-8 {unit}"]) == [
        "mean of approx. 3, part 1",
        "mean of approx. 3, part 2",
        "mean of detail 1",
    ]
    assert short_names(["maximum of detail 1, 50-100 Hz"]) == ["maximum, detail 1, 50-100 Hz"]
    image = "channel 2: minimum of horizontal detail 1, 2.5-5 down, 0-2.5 across (cycles per mm)"
    assert short_name(image) == "ch. 2: minimum, horiz. detail 1"
    assert len(short_name("x" * 80 + "y")) == 46
    assert short_name("x" * 80 + "y").endswith("xy")
