"""Bases: inverse, adjoint and units, along one axis and two, with channels wherever they lie."""

import numpy as np
import pytest

from tests.helpers import MODES, normal
from wavedistill.faithfulness import Basis, Fourier, Samples, Segments, WaveletBasis
from wavedistill.wavelets import WaveletTransform


def wavelet(name="db2", levels=2, mode="periodization", axes=-1):
    return WaveletBasis(WaveletTransform(name, levels, mode, axes))


CASES = [
    (Samples(), (3, 2, 7)),
    *[(Fourier(), (3, length)) for length in (1, 2, 7, 8)],
    (Fourier(1), (3, 6, 2)),
    (Fourier((-2, -1)), (2, 3, 6, 5)),
    (Segments(3), (2, 2, 7)),
    (Segments(2, (-2, -1)), (2, 5, 4)),
    *[(wavelet(mode=mode), (2, 3, 13)) for mode in MODES],
    (wavelet(axes=1), (2, 16, 3)),
    (wavelet(axes=(-2, -1)), (2, 3, 8, 12)),
    (wavelet(axes=(1, 2)), (2, 8, 9, 3)),
]


@pytest.mark.parametrize(("basis", "shape"), CASES)
def test_synthesis_undoes_analysis_and_the_adjoint_is_that_of_synthesis(basis, shape):
    basis.check(shape)
    X = normal(*shape)
    Z = basis.analysis(X)
    assert Z.ndim == 2
    np.testing.assert_allclose(basis.synthesis(Z, shape[1:]), X, atol=1e-12)
    M, U = normal(*shape, seed=1), normal(*Z.shape, seed=2)
    left = np.sum(M * basis.synthesis(U, shape[1:]))
    assert np.sum(basis.adjoint(M) * U) == pytest.approx(left)


@pytest.mark.parametrize("length", [6, 7])
def test_a_cosine_is_one_coefficient_of_fourier_and_a_sine_another(length):
    t = 2 * np.pi * 2 * np.arange(length) / length
    cosine, sine = (Fourier().analysis(wave(t)[None])[0] for wave in (np.cos, np.sin))
    assert np.flatnonzero(np.abs(cosine) > 1e-12).tolist() == [2]
    assert cosine[2] == pytest.approx(np.sqrt(length / 2))
    # After a constant and the cosines of all frequencies come the sines.
    assert np.flatnonzero(np.abs(sine) > 1e-12).tolist() == [length // 2 + 2]


def test_float32_stays_float32():
    X = normal(2, 16).astype(np.float32)
    for basis in (Samples(), Fourier(), wavelet()):
        Z = basis.analysis(X)
        assert Z.dtype == basis.synthesis(Z, (16,)).dtype == np.float32


def test_only_periodization_has_as_many_coefficients_as_samples():
    X = normal(1, 16)
    counts = {mode: wavelet(mode=mode).analysis(X).shape[1] for mode in MODES}
    assert counts.pop("periodization") == 16
    assert min(counts.values()) > 16


def test_segments_are_windows_of_all_channels_and_patches_of_images():
    np.testing.assert_array_equal(Segments(3).units((2, 7)), [0, 0, 0, 1, 1, 1, 2] * 2)
    patches = Segments(2, (-2, -1)).units((3, 5)).reshape(3, 5)
    np.testing.assert_array_equal(patches, [[0, 0, 1, 1, 2], [0, 0, 1, 1, 2], [3, 3, 4, 4, 5]])


def test_names_tell_wavelets_apart():
    two = WaveletTransform(["db2", "haar"])
    assert wavelet().name == "db2"
    assert WaveletBasis(two).name == "db2, haar"
    assert WaveletBasis(two, "mine").name == "mine"
    assert (
        WaveletBasis(WaveletTransform(wavelet().transform.wavelet.lowpass[::-1])).name == "4 taps"
    )
    assert Segments(5).name == "segments of 5"


class Halved(Samples):
    """A basis that loses half of the signal."""

    def analysis(self, X):
        return super().analysis(X) / 2


@pytest.mark.parametrize(
    ("basis", "message"),
    [
        (Halved(), "the synthesis of the analysis of a signal of shape"),
        (Fourier(0), "axes=0 names the first axis"),
        (Fourier(2), "axes=2 is out of range"),
        (Segments(0), "size=0 must be at least 1"),
        (wavelet(levels=5), "levels=5 is too deep for signals of length 8"),
        (wavelet(np.array([1.0, 0.5])), "basis '2 taps'"),
    ],
)
def test_a_basis_that_does_not_suit_is_refused(basis, message):
    check = Basis.check if isinstance(basis, Halved) else type(basis).check
    with pytest.raises(ValueError, match=message):
        check(basis, (3, 8))
