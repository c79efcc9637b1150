"""`Attributions`: what it accepts, what it says of wavelet coefficients, and how it is kept."""

import subprocess
import sys

import numpy as np
import pytest

from wavedistill.attribution import Attributions
from wavedistill.wavelets import Wavelet, WaveletTransform


def arrays(*shape, seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(2, *shape)).astype(dtype)


def test_saliency_is_the_adjoint_synthesis_of_the_multipliers():
    multipliers, _ = arrays(3, 17)
    found = Attributions(multipliers).coefficients("db3", 2, "periodization")
    np.testing.assert_array_equal(
        found, WaveletTransform("db3", 2, "periodization").adjoint(multipliers)
    )


def test_products_are_inputs_times_multipliers_coefficient_by_coefficient():
    multipliers, inputs = arrays(3, 17)
    found = Attributions(multipliers, inputs, "input_x_gradient").coefficients("db3", 2, "reflect")
    transform = WaveletTransform("db3", 2, "reflect")
    expected = transform.analysis(inputs) * transform.adjoint(multipliers)
    np.testing.assert_array_equal(found, expected)


def test_products_with_several_baselines_average_the_products_not_the_factors():
    multipliers, inputs = arrays(4, 3, 16)
    several = Attributions(multipliers, inputs, "expected_gradients", baseline_axis=True)
    assert len(several) == 3
    one_by_one = [
        Attributions(m, i, "expected_gradients").coefficients("db2", 2, "reflect")
        for m, i in zip(multipliers, inputs, strict=True)
    ]
    np.testing.assert_allclose(
        several.coefficients("db2", 2, "reflect"), np.mean(one_by_one, axis=0), atol=1e-15
    )


@pytest.mark.parametrize("baseline_axis", [False, True])
@pytest.mark.parametrize(("last", "middle"), [(-1, -2), (2, 1)])
def test_axis_counts_the_axes_of_the_signals(baseline_axis, last, middle):
    leading = (2, 3) if baseline_axis else (3,)
    multipliers, inputs = arrays(*leading, 16, 5)
    along = Attributions(multipliers, inputs, "ig", baseline_axis=baseline_axis)
    swapped = Attributions(
        multipliers.swapaxes(-1, -2), inputs.swapaxes(-1, -2), "ig", baseline_axis=baseline_axis
    )
    np.testing.assert_allclose(
        along.coefficients("db2", 2, axes=middle).swapaxes(-1, -2),
        swapped.coefficients("db2", 2, axes=last),
        atol=1e-15,
    )


def test_the_dtype_of_the_arrays_is_kept():
    multipliers, inputs = arrays(2, 3, 16, dtype=np.float32)
    assert Attributions(multipliers[0]).coefficients("db2", 2).dtype == np.float32
    assert (
        Attributions(multipliers, inputs, "e", baseline_axis=True).coefficients("db2", 2).dtype
        == np.float32
    )


def test_products_are_refused_for_filters_that_are_not_orthonormal():
    multipliers, inputs = arrays(3, 16)
    rough = Wavelet(1.1 * Wavelet.from_name("db2").lowpass)
    assert Attributions(multipliers).coefficients(rough, 1).shape == (3, 18)
    with pytest.raises(
        ValueError, match=r"'integrated_gradients' need an orthonormal filter.*takes any filter"
    ):
        Attributions(multipliers, inputs, "integrated_gradients").coefficients(rough, 1)


@pytest.mark.parametrize("axis", [0, 2, -3])
def test_an_axis_that_is_not_one_of_the_signals_is_refused(axis):
    with pytest.raises(ValueError, match=r"ax[ei]s=.* (names the first|out of range|at least)"):
        Attributions(arrays(3, 16)[0]).coefficients("haar", 1, axes=axis)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"multipliers": np.ones(4)}, "multipliers has 1 axis"),
        ({"multipliers": np.ones((0, 4))}, "multipliers is empty"),
        ({"multipliers": [[1.0, np.nan]]}, "multipliers contains NaN"),
        ({"inputs": np.ones((2, 5))}, r"inputs has shape \(2, 5\) and multipliers .* \(2, 4\)"),
        ({"inputs": np.full((2, 4), np.inf)}, "inputs contains NaN or infinity"),
        ({"inputs": np.ones((2, 4)), "baseline_axis": True}, "multipliers has 2 axes"),
        ({"multipliers": np.ones((1, 2, 4)), "baseline_axis": True}, "needs inputs"),
        ({"standard_error": np.ones((2, 1))}, r"standard_error has shape \(2, 1\)"),
    ],
)
def test_arrays_that_do_not_suit_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        Attributions(**{"multipliers": np.ones((2, 4)), **changes})


def test_attributions_do_not_change_their_fields_and_say_what_they_are():
    attributions = Attributions(arrays(3, 16)[0])
    with pytest.raises(AttributeError):
        attributions.method = "other"  # type: ignore[misc]
    assert repr(attributions) == "Attributions(method='saliency', multipliers of shape (3, 16))"
    assert len(attributions) == 3


@pytest.mark.parametrize("name", ["a.npz", "folder/without-suffix"])
@pytest.mark.parametrize("kind", ["saliency", "product", "several"])
def test_a_file_gives_back_what_was_saved(tmp_path, name, kind):
    multipliers, inputs = arrays(2, 3, 16, dtype=np.float32)
    saved = Attributions(
        multipliers, None if kind == "saliency" else inputs, kind, baseline_axis=kind == "several"
    )
    saved.save(tmp_path / name)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [tmp_path / name]
    loaded = Attributions.load(tmp_path / name)
    assert (loaded.method, loaded.baseline_axis) == (kind, kind == "several")
    assert loaded.multipliers.dtype == np.float32
    np.testing.assert_array_equal(loaded.multipliers, multipliers)
    if kind == "saliency":
        assert loaded.inputs is None
    else:
        np.testing.assert_array_equal(loaded.inputs, inputs)
    assert loaded.standard_error is None


def test_a_file_gives_back_standard_errors(tmp_path):
    multipliers, errors = arrays(3, 16)
    Attributions(multipliers, method="b", standard_error=errors).save(tmp_path / "a")
    np.testing.assert_array_equal(Attributions.load(tmp_path / "a").standard_error, errors)


def write_text(path):
    path.write_text("not an archive")


def write_nothing(path):
    path.touch()


def write_npy(path):
    with path.open("wb") as file:
        np.save(file, np.ones((2, 4)))


def write_other_npz(path):
    np.savez(path, multipliers=np.ones((2, 4)))


def write_pickled_npz(path):
    np.savez(path, format=np.array([{}], dtype=object), multipliers=np.ones((2, 4)))


def write_other_format(path):
    np.savez(path, format=np.array("other"), multipliers=np.ones((2, 4)))


def write_broken_zip(path):
    path.write_bytes(b"PK\x03\x04 and then nothing")


@pytest.mark.parametrize(
    "write",
    [
        write_text,
        write_nothing,
        write_npy,
        write_other_npz,
        write_pickled_npz,
        write_other_format,
        write_broken_zip,
    ],
)
def test_other_files_are_refused(tmp_path, write):
    path = tmp_path / "file.npz"
    write(path)
    with pytest.raises(ValueError, match=r"file\.npz does not hold attributions .*save wrote"):
        Attributions.load(path)


def test_a_missing_file_is_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        Attributions.load(tmp_path / "none.npz")


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_importing_the_package_does_not_import_torch():
    done = run(
        "import sys, wavedistill.attribution as a; "
        "assert {'attribute', 'TrimModel'} <= set(dir(a)); "
        "assert not {'torch', 'captum'} & set(sys.modules)"
    )
    assert done.returncode == 0, done.stderr


WITHOUT = "import sys; sys.modules['{missing}'] = None; from wavedistill.attribution import "


@pytest.mark.slow
def test_without_torch_functions_are_attributed_and_the_rest_says_how_to_install_it():
    without = WITHOUT.format(missing="torch")
    done = run(
        without + "attribute; import numpy as np; X = np.eye(3);"
        "print(attribute(lambda x: x.sum(1), X, 'blackbox').multipliers.sum().round());"
        "attribute(len, X)"
    )
    assert done.stdout.strip() == "9.0"
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("TypeError: method='saliency'")
    assert last.endswith("choose method='blackbox'.")
    done = run(without + "TrimModel")
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: TrimModel needs torch")
    assert "pip install 'wavedistill[torch]'" in last


@pytest.mark.slow
def test_without_captum_the_message_says_how_to_install_it():
    pytest.importorskip("torch")
    done = run(
        WITHOUT.format(missing="captum") + "TrimModel, attribute; import torch;"
        "attribute(torch.nn.Linear(3, 1), torch.eye(3))"
    )
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: attribute with a PyTorch model needs captum")
    assert "pip install 'wavedistill[torch]'" in last


def test_other_names_are_unknown():
    import wavedistill.attribution

    with pytest.raises(AttributeError, match="no attribute 'attributes'"):
        wavedistill.attribution.attributes  # noqa: B018
