"""`Wavelet` as a value: handed to PyWavelets, written and read, compared, never changed."""

import copy
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import pywt
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, clone

from wavedistill.wavelets import Wavelet


class Holder(BaseEstimator):
    def __init__(self, wavelet=None):
        self.wavelet = wavelet


def test_pywavelets_transforms_with_it_as_with_its_own():
    data = np.random.default_rng(0).normal(size=(3, 37))
    for ours, theirs in zip(
        pywt.wavedec(data, Wavelet.from_name("db3").to_pywt(), level=2),
        pywt.wavedec(data, "db3", level=2),
        strict=True,
    ):
        np.testing.assert_array_equal(ours, theirs)
    bank = Wavelet.from_name("db3").to_pywt()
    assert bank.name == "db3"
    assert bank.orthogonal
    assert np.array(bank.filter_bank).tolist() == np.array(pywt.Wavelet("db3").filter_bank).tolist()
    assert Wavelet([1.0, 1.0]).to_pywt().name == "wavedistill"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=2))
def test_a_file_gives_every_bit_back(tmp_path_factory, taps):
    path = tmp_path_factory.mktemp("wavelet") / "w.json"
    with np.errstate(over="ignore", invalid="ignore"):
        Wavelet(taps, name="ψ").save(path)
    loaded = Wavelet.load(path)
    assert loaded.lowpass.tobytes() == np.array(taps).tobytes()
    assert loaded.name == "ψ"


def test_a_file_says_what_it_holds(tmp_path):
    Wavelet.from_name("coif17").save(tmp_path / "new" / "w.json")
    content = json.loads((tmp_path / "new" / "w.json").read_text(encoding="utf-8"))
    assert (content["format"], content["name"]) == ("wavedistill.wavelet", "coif17")
    assert content["residuals"] == Wavelet.from_name("coif17").residuals()
    assert Wavelet.load(tmp_path / "new" / "w.json") == Wavelet.from_name("coif17")


HEAD = b'{"format": "wavedistill.wavelet", "version": 1'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[1, 2]", "is JSON of format None, and 'wavedistill.wavelet' is needed"),
        (b'{"lowpass": [1, 1]}', "is JSON of format None"),
        (b'{"format": "other", "lowpass": [1, 1]}', "is JSON of format 'other'"),
        (b'{"format": "wavedistill.wavelet", "version": 2}', "has version 2 .* reads version 1"),
        (HEAD + b', "lowpass": [1, 1, 1]}', "even length"),
        (HEAD + b', "lowpass": [1, NaN]}', "NaN"),
        (HEAD + b"}", r"lacks lowpass; give a file that Wavelet\.save wrote"),
    ],
)
def test_other_files_are_refused(tmp_path, content, message):
    path = tmp_path / "w.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        Wavelet.load(path)


def test_the_origin_is_kept_in_the_file_and_in_copies(tmp_path):
    origin = {"levels": 3, "mode": "symmetric", "axes": [-1], "loss": 0.1 + 0.2, "method": None}
    wavelet = Wavelet([1.0, 1.0], origin=origin)
    wavelet.save(tmp_path / "w.json")
    copies = [
        Wavelet.load(tmp_path / "w.json"),
        Wavelet.from_record(wavelet.record()),
        copy.copy(wavelet),
        copy.deepcopy(wavelet),
        pickle.loads(pickle.dumps(wavelet)),
        clone(Holder(wavelet)).wavelet,
    ]
    assert all(each.origin == origin for each in copies)
    assert wavelet == Wavelet([1.0, 1.0])
    assert hash(wavelet) == hash(Wavelet([1.0, 1.0]))


def test_the_origin_does_not_change():
    origin = {"levels": 3}
    wavelet = Wavelet([1.0, 1.0], origin=origin)
    origin["levels"] = 4
    with pytest.raises(TypeError, match="does not support item assignment"):
        wavelet.origin["levels"] = 5
    assert wavelet.origin == {"levels": 3}
    assert Wavelet([1.0, 1.0]).origin == {}


def test_a_missing_file_is_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        Wavelet.load(tmp_path / "none.json")


def test_saving_that_fails_midway_leaves_the_existing_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "w.json"
    Wavelet.from_name("db2").save(path)

    def half_written(self, text, **_):
        self.write_bytes(text[: len(text) // 2].encode())
        raise OSError("disk full")

    monkeypatch.setattr(Path, "write_text", half_written)
    with pytest.raises(OSError, match="disk full"):
        Wavelet.from_name("db3").save(path)
    assert Wavelet.load(path) == Wavelet.from_name("db2")
    assert list(tmp_path.iterdir()) == [path]


def test_a_wavelet_does_not_change():
    taps = np.array([1.0, 1.0])
    wavelet = Wavelet(taps)
    taps[0] = 7
    np.testing.assert_array_equal(wavelet.lowpass, [1, 1])
    with pytest.raises(ValueError, match="read-only"):
        wavelet.lowpass[0] = 7
    with pytest.raises(AttributeError):
        wavelet.lowpass = taps  # type: ignore[misc]
    wavelet.highpass[0] = 7
    np.testing.assert_array_equal(wavelet.highpass, [1, -1])


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda w: pickle.loads(pickle.dumps(w))])
def test_a_copy_does_not_change_either(duplicate):
    assert not duplicate(Wavelet.from_name("db2")).lowpass.flags.writeable


def test_equality_is_that_of_the_filters():
    db2 = Wavelet.from_name("db2")
    assert db2 == Wavelet(db2.lowpass, name="another")
    assert hash(db2) == hash(Wavelet(db2.lowpass))
    assert db2 != Wavelet.from_name("db3")
    assert db2 != Wavelet(np.nextafter(db2.lowpass, 1))
    assert db2 != "db2"
    assert len({db2, Wavelet.from_name("sym2"), Wavelet(db2.lowpass)}) == len(
        {db2.lowpass.tobytes(), Wavelet.from_name("sym2").lowpass.tobytes()}
    )


def test_equal_wavelets_hash_alike_whatever_the_sign_of_their_zeros():
    plus, minus = Wavelet([0.0, 1.0, 1.0, 0.0]), Wavelet([-0.0, 1.0, 1.0, -0.0])
    assert plus == minus
    assert hash(plus) == hash(minus)


def test_repr_shows_the_filter_and_the_name():
    assert repr(Wavelet([1.0, 0.5], name="mine")) == "Wavelet([1. , 0.5], name='mine')"
    assert repr(Wavelet([1.0, 0.5])) == "Wavelet([1. , 0.5])"
