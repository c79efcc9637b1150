"""Readings as students use them: names, parts, channels, images, and gradients by the filters."""

import numpy as np
import pytest

from tests.helpers import normal
from wavedistill.students.readings import READINGS, Feature, ReadSignals, as_reading
from wavedistill.wavelets import Lattice, Wavelet, WaveletTransform

LEVELS = 2
IMAGES = ("energy", "packets", "events", "largest", "means")


def rows(angles=(0.4, -1.1), name="energy"):
    count = sum(as_reading(name).layers(LEVELS))
    return np.stack([Lattice(2 * len(angles) + 2).forward(angles)] * count)


def test_every_feature_has_a_name_of_its_own():
    for name in READINGS:
        for parts in (1, 2, 4):
            reading = as_reading(name, parts=parts)
            for rank in (1, 2) if name in IMAGES else (1,):
                x = normal(3, 2, *(21, 18)[:rank])
                reader = ReadSignals(x, reading, LEVELS, "zero")
                names = reading.feature_names(LEVELS, 2, rank=rank)
                assert len(set(names)) == len(names) == reader.count
                assert reader.features(rows(name=name)).shape == (3, reader.count)


def test_names_tell_band_part_frequencies_and_the_second_layer():
    assert as_reading("energy", parts=4).feature_names(2)[4:6] == (
        "log-energy of detail 2, part 1 of 4",
        "log-energy of detail 2, part 2 of 4",
    )
    named = as_reading("energy", parts=2).feature_names(2, sampling_rate=1000)
    assert named[3] == "log-energy of detail 2, 125-250 Hz, part 2 of 2"
    assert as_reading("scattering").feature_names(3)[3:] == (
        "log-energy of detail 1",
        "log-energy of detail 3 of |detail 1|",
        "log-energy of detail 2 of |detail 1|",
        "log-energy of detail 3 of |detail 2|",
    )
    assert as_reading("scattering").feature_names(3, sampling_rate=1000)[4] == (
        "log-energy of detail 3 of |detail 1|, 62.5-125 Hz of 250-500 Hz"
    )
    assert as_reading("energy").feature_names(2, rank=2)[:4] == (
        "log-energy of approximation 2",
        "log-energy of horizontal detail 2",
        "log-energy of vertical detail 2",
        "log-energy of diagonal detail 2",
    )
    assert as_reading("energy", parts=2).feature_names(2, rank=2)[6] == (
        "log-energy of horizontal detail 2, part 2,1 of 2x2"
    )
    assert as_reading("packets").feature_names(1, rank=2)[1] == "log-energy of packet 0,1"
    assert as_reading("energy").feature_names(2, sampling_rate=8, rank=2)[:3] == (
        "log-energy of approximation 2, 0-1 down, 0-1 across",
        "log-energy of horizontal detail 2, 1-2 down, 0-1 across",
        "log-energy of vertical detail 2, 0-1 down, 1-2 across",
    )
    assert as_reading("packets").feature_names(1, sampling_rate=1, rank=2)[1] == (
        "log-energy of packet 0,1, 0-0.25 down, 0.25-0.5 across"
    )


def test_means_of_images_are_those_of_about_as_many_parts():
    assert len(as_reading("means").feature_names(1)) == 2 * 8
    assert len(as_reading("means", rank=2).feature_names(1, rank=2)) == 4 * 3 * 3
    assert as_reading("means", parts=4, rank=2).parts == 4
    assert as_reading(READINGS["means"], rank=2) is READINGS["means"]


def test_a_feature_is_told_by_its_column():
    reading = as_reading("events", parts=2)
    names = reading.feature_names(LEVELS, 2)
    assert names[24 + 8 + 4 + 1] == "channel 1: minimum of detail 2, part 2 of 2"
    assert reading.feature(LEVELS, 24 + 8 + 4 + 1) == Feature(
        reading, channel=1, band=1, part=1, number=1
    )


def test_names_of_bands_are_true():
    """A tone, or a stripe along one axis, is loudest where its name says."""
    time = np.arange(512) / 1000
    low = np.stack([Wavelet.from_name("db10").lowpass] * 3)
    for name in ("energy", "packets"):
        reading = as_reading(name)
        for hertz in (30, 90, 200, 400):
            x = np.sqrt(2) * np.sin(2 * np.pi * hertz * time)[None, None]
            features = ReadSignals(x, reading, 3, "symmetric").features(low)[0]
            found = reading.feature_names(3, sampling_rate=1000)[np.argmax(features)]
            first, last = found.split(", ")[1].removesuffix(" Hz").split("-")
            assert float(first) < hertz < float(last)
    down, across = np.mgrid[:64, :64] / 8  # 8 pixels per unit length
    for name in ("energy", "packets", "events"):
        reading = as_reading(name)
        for cycles in ((0.2, 2.75), (2.75, 0.2), (1.3, 0.3), (2.75, 3.25)):
            phase = cycles[0] * down + cycles[1] * across
            x = np.sqrt(2) * np.sin(2 * np.pi * phase)[None, None]
            features = ReadSignals(x, reading, 3, "symmetric").features(low)[0]
            names = reading.feature_names(3, sampling_rate=8, rank=2)
            if name == "events":
                sums = [i for i, each in enumerate(names) if each.startswith("sum of positive")]
                # The undecimated filters multiply amplitudes by 2 at each level of an image.
                weights = np.array([3, *np.repeat([3, 2, 1], 3)])
                found = names[sums[np.argmax(features[sums] / 2.0**weights)]]
            else:
                found = names[np.argmax(features)]
            spans = [part.split(" ")[0].split("-") for part in found.split(", ")[-2:]]
            for (first, last), true in zip(spans, cycles, strict=True):
                assert float(first) < true < float(last)
    stripes = np.tile([[1.0], [-1.0]], (16, 32))[None, None]
    reading = as_reading("energy")
    features = ReadSignals(stripes, reading, 3, "periodization").features(low)[0]
    assert reading.feature_names(3, rank=2)[np.argmax(features)].endswith("horizontal detail 1")


def test_slow_modulation_of_a_fast_tone_is_in_the_second_layer():
    """Two signals of the same energies per octave, one steady and one pulsing."""
    time = np.arange(2048)
    tone = np.cos(2 * np.pi * 0.37 * time)
    pulsing = tone * (1 + np.cos(2 * np.pi * time / 24))
    x = np.stack([v / np.sqrt(np.mean(v**2)) for v in (tone, pulsing)])[:, None]
    reading, low = as_reading("scattering"), np.stack([Wavelet.from_name("db4").lowpass] * 5)
    steady, pulse = ReadSignals(x, reading, 5, "symmetric").features(low)
    gain = dict(zip(reading.feature_names(5), pulse - steady, strict=True))
    assert abs(gain["log-energy of detail 1"]) < 0.1
    # A period of 24 samples lies in the octave of 16 to 32, which is detail 4.
    assert gain["log-energy of detail 4 of |detail 1|"] > 2


@pytest.mark.parametrize("mode", ["zero", "symmetric", "periodization"])
@pytest.mark.parametrize("name", IMAGES)
def test_images_are_read_as_their_transform_is(name, mode):
    x, low = normal(4, 3, 20, 17), rows()
    transform = WaveletTransform([Wavelet(each) for each in low], mode=mode, axes=(-2, -1))
    reader = ReadSignals(x, as_reading(name, parts=1), LEVELS, mode)
    found = reader.features(low).reshape(4, 3, -1)
    if name == "packets":
        bands = list(transform.packets(x))
    elif name == "events":
        bands = [b.reshape(4, 3, -1) for b in transform.undecimated(x)]
    else:
        bands = transform.layout((20, 17)).bands(transform.analysis(x), axis=2)
    if name == "largest":
        expected = [-np.sort(-b.reshape(4, 3, -1), axis=-1)[..., :6] for b in bands]
        np.testing.assert_allclose(found, np.concatenate(expected, axis=-1), atol=1e-12)
    elif name == "means":
        means = [np.mean(b, axis=(-2, -1)) for b in bands]
        np.testing.assert_allclose(found, np.stack(means, axis=-1), atol=1e-12)
    elif name == "events":
        root = np.sqrt(20 * 17)
        numbers = [
            (b.max(-1), b.min(-1), np.maximum(b, 0).sum(-1) / root, np.minimum(b, 0).sum(-1) / root)
            for b in bands
        ]
        expected = [each for four in numbers for each in four]
        np.testing.assert_allclose(found, np.stack(expected, axis=-1), atol=1e-12)
    else:
        energies = [np.log(np.mean(b**2, axis=(-2, -1)) + 1e-4) for b in bands]
        np.testing.assert_allclose(found, np.stack(energies, axis=-1), atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize("name", list(READINGS))
def test_derivatives_by_the_filters_of_each_level(name, parts):
    low, reading = rows(name=name), as_reading(name, parts=parts)
    for shape in ((30,), (14, 11))[: 1 + (name in IMAGES)]:
        reader = ReadSignals(normal(3, 2, *shape), reading, LEVELS, "symmetric")
        weights = normal(3, reader.count, seed=1)
        gradient = reader.pull(low, weights)
        for place in np.ndindex(low.shape):
            step = np.zeros_like(low)
            step[place] = 1e-6
            ends = [np.sum(weights * reader.features(low + s * step)) for s in (1, -1)]
            slope = (ends[0] - ends[1]) / 2e-6
            assert gradient[place] == pytest.approx(slope, rel=1e-5, abs=1e-6)


def test_a_subset_is_read_as_the_whole_is():
    for shape in ((30,), (12, 9)):
        reader = ReadSignals(normal(40, 2, *shape), as_reading("energy"), LEVELS, "zero")
        chosen = np.array([3, 17, 5])
        np.testing.assert_allclose(
            reader.subset(chosen).features(rows()), reader.features(rows())[chosen], rtol=1e-12
        )


@pytest.mark.parametrize("name", ["energy", "events", "scattering-own"])
def test_many_signals_are_read_part_by_part(name, monkeypatch):
    x, low, reading = normal(50, 2, 40), rows(name=name), as_reading(name)
    reader = ReadSignals(x, reading, LEVELS, "zero", scale=2.0)
    weights = normal(50, reader.count, seed=1)
    features, gradient = reader.features(low), reader.pull(low, weights)
    np.testing.assert_array_equal(
        features, ReadSignals(x / 2, reading, LEVELS, "zero").features(low)
    )
    monkeypatch.setattr("wavedistill.students.one_reading._PACKED", 10_000)
    small = ReadSignals(x, reading, LEVELS, "zero", scale=2.0)
    (member,) = small._members
    assert len(list(member._parts(low))) > 5
    np.testing.assert_allclose(small.features(low), features, rtol=1e-12)
    np.testing.assert_allclose(small.pull(low, weights), gradient, rtol=1e-10, atol=1e-12)
    assert not member._packed


def test_filters_of_other_lengths_take_turns():
    reader = ReadSignals(normal(5, 1, 40), as_reading("events"), LEVELS, "zero")
    first = reader.features(rows())
    reader.features(rows((0.3,)))
    np.testing.assert_array_equal(reader.features(rows()), first)


def test_a_second_layer_has_its_own_filters_or_those_of_the_first():
    """With equal filters both readings are the same; otherwise the first layer alone is."""
    lattice, x = Lattice(6), normal(7, 2, 60)
    first, second = (lattice.forward(angles) for angles in ((0.4, -1.1), (1.3, 0.2)))
    same = ReadSignals(x, as_reading("scattering"), 3, "symmetric")
    own = ReadSignals(x, as_reading("scattering-own"), 3, "symmetric")
    assert (same.layers, own.layers) == ((3,), (3, 2))
    expected = same.features(np.tile(first, (3, 1)))
    np.testing.assert_array_equal(own.features(np.tile(first, (5, 1))), expected)
    found = own.features(np.stack([first] * 3 + [second] * 2)).reshape(7, 2, 7)
    expected = expected.reshape(7, 2, 7)
    np.testing.assert_array_equal(found[..., :4], expected[..., :4])
    assert (found[..., 4:] != expected[..., 4:]).all()
    names = [as_reading(name).feature_names(3) for name in ("scattering", "scattering-own")]
    assert names[0] == names[1]
    # Of one level there is no second layer.
    assert as_reading("scattering-own").layers(1) == (1,)
    flat = ReadSignals(x, as_reading("scattering-own"), 1, "zero").features(first[None])
    plain = ReadSignals(x, as_reading("energy"), 1, "zero").features(first[None])
    np.testing.assert_array_equal(flat, plain)


def test_what_cannot_be_read_is_refused():
    own = ReadSignals(normal(3, 1, 9), as_reading("scattering-own"), LEVELS, "zero")
    with pytest.raises(ValueError, match=r"lowpass has 2 filters, and .* levels has 2 \+ 1; give"):
        own.features(rows())
    with pytest.raises(ValueError, match=r"signals has shape \(3, 9\) and must be \(n, channels"):
        ReadSignals(normal(3, 9), as_reading("energy"), LEVELS, "zero")
    with pytest.raises(
        ValueError, match=r"reading='scattering' is one of signals.*'energy', 'packets', 'events'"
    ):
        ReadSignals(normal(3, 1, 9, 9), as_reading("scattering"), LEVELS, "zero")
    with pytest.raises(ValueError, match="parts"):
        as_reading("energy", parts=0)
    with pytest.raises(TypeError, match="parts"):
        as_reading("energy", parts=1.5)  # type: ignore[call-overload]
