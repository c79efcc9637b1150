"""Pieces of wavelets that serve at a peak, and how symmetric a filter is."""

import numpy as np
import pytest
import pywt

import wavedistill as wd
from tests.helpers import normal
from wavedistill.students import PeakCounts, filter_symmetry, wavelet_cuts, wavelet_filters


@pytest.mark.parametrize("size", [3, 4, 7])
def test_symmetry_is_the_share_of_energy_that_looks_alike_from_all_sides(size):
    distance = np.abs(np.arange(size) - (size - 1) / 2)
    far = np.maximum.outer(distance, distance)
    round_one = np.exp(-np.add.outer(distance, distance))
    # Orthogonal to all that is symmetric: what a quarter turn or a reflection reverses.
    turned = np.subtract.outer(distance, distance) * (1 + far)
    mirrored = np.linspace(-1, 1, size) * np.ones((size, 1))
    assert filter_symmetry(round_one) == pytest.approx(1, abs=1e-12)
    for other in (turned, mirrored, turned + mirrored):
        assert filter_symmetry(other) == pytest.approx(0, abs=1e-12)
        energies = np.sum(round_one**2), np.sum((0.3 * other) ** 2)
        share = filter_symmetry(1e-200 * (round_one - 0.3 * other))
        assert share == pytest.approx(energies[0] / sum(energies))
    if size > 3:
        # A pinwheel, which turns into itself and is reversed in a mirror.
        vane = np.zeros((size, size))
        vane[0, 1] = 1
        wheel = sum(np.rot90(vane - vane.T, k) for k in range(4))
        assert filter_symmetry(wheel) == pytest.approx(0, abs=1e-12)
    weights = normal(size, size)
    for same in (weights.T, weights[::-1], np.rot90(weights), -2 * weights):
        assert filter_symmetry(same) == pytest.approx(filter_symmetry(weights))


def test_what_has_no_symmetry_of_a_square_is_refused():
    with pytest.raises(ValueError, match=r"shape \(3, 4\), .* needs a square"):
        filter_symmetry(np.ones((3, 4)))
    with pytest.raises(ValueError, match="0 everywhere"):
        filter_symmetry(np.zeros((3, 3)))


@pytest.mark.parametrize("name", ["db2", "db5", "sym6", "coif2"])
def test_pieces_are_where_the_filters_vary_most_and_three_are_centred(name):
    cuts = wavelet_cuts(name)
    bank = pywt.Wavelet(name)
    taps = {"L": np.array(bank.rec_lo), "H": np.array(bank.rec_hi)}
    place = {}
    for letter, filter_ in taps.items():
        spread = [
            sum((filter_[k + i] - filter_.mean()) ** 2 for i in range(3))
            for k in range(len(filter_) - 2)
        ]
        place[letter] = int(np.argmax(spread))
    for (x, y), cut in zip(map(tuple, ("LL", "LH", "HL", "HH")), cuts.values(), strict=True):
        np.testing.assert_allclose(cut.full, taps[y][:, None] * taps[x][None, :], atol=1e-12)
        assert (cut.row, cut.column) == (place[y], place[x])
        piece = cut.full[cut.row : cut.row + 3, cut.column : cut.column + 3]
        centre = 0 if x + y == "LL" else piece.mean()
        np.testing.assert_allclose(cut.filter, piece - centre, atol=1e-12)
    assert list(cuts) == list(wavelet_filters(name)) == ["LL", "LH", "HL", "HH"]


def test_the_first_letter_is_the_filter_along_a_row():
    rows = np.broadcast_to(normal(16), (16, 16))  # all rows alike: no variation down a column
    high, low = wavelet_cuts("db2")["LH"].full, wavelet_cuts("db2")["HL"].full
    assert abs(np.sum(high * rows[:4, :4])) < 1e-12
    assert abs(np.sum(low * rows[:4, :4])) > 1e-3
    # PyWavelets' 'da' is detail along the first axis, which it returns as the horizontal detail.
    _, (horizontal, *_) = pywt.dwt2(normal(8, 8), "db2", "periodization")
    image = normal(8, 8)
    products = [
        [np.sum(high * np.roll(image, (-i, -j), (0, 1))[:4, :4]) for j in range(8)]
        for i in range(8)
    ]
    assert np.isclose(np.array(products)[..., None, None], horizontal).any(axis=(0, 1)).all()


def test_a_wavelet_of_two_taps_has_no_piece():
    with pytest.raises(ValueError, match="2 taps, and a 3 x 3 piece needs at least 4; give a"):
        PeakCounts(wd.Wavelet.from_name("haar")).fit(normal(2, 9, 9))
    padded = wd.Wavelet(np.pad(wd.Wavelet.from_name("haar").lowpass, 1))
    assert PeakCounts(padded, bins=3).fit_transform(normal(2, 9, 9)).shape == (2, 12)
