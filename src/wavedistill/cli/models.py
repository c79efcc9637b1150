"""Models in files: exported programs, TorchScript, and functions with a state dict; no pickles."""

from __future__ import annotations

import importlib
import os
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wavedistill.cli.inputs import existing
from wavedistill.extras import load

if TYPE_CHECKING:
    import torch

__all__ = ["load_model", "path_of"]

_WAYS = (
    "Save it with torch.export.save(torch.export.export(model, (x,), dynamic_shapes=({0: "
    "torch.export.Dim('n')},)), 'model.pt2'), for batches x of any size, or with "
    "torch.jit.script(model).save('model.pt'); or save its state dict, "
    "torch.save(model.state_dict(), 'state.pt'), and give --model package.module:function "
    "--weights state.pt with a function that returns the model."
)


def path_of(model: str | None) -> Path | None:
    """The file that ``--model`` names, if it names one."""
    is_function = model is None or (":" in model and Path(model).suffix not in _READERS)
    return None if is_function else Path(str(model))


def load_model(text: str, weights: Path | None) -> torch.nn.Module | Callable[..., Any]:
    """The model that ``--model`` and ``--weights`` name.

    Parameters
    ----------
    text : str
        A ``.pt2`` file of `torch.export.save`, a ``.pt`` or ``.ts`` file of TorchScript, or
        ``package.module:function``; the module may lie in the current folder.
    weights : Path or None
        State dict for what the function returns.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ImportError
        If PyTorch or the module is not there.
    TypeError, ValueError
        If the file is a pickle or something else, or the function returns no model.
    """
    pytorch = load("torch", "--model", "torch")
    read = _READERS.get(Path(text).suffix.lower())
    if read is None and ":" in text:
        made: torch.nn.Module | Callable[..., Any] = _made(pytorch, text, weights)
        return made
    if weights is not None:
        raise ValueError(
            f"--weights {weights} goes with --model package.module:function; {text} has its own."
        )
    if read is None:
        raise ValueError(
            f"--model {text} must be a .pt2 file, a .pt or .ts file of TorchScript, or "
            f"package.module:function. {_WAYS}"
        )
    model: torch.nn.Module = read(pytorch, existing(Path(text), "--model"))
    return model


def _exported(torch: Any, path: Path) -> Any:
    try:
        with _no_pickles():
            return torch.export.load(path).module()
    except Exception as error:  # PyTorch raises errors of many kinds for broken files.
        raise ValueError(
            f"--model {path} is no program of torch.export that this PyTorch reads "
            f"({_first_line(error)}). {_WAYS}"
        ) from error


def _torchscript(torch: Any, path: Path) -> Any:
    if not zipfile.is_zipfile(path) or not _has_code(path):
        raise ValueError(
            f"--model {path} is a pickle, which may run any code when it is loaded, and is never "
            f"loaded. {_WAYS}"
        )
    try:
        with warnings.catch_warnings():
            # Of PyTorch, about the future of TorchScript.
            warnings.simplefilter("ignore", DeprecationWarning)
            return torch.jit.load(path, map_location="cpu")
    except RuntimeError as error:
        raise ValueError(
            f"--model {path} is no TorchScript file that this PyTorch reads "
            f"({_first_line(error)}). {_WAYS}"
        ) from error


def _has_code(path: Path) -> bool:
    """Whether an archive is of TorchScript: one of torch.save has no constants and no code."""
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith("/constants.pkl") for name in archive.namelist())


def _made(torch: Any, text: str, weights: Path | None) -> Any:
    state = None if weights is None else _state(torch, weights)
    model = _function(text)()
    if isinstance(model, torch.nn.Module):
        if state is not None:
            try:
                model.load_state_dict(state)
            except RuntimeError as error:
                raise ValueError(
                    f"--weights {weights} does not fit what {text} returns: {error}"
                ) from error
        return model
    if state is not None or not callable(model):
        raise TypeError(
            f"--model {text} returns a {type(model).__name__}; it must return a torch.nn.Module, "
            "or, without --weights, a function of arrays."
        )
    return model


def _function(text: str) -> Callable[[], Any]:
    name, _, attribute = text.partition(":")
    # As `python -m` has it, which a console script has not.
    if "" not in sys.path and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise ImportError(
            f"--model {text}: there is no module {error.name!r}; it must be installed, or lie in "
            "the current folder."
        ) from error
    function = getattr(module, attribute, None)
    if not callable(function):
        raise ValueError(f"--model {text}: {name} has no function {attribute!r}.")
    made: Callable[[], Any] = function
    return made


def _state(torch: Any, weights: Path) -> Any:
    existing(weights, "--weights")
    try:
        state = torch.load(weights, map_location="cpu", weights_only=True)
    except Exception as error:  # PyTorch raises errors of many kinds for broken files.
        raise ValueError(
            f"--weights {weights} is no state dict of tensors; a whole module and other pickles "
            "are never loaded. Write one with torch.save(model.state_dict(), 'state.pt')."
        ) from error
    if not isinstance(state, dict):
        raise ValueError(
            f"--weights {weights} holds a {type(state).__name__}; write a state dict with "
            "torch.save(model.state_dict(), 'state.pt')."
        )
    return state


@contextmanager
def _no_pickles() -> Iterator[None]:
    """Let `torch.load` read tensors only: `torch.export.load` would else fall back to pickles."""
    name = "TORCH_FORCE_WEIGHTS_ONLY_LOAD"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


_READERS: dict[str, Callable[[Any, Path], Any]] = {
    ".pt2": _exported,
    ".pt": _torchscript,
    ".pth": _torchscript,
    ".ts": _torchscript,
}
