"""Models in files: each way of loading one gives the same attributions, and no pickle is loaded."""

import pickle
import sys
import warnings

import numpy as np
import pytest

import wavedistill as wd

torch = pytest.importorskip("torch")
pytest.importorskip("captum")

from wavedistill.cli.models import load_model, path_of  # noqa: E402

MODULE = """
import torch
from torch import nn


def make():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(8, 4), nn.Tanh(), nn.Linear(4, 2))


def plain():
    return lambda x: x.sum(axis=1)


def number():
    return 3
"""


@pytest.fixture
def models(tmp_path, monkeypatch):
    """A folder with one network in files of all kinds; and the network."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "mine", raising=False)
    (tmp_path / "mine.py").write_text(MODULE)
    model = load_model("mine:make", None)
    assert isinstance(model, torch.nn.Module)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.1
    model.eval()
    torch.save(model.state_dict(), "state.pt")
    torch.save(model, "whole.pt")
    batch = {"input": {0: torch.export.Dim("batch")}}
    program = torch.export.export(model, (torch.ones(3, 8),), dynamic_shapes=batch)
    torch.export.save(program, "model.pt2")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.trace(model, torch.ones(3, 8)).save("model.pt")
    return model


def test_all_ways_to_load_a_model_give_its_attributions(models, tmp_path, command):
    X = np.random.default_rng(0).standard_normal((5, 8)).astype(np.float32)
    np.save("X.npy", X)
    expected = wd.attribute(models, X, target=1).multipliers
    for given in (["model.pt2"], ["model.pt"], ["mine:make", "--weights", "state.pt"]):
        options = ["--data", "X.npy", "--target", "1", "--out", "A.npz", "--json"]
        code, stdout, stderr = command("attribute", "--model", *given, *options, folder=tmp_path)
        assert (code, stderr) == (0, ""), given
        assert '"shape": [\n  5,\n  8\n ]' in stdout
        found = wd.Attributions.load("A.npz")
        np.testing.assert_allclose(found.multipliers, expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("model", "weights", "message"),
    [
        ("whole.pt", None, "is a pickle, which may run any code"),
        ("state.pt", None, r"torch.save\(model.state_dict\(\), 'state.pt'\), and give --model"),
        ("evil.pt", None, "is a pickle, which may run any code"),
        ("evil.pt2", None, "is no program of torch.export"),
        ("absent.pt2", None, "absent.pt2: there is no such file"),
        ("model.onnx", None, "must be a .pt2 file"),
        ("model.pt2", "state.pt", "goes with --model package.module:function"),
        ("mine:make", "whole.pt", "is no state dict of tensors"),
        ("mine:make", "evil.pt", "is no state dict of tensors"),
        ("mine:make", "tensor.pt", "holds a Tensor"),
        ("mine:make", "other.pt", "does not fit what mine:make returns"),
        ("mine:make", "absent.pt", "absent.pt: there is no such file"),
        ("mine:absent", None, "mine has no function 'absent'"),
        ("absent_module:make", None, "there is no module 'absent_module'"),
        ("mine:number", None, "returns a int"),
        ("mine:plain", "state.pt", "must return a torch.nn.Module"),
    ],
)
def test_what_is_no_model_is_refused_and_nothing_is_unpickled(
    model, weights, message, models, tmp_path
):
    for name in ("evil.pt", "evil.pt2"):
        (tmp_path / name).write_bytes(pickle.dumps(Evil(str(tmp_path / "ran"))))
    torch.save(torch.ones(2), "tensor.pt")
    torch.save({"weight": torch.ones(2)}, "other.pt")
    with pytest.raises((ImportError, OSError, TypeError, ValueError), match=message):
        load_model(model, None if weights is None else tmp_path / weights)
    assert not (tmp_path / "ran").exists()


def test_a_pickle_within_a_program_is_not_loaded(models, tmp_path, monkeypatch):
    # PyTorch falls back to pickle where weights are no tensors.
    program = torch.export.load("model.pt2")
    kept = []
    monkeypatch.setattr(torch.export, "load", lambda path: kept.append(torch.load("whole.pt")))
    with pytest.raises(ValueError, match="is no program of"):
        load_model("model.pt2", None)
    assert program is not None
    assert kept == []


def test_a_function_is_attributed_as_a_black_box(models, tmp_path, command):
    np.save("X.npy", np.random.default_rng(0).standard_normal((3, 8)))
    options = ("--data", "X.npy", "--method", "blackbox", "--out", "A.npz")
    code, stdout, stderr = command("attribute", "--model", "mine:plain", *options, folder=tmp_path)
    assert code == 0, stderr
    assert "Attributions of 3 examples of shape (8,) by blackbox." in stdout
    np.testing.assert_allclose(wd.Attributions.load("A.npz").multipliers, 1, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--target", "first"), "--target first must be the number of an output, or all"),
        (("--out", "A.npy"), "--out A.npy must end in .npz"),
        (("--out", "model.pt2"), "--model and --out both name model.pt2"),
        (("--method", "magic"), "'magic'"),
        ((), "target"),
    ],
)
def test_what_cannot_be_attributed_is_told_in_one_line(
    arguments, message, models, tmp_path, command
):
    np.save("X.npy", np.ones((3, 8), np.float32))
    options = ("--data", "X.npy", "--model", "model.pt2", "--out", "A.npz", *arguments)
    code, stdout, stderr = command("attribute", *options, folder=tmp_path)
    assert (code, stdout) == (1, "")
    assert len(stderr.splitlines()) == 1
    assert message in stderr


def test_only_files_of_models_are_files():
    assert path_of("package.module:function") is None
    assert str(path_of("C:model.pt2")) == "C:model.pt2"


class Evil:
    """What a pickle can do: it writes a file when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


def test_signals_get_the_axis_that_a_model_expects(tmp_path, command):
    X = np.random.default_rng(0).standard_normal((5, 8)).astype(np.float32)
    np.save(tmp_path / "X.npy", X)
    layers = [torch.nn.Conv1d(1, 2, 3), torch.nn.Flatten(), torch.nn.Linear(12, 1)]
    model = torch.nn.Sequential(*layers).eval()
    batch = {"input": {0: torch.export.Dim("batch")}}
    program = torch.export.export(model, (torch.ones(3, 1, 8),), dynamic_shapes=batch)
    torch.export.save(program, tmp_path / "model.pt2")
    options = ["attribute", "--data", "X.npy", "--model", "model.pt2", "--out", "A.npz"]
    assert command(*options, folder=tmp_path)[0] == 1
    code, _, stderr = command(*options, "--channel-axis", "1", folder=tmp_path)
    assert (code, stderr) == (0, "")
    assert wd.Attributions.load(tmp_path / "A.npz").shape == (5, 1, 8)
    code, _, stderr = command(*options, "--channel-axis", "3", folder=tmp_path)
    assert (code, "--channel-axis 3 must be 1 to 2" in stderr) == (1, True)
