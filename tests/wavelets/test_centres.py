"""Where coefficients look: the centres of the basis vectors' energy."""

import numpy as np
import pytest

from tests.helpers import MODES
from wavedistill.wavelets import WaveletTransform


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    # With a wavelet per level the filters' squares are correlated, and the centre approximate.
    ("wavelet", "tolerance"),
    [("haar", 0.1), ("sym4", 0.1), (["sym4", "db2", "haar"], 0.5)],
)
def test_centres_are_those_of_the_basis_vectors(wavelet, tolerance, mode):
    transform = WaveletTransform(wavelet, 3, mode)
    energy = np.square(transform.adjoint(np.eye(256)))
    centres = np.arange(256) @ energy / energy.sum(axis=0)
    inside = energy[60:-60].sum(axis=0) > 1 - 1e-12
    assert inside.sum() > 100
    np.testing.assert_allclose(transform.centres(256)[inside], centres[inside], atol=tolerance)


def test_images_have_none():
    with pytest.raises(ValueError, match="centres are those of signals; transform one axis"):
        WaveletTransform("haar", 2, axes=(-2, -1)).centres(16)
