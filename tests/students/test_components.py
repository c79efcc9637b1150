"""The curve or map that a feature stands for."""

from dataclasses import replace

import numpy as np
import pytest

from tests.helpers import MODES, normal
from wavedistill.students.components import component
from wavedistill.students.readings import READINGS, ReadSignals, as_reading
from wavedistill.wavelets import Lattice, Wavelet, WaveletTransform

LEVELS = 3


def transform_of(mode, rank=1, taps=(6, 4, 8)):
    """A different random filter at each level."""
    random = np.random.default_rng(0)
    lattices = [Lattice(count) for count in taps]
    wavelets = [Wavelet(lattice.forward(lattice.sample(random))) for lattice in lattices]
    return WaveletTransform(wavelets, mode=mode, axes=tuple(range(-rank, 0)))


def components(transform, reading, x):
    count = x.shape[1] * reading.count(transform.levels, len(transform.axes))
    return [component(transform, reading, x, column) for column in range(count)]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("parts", [1, 3])
@pytest.mark.parametrize("name", ["energy", "packets", "means"])
def test_components_of_log_energies_and_means_add_up_to_each_channel(name, parts, mode):
    reading = as_reading(name, parts=parts)
    for shape in ((37,), (17, 12)):
        x = normal(2, 2, *shape)
        found = components(transform_of(mode, len(shape)), reading, x)
        half = len(found) // 2
        np.testing.assert_allclose(np.sum(found[:half], axis=0), x[:, 0], atol=1e-12)
        np.testing.assert_allclose(np.sum(found[half:], axis=0), x[:, 1], atol=1e-12)


def test_a_component_is_what_its_sub_band_alone_is_the_transform_of():
    transform, x = transform_of("periodization"), normal(4, 1, 64)
    for name, analyse in (
        ("energy", lambda v: transform.layout(64).bands(transform.analysis(v))),
        ("packets", transform.packets),
    ):
        for column, curve in enumerate(components(transform, as_reading(name), x)):
            for band, whole in enumerate(analyse(x[:, 0])):
                expected = whole if band == column else np.zeros_like(whole)
                np.testing.assert_allclose(analyse(curve)[band], expected, atol=1e-12)


@pytest.mark.parametrize("shape", [(64,), (16, 24)])
@pytest.mark.parametrize("parts", [1, 2])
def test_the_largest_coefficients_are_kept_one_by_one(shape, parts):
    transform, x = transform_of("periodization", len(shape)), normal(4, 1, *shape)
    reading = as_reading("largest", parts=parts)
    rows = np.tile(transform.wavelets[0].lowpass, (LEVELS, 1))
    transform = transform.with_wavelet(transform.wavelets[0])
    numbers = ReadSignals(x, reading, LEVELS, "periodization").features(rows)
    for column, curve in enumerate(components(transform, reading, x)):
        coefficients = transform.analysis(curve)
        alone = np.take_along_axis(
            coefficients, np.argmax(np.abs(coefficients), axis=1)[:, None], axis=1
        )[:, 0]
        np.testing.assert_allclose(alone, numbers[:, column], atol=1e-12)
        energy = np.sum(curve.reshape(4, -1) ** 2, axis=1)
        np.testing.assert_allclose(energy, numbers[:, column] ** 2, atol=1e-12)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape", [(9,), (40,), (200,), (9, 40), (20, 17)])
def test_extremes_have_the_atom_whose_inner_product_is_the_coefficient(shape, mode):
    wavelet, rank = Wavelet(Lattice(6).forward([0.4, -1.1])), len(shape)
    x = normal(5, 1, *shape)
    transform = WaveletTransform(wavelet, LEVELS, mode, axes=tuple(range(-rank, 0)))
    reading = as_reading("events", parts=2)
    numbers = ReadSignals(x, reading, LEVELS, mode).features(np.tile(wavelet.lowpass, (LEVELS, 1)))
    names = reading.feature_names(LEVELS, rank=rank)
    for column, curve in enumerate(components(transform, reading, x)):
        if names[column].startswith(("maximum", "minimum")):
            product = np.sum(curve * x[:, 0], axis=tuple(range(1, rank + 1)))
            np.testing.assert_allclose(product, numbers[:, column] ** 2, atol=1e-10)


def test_an_extreme_inside_has_an_atom_of_norm_one():
    wavelet = Wavelet(Lattice(6).forward([0.4, -1.1]))
    transform, x = WaveletTransform(wavelet, LEVELS, "zero"), 0.01 * normal(1, 1, 300)
    x[:, :, 150] = 20
    reading = as_reading("events")
    rows = np.tile(wavelet.lowpass, (LEVELS, 1))
    numbers = ReadSignals(x, reading, LEVELS, "zero").features(rows)
    for band in range(LEVELS + 1):
        for number in (4 * band, 4 * band + 1):
            curve = component(transform, reading, x, number)
            assert np.linalg.norm(curve) == pytest.approx(abs(numbers[0, number]))


@pytest.mark.parametrize("shape", [(64,), (41,), (10,), (16, 24), (21, 10)])
def test_positive_and_negative_parts_add_up_to_a_periodic_signal(shape):
    transform, x = transform_of("periodic", len(shape)), normal(3, 2, *shape)
    for parts in (1, 2):
        reading = as_reading("events", parts=parts)
        names = reading.feature_names(LEVELS, rank=len(shape))
        sums = [column for column, name in enumerate(names) if name.startswith("sum")]
        found = [component(transform, reading, x, column) for column in sums]
        np.testing.assert_allclose(np.sum(found, axis=0), x[:, 0], atol=1e-12)
        positive = [c for c in sums if names[c].startswith("sum of positive")]
        assert len(positive) == len(sums) // 2


@pytest.mark.parametrize("mode", ["zero", "smooth", "antireflect"])
def test_positive_and_negative_parts_add_up_to_any_signal_away_from_its_ends(mode):
    transform, x = transform_of(mode), normal(3, 1, 300)
    reading = as_reading("events")
    names = reading.feature_names(LEVELS)
    sums = [column for column, name in enumerate(names) if name.startswith("sum")]
    whole = np.sum([component(transform, reading, x, column) for column in sums], axis=0)
    np.testing.assert_allclose(whole[:, 60:-60], x[:, 0, 60:-60], atol=1e-12)


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("mode", MODES)
def test_components_of_the_second_layer_make_up_the_detail_they_modulate(mode, own):
    transform, x = transform_of(mode), normal(3, 1, 64)
    others = [Wavelet(Lattice(6).forward([angle, 0.3])) for angle in (0.9, -0.4)]
    second = WaveletTransform(others, mode=mode) if own else None
    reading = as_reading("scattering-own" if own else "scattering")
    names = reading.feature_names(LEVELS)
    found = {
        name: component(transform, reading, x, column, second) for column, name in enumerate(names)
    }
    first = [curve for name, curve in found.items() if "|" not in name]
    np.testing.assert_allclose(np.sum(first, axis=0), x[:, 0], atol=1e-12)
    # What is left of the detail is made of the approximation of its absolute values.
    details = transform.layout(64).bands(transform.analysis(x[:, 0]))
    for j in (1, 2):
        whole = found[f"log-energy of detail {j}"]
        parts = [c for name, c in found.items() if name.endswith(f"of |detail {j}|")]
        assert len(parts) == LEVELS - j
        absolute = np.abs(details[LEVELS + 1 - j])
        filters = others[j - 1 :] if own else list(transform.wavelets[j:])
        inner = WaveletTransform(filters, mode=mode)
        bands = inner.layout(absolute.shape[1]).bands(inner.analysis(absolute))
        bands[1:] = [np.zeros_like(band) for band in bands[1:]]
        mean = inner.synthesis(np.concatenate(bands, axis=1), absolute.shape[1])
        kept = [np.zeros_like(band) for band in details]
        kept[LEVELS + 1 - j] = np.sign(details[LEVELS + 1 - j]) * mean
        rest = transform.synthesis(np.concatenate(kept, axis=1), 64)
        np.testing.assert_allclose(np.sum(parts, axis=0) + rest, whole, atol=1e-12)


def test_components_are_in_the_units_of_the_data_and_in_their_precision():
    transform, x = transform_of("symmetric"), normal(2, 1, 50)
    for name in READINGS:
        reading = as_reading(name)
        for column in (0, reading.count(LEVELS) - 1):
            curve = component(transform, reading, x, column)
            assert curve.shape == (2, 50)
            np.testing.assert_allclose(component(transform, reading, 7 * x, column), 7 * curve)
            single = component(transform, reading, x.astype(np.float32), column)
            assert single.dtype == np.float32
            np.testing.assert_allclose(single, curve, atol=1e-5)


def test_what_cannot_be_told_is_refused():
    transform, x = transform_of("zero"), normal(2, 1, 50)
    energy = as_reading("energy")
    with pytest.raises(ValueError, match="column=4 must be below 4, the number of features"):
        component(transform, energy, x, 4)
    with pytest.raises(ValueError, match=r"it must be \(n, channels, length\)"):
        component(transform, energy, x[:, 0], 0)
    with pytest.raises(ValueError, match="reading='scattering' is one of signals"):
        component(transform_of("zero", 2), as_reading("scattering"), normal(2, 1, 9, 9), 0)
    with pytest.raises(ValueError, match="parts=0"):
        replace(energy, parts=0)
