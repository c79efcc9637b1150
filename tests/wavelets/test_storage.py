"""Wavelets and transforms as safetensors: what JSON keeps, with the filters as tensors."""

import json
import sys

import numpy as np
import pytest

import wavedistill as wd

safetensors = pytest.importorskip("safetensors")

from safetensors.numpy import load_file, save_file  # noqa: E402

ORIGIN = {"levels": 3, "mode": "symmetric", "axes": [-1], "weights": {"lowpass": "a name"}}


def test_a_transform_comes_back_from_safetensors(tmp_path):
    learned = wd.Wavelet(wd.Wavelet.from_name("db5").lowpass[::-1], name="mine", origin=ORIGIN)
    for transform in (
        wd.WaveletTransform(learned),
        wd.WaveletTransform([learned, "haar"], mode="reflect", axes=(-2, -1)),
    ):
        path = tmp_path / "deep" / "w.safetensors"
        transform.save(path)
        again = wd.WaveletTransform.load(path)
        assert again == transform
        for found, kept in zip(again.wavelets, transform.wavelets, strict=True):
            np.testing.assert_array_equal(found.lowpass, kept.lowpass)
            assert found.name == kept.name
    assert list(load_file(path)) == ["wavelets.0.lowpass", "wavelets.1.lowpass"]
    with safetensors.safe_open(path, framework="numpy") as file:
        record = json.loads(file.metadata()["record"])
    assert (record["levels"], record["mode"], record["axes"]) == (2, "reflect", [-2, -1])
    assert record["wavelets"][0]["origin"]["mode"] == "symmetric"


def test_a_wavelet_keeps_its_origin_in_safetensors(tmp_path):
    origin = {"levels": 3, "loss": 0.25, "axes": [-1]}
    wavelet = wd.Wavelet([0.6, 0.8], name="near", origin=origin)
    wavelet.save(tmp_path / "w.safetensors")
    again = wd.Wavelet.load(tmp_path / "w.safetensors")
    assert again == wavelet
    assert (again.name, dict(again.origin)) == ("near", origin)
    plain = tmp_path / "plain"
    plain.touch()
    assert (tmp_path / "w.safetensors").stat().st_mode == plain.stat().st_mode


def test_other_files_are_refused_in_words(tmp_path):
    path = tmp_path / "w.safetensors"
    with pytest.raises(FileNotFoundError):
        wd.WaveletTransform.load(path)
    for content in (b"", b"not a file of tensors", b"\xff" * 40):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"holds no record .* WaveletTransform.save wrote"):
            wd.WaveletTransform.load(path)
    save_file({"weight": np.ones(3)}, path)
    with pytest.raises(ValueError, match=r"holds no record .*KeyError: 'record'"):
        wd.Wavelet.load(path)
    for record in ("{}", "[]", '{"wavelets": [3]}', "no JSON"):
        save_file({"weight": np.ones(3)}, path, metadata={"record": record})
        with pytest.raises(ValueError, match="holds no record"):
            wd.WaveletTransform.load(path)
    wd.Wavelet.from_name("db2").save(path)
    with pytest.raises(ValueError, match=r"format 'wavedistill.wavelet'.*'wavedistill.transform'"):
        wd.WaveletTransform.load(path)
    save_file({"lowpass": np.ones(2)}, path, metadata={"record": '{"format": "else"}'})
    with pytest.raises(ValueError, match=r"JSON of format 'else'"):
        wd.Wavelet.load(path)


def test_without_the_package_the_message_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    monkeypatch.setitem(sys.modules, "safetensors", None)
    wavelet = wd.Wavelet.from_name("db2")
    for act in (wavelet.save, wd.Wavelet.load):
        with pytest.raises(ImportError, match=r"wavedistill\[safetensors\]"):
            act(tmp_path / "w.safetensors")
    assert not list(tmp_path.iterdir())
    wavelet.save(tmp_path / "w.json")
    assert wd.Wavelet.load(tmp_path / "w.json") == wavelet
