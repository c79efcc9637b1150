"""Files of arrays: every kind gives the same array, and what cannot be read is told in words."""

import sys
from pathlib import Path

import numpy as np
import pytest

from wavedistill.cli.inputs import read_array, read_column, refuse_same_files

X = np.arange(12.0).reshape(4, 3)


def write_npy(path):
    np.save(path, X)


def write_npz(path):
    np.savez(path, X=X)


def write_csv(path):
    np.savetxt(path, X, delimiter=",")


def write_titled_csv(path):
    np.savetxt(path, X, delimiter=",", header="a,b,c", comments="")


def write_hdf5(path):
    with pytest.importorskip("h5py").File(path, "w") as file:
        file["group/X"] = X


def write_fits(path):
    fits = pytest.importorskip("astropy.io.fits")
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(X, name="X")]).writeto(path)


def write_zarr(path):
    pytest.importorskip("zarr").save_array(str(path), X)


def write_zarr_group(path):
    pytest.importorskip("zarr").save_group(str(path), X=X, other=-X)


def write_parquet(path):
    pytest.importorskip("pyarrow")
    pytest.importorskip("pandas").DataFrame(X, columns=["a", "b", "c"]).to_parquet(path)


@pytest.mark.parametrize(
    ("write", "name", "inside"),
    [
        (write_npy, "X.npy", ""),
        (write_npz, "X.npz", ""),
        (write_npz, "X.npz", "::X"),
        (write_csv, "X.csv", ""),
        (write_titled_csv, "X.csv", ""),
        (write_hdf5, "X.h5", ""),
        (write_hdf5, "X.hdf5", "::group/X"),
        (write_fits, "X.fits", ""),
        (write_fits, "X.fits", "::x"),
        (write_fits, "X.FITS", "::1"),
        (write_zarr, "X.zarr", ""),
        (write_zarr_group, "X.zarr", "::X"),
        (write_parquet, "X.parquet", ""),
    ],
)
def test_every_kind_of_file_gives_the_array(write, name, inside, tmp_path):
    write(tmp_path / name)
    found = read_array(f"{tmp_path / name}{inside}", "--data")
    np.testing.assert_array_equal(found, X)
    assert found.dtype == np.dtype(np.float64)
    assert found.dtype.isnative


def test_columns_of_tables_are_named(tmp_path):
    (tmp_path / "t.csv").write_text('class,x\n"a, b",1\nc,2\n')
    assert read_column(f"{tmp_path}/t.csv::class", "--labels").tolist() == ["a, b", "c"]
    assert read_column(f"{tmp_path}/t.csv::x", "--labels").tolist() == [1, 2]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("1\n0\n1\n", [1, 0, 1]),
        ("label\n1\n0\n", [1, 0]),
        ("cat\ndog\n", ["cat", "dog"]),
    ],
)
def test_labels_in_one_column_are_a_vector(text, labels, tmp_path):
    (tmp_path / "y.csv").write_text(text)
    assert read_column(str(tmp_path / "y.csv"), "--labels").tolist() == labels


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("two.npz", r"it has X, Y; name one, such as .*two.npz::X"),
        ("two.npz::Z", r"there is no 'Z' in it; it has X, Y"),
        ("X.npy::X", "::X names one of several; leave that out"),
        ("X.mat", r"none of .npy, .npz, .csv, .parquet, .zarr, .h5, .hdf5 or .fits"),
        ("absent.zarr", "there is no such file"),
        ("empty.npz", "there is none in it"),
        ("objects.npz", "saved with pickle, which is never loaded"),
        ("bad.npz", "bad.npz gives no array: "),
        ("ragged.csv", "ragged.csv gives no array: "),
        ("bad.h5", "bad.h5 gives no array: "),
    ],
)
def test_what_cannot_be_read_is_told(name, message, tmp_path):
    pytest.importorskip("h5py")
    np.save(tmp_path / "X.npy", X)
    np.savez(tmp_path / "two.npz", X=X, Y=X)
    np.savez(tmp_path / "empty.npz")
    np.savez(tmp_path / "objects.npz", np.array([{}], dtype=object), allow_pickle=True)
    (tmp_path / "ragged.csv").write_text("1,2\n3\n")
    for bad in ("X.mat", "bad.npz", "bad.h5"):
        (tmp_path / bad).write_text("nothing")
    with pytest.raises((ValueError, FileNotFoundError), match=message) as error:
        read_array(f"{tmp_path}/{name}", "--data")
    assert str(error.value).startswith("--data ")


@pytest.mark.parametrize(
    ("package", "name", "extra"),
    [
        ("zarr", "X.zarr", "zarr"),
        ("h5py", "X.h5", "data"),
        ("astropy", "X.fits", "data"),
        ("pyarrow", "X.parquet", "parquet"),
    ],
)
def test_a_missing_package_is_named_with_its_extra(package, name, extra, tmp_path, monkeypatch):
    (tmp_path / name).write_text("anything")
    for module in [package, *(m for m in sys.modules if m.startswith(f"{package}."))]:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf"{package}.*pip install 'wavedistill\[{extra}\]'"):
        read_array(str(tmp_path / name), "--data")


def test_one_file_for_two_options_is_refused():
    refuse_same_files({"--data": "a.npz::X", "--labels": "a.npz::y"}, {"--out": Path("b.npz")})
    with pytest.raises(ValueError, match=r"--data and --labels both name a.csv"):
        refuse_same_files({"--data": "a.csv", "--labels": "a.csv"}, {})
    with pytest.raises(ValueError, match=r"--data and --out both name a.npz"):
        refuse_same_files({"--data": "./a.npz::X"}, {"--out": Path("a.npz")})
    with pytest.raises(ValueError, match=r"--out and --figure both name a.json"):
        refuse_same_files({}, {"--out": Path("a.json"), "--figure": Path("a.json")})
