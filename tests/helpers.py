"""What several test modules share: wavelets to try, and plain oracles to compare with."""

import warnings
from itertools import combinations
from typing import get_args

import numpy as np
import pywt

from wavedistill.modes import Mode
from wavedistill.wavelets import CoefficientLayout, orthogonal_names

MODES = get_args(Mode)
NAMES = orthogonal_names()


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def filter_pair(which, seed=0):
    """Both filters of a named wavelet, or two random ones of that length and norm 1."""
    if isinstance(which, str):
        wavelet = pywt.Wavelet(which)
        return np.array(wavelet.rec_lo), np.array(wavelet.rec_hi)
    low, high = normal(2, which, seed=seed)
    return low / np.linalg.norm(low), high / np.linalg.norm(high)


def bank(lowpass, highpass):
    """Two reconstruction filters as PyWavelets takes them; they need not belong together."""
    low, high = np.asarray(lowpass), np.asarray(highpass)
    return pywt.Wavelet("two filters", filter_bank=(low[::-1], high[::-1], low, high))


def layout(lengths, taps, levels, mode="zero"):
    """Where the coefficients of signals or images lie; of no level, the samples themselves."""
    sizes = (lengths,) if isinstance(lengths, int) else tuple(lengths)
    return CoefficientLayout(sizes, (taps,) * levels, mode)


def wavedec(data, wavelet, levels, mode, axis=-1):
    """`pywt.wavedec` to any depth; a level of one sample is not reflected but repeated."""
    approximation, details = data, []
    for _ in range(levels):
        single = approximation.shape[axis] == 1 and mode in ("reflect", "antireflect")
        approximation, detail = pywt.dwt(
            approximation, wavelet, "constant" if single else mode, axis
        )
        details.append(detail)
    return [approximation, *reversed(details)]


def synthesis_matrix(wavelet, length, levels, mode):
    """PyWavelets' `waverec`, cropped to `length`, as a matrix: signal = coefficients @ matrix."""
    taps, size, sizes = wavelet.rec_len, length, []
    for _ in range(levels):
        size = pywt.dwt_coeff_len(size, taps, mode)
        sizes.append(size)
    sizes = [size, *reversed(sizes)]
    units = np.split(np.eye(sum(sizes)), np.cumsum(sizes)[:-1], axis=-1)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Level value of .* is too high")
        return pywt.waverec(units, wavelet, mode)[:, :length]


def wavedec2(data, wavelet, levels, mode):
    """`pywt.wavedec2` as flat sub-bands; a side of one sample is not reflected but repeated."""
    approximation, details = data, []
    for _ in range(levels):
        modes = [
            "constant" if size == 1 and mode in ("reflect", "antireflect") else mode
            for size in approximation.shape[-2:]
        ]
        approximation, level = pywt.dwt2(approximation, wavelet, tuple(modes))
        details = [*level, *details]
    return [band.reshape(*data.shape[:-2], -1) for band in (approximation, *details)]


def synthesis2_matrix(wavelet, shape, levels, mode):
    """`pywt.waverec2`, cropped to the images, as a matrix: image = coefficients @ matrix."""
    places = layout(shape, wavelet.rec_len, levels, mode)
    bands = places.bands(np.eye(places.total))
    details = [tuple(bands[i : i + 3]) for i in range(1, len(bands), 3)]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Level value of .* is too high")
        images = pywt.waverec2([bands[0], *details], wavelet, mode)
    return images[:, : shape[0], : shape[1]].reshape(places.total, -1)


def central_differences(function, point, step=1e-6):
    """The gradient of a function of a vector, row by row."""
    steps = step * np.eye(len(point))
    return np.array([(function(point + d) - function(point - d)) / (2 * step) for d in steps])


def padded(taps, length):
    """A filter with zeros around it, at every offset."""
    room = length - len(taps)
    return [np.pad(taps, (before, room - before)) for before in range(room + 1)]


def close(result, other, tolerance):
    """Compare arrays one by one, to a share of the largest value of each."""
    for found, expected in zip(result, other, strict=True):
        np.testing.assert_allclose(
            found, expected, rtol=tolerance, atol=tolerance * np.abs(expected).max()
        )


def assert_no_text_leaves_the_page(figure):
    """Draw the figure, and hold every visible text to its page."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    page = figure.bbox.padded(1)
    for text in figure.findobj(lambda artist: hasattr(artist, "get_text")):
        box = text.get_window_extent(renderer)
        if text.get_text().strip() and text.get_visible() and text.axes is not None:
            ends = page.contains(box.x0, box.y0) and page.contains(box.x1, box.y1)
            assert ends, text.get_text()


def assert_legible(figure):
    """Every text lies on the page, and no two of an axes or of the figure on each other."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    assert_no_text_leaves_the_page(figure)
    renderer = FigureCanvasAgg(figure).get_renderer()
    for parent in (figure, *figure.axes):
        own = [text for text in parent.texts if text.get_text()]
        if parent is not figure:
            own += [parent.title, parent._left_title, *parent.get_yticklabels()]
        shown = [text for text in own if text.get_text() and text.get_visible()]
        boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in shown]
        for (one, box), (other, its) in combinations(boxes, 2):
            assert not box.padded(-1).overlaps(its.padded(-1)), (one, other)
