"""The known wavelets, each once."""

import numpy as np
import pywt

from wavedistill.wavelets import known_wavelets


def test_every_filter_of_the_lengths_asked_for_is_there_once():
    found = known_wavelets(12, shortest=4)
    names = [wavelet.name for wavelet in found]
    assert names == ["db2", "db3", "db4", "db5", "db6", "sym4", "sym5", "sym6", "coif1", "coif2"]
    filters = {tuple(np.round(wavelet.lowpass, 8)) for wavelet in found}
    assert len(filters) == len(found)
    for family in ("haar", "db", "sym", "coif"):
        for name in pywt.wavelist(family):
            if 4 <= pywt.Wavelet(name).rec_len <= 12:
                assert tuple(np.round(pywt.Wavelet(name).rec_lo, 8)) in filters
