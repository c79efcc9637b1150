"""`Wavelet.to_pywt` serves ptwt as well: its transforms of tensors give the same coefficients."""

import warnings
from typing import Any

import numpy as np
import pytest

import wavedistill as wd
from tests.helpers import normal

torch = pytest.importorskip("torch")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    ptwt: Any = pytest.importorskip("ptwt")


@pytest.fixture
def learned():
    """A wavelet that has no name in PyWavelets."""
    return wd.Wavelet.from_angles([0.4, -0.9, np.pi / 4 + 0.5])


@pytest.mark.parametrize("mode", ["zero", "constant", "symmetric", "reflect", "periodic"])
def test_signals_have_the_same_coefficients_in_ptwt(learned, mode):
    x = normal(3, 45)
    bands = ptwt.wavedec(torch.tensor(x), learned.to_pywt(), mode=mode, level=3)
    expected = wd.WaveletTransform(learned, 3, mode).analysis(x)
    np.testing.assert_allclose(torch.cat(list(bands), dim=-1), expected, atol=1e-12)
    back = ptwt.waverec(bands, learned.to_pywt())[:, :45]
    np.testing.assert_allclose(back, x, atol=1e-12)


def test_images_have_the_same_coefficients_in_ptwt(learned):
    x = normal(2, 16, 20)
    found, *details = ptwt.wavedec2(torch.tensor(x), learned.to_pywt(), mode="zero", level=2)
    bands = [found, *(band for level in details for band in level)]
    flat = torch.cat([band.flatten(-2) for band in bands], dim=-1)
    expected = wd.WaveletTransform(learned, 2, "zero", (-2, -1)).analysis(x)
    np.testing.assert_allclose(flat, expected, atol=1e-12)


@pytest.mark.filterwarnings("ignore::UserWarning:ptwt")
def test_boundary_filters_of_ptwt_take_the_wavelet(learned):
    x = torch.tensor(normal(2, 64))
    wavelet = learned.to_pywt()
    bands = ptwt.MatrixWavedec(wavelet, level=2)(x)
    np.testing.assert_allclose(ptwt.MatrixWaverec(wavelet)(bands), x, atol=1e-10)
