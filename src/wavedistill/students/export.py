"""A distilled student as a Python file that needs nothing but NumPy.

The file holds the student's numbers, the functions of `wavedistill.students.plain` that it needs,
and the methods of a predictor.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wavedistill._version import __version__
from wavedistill.files import replacing
from wavedistill.frequencies import SamplingRate
from wavedistill.kernels.pooling import ENERGY, EVENTS, LARGEST, MEAN
from wavedistill.students import plain
from wavedistill.students.reading import Reading
from wavedistill.wavelets import WaveletTransform

__all__ = ["export_student"]

Array = NDArray[np.float64]
Functions = Mapping[Any, Callable[..., Any]]

#: How the signals go on beyond their ends, by PyWavelets' mode.
_EXTENSIONS: Functions = MappingProxyType(
    {
        "zero": plain.with_zeros,
        "constant": plain.constant,
        "symmetric": plain.symmetric,
        "periodic": plain.periodic,
        "smooth": plain.smooth,
        "periodization": plain.periodic,
        "reflect": plain.reflected,
        "antisymmetric": plain.antisymmetric,
        "antireflect": plain.antireflected,
    }
)
_BANKS: Functions = MappingProxyType(
    {
        "dwt": plain.sub_bands,
        "packets": plain.packets,
        "scattering": plain.scattering,
        "scattering-own": plain.scattering,
        "undecimated": plain.undecimated,
    }
)
_POOLINGS: Functions = MappingProxyType(
    {
        ENERGY: plain.log_energy,
        EVENTS: plain.events,
        LARGEST: plain.largest,
        MEAN: plain.mean,
    }
)

_HEAD = '''"""A readable model of signals. It needs NumPy, and nothing else.

{use}

Signals X have shape {shape}. Each output is its intercept plus the sum of weight times feature.
A feature is a number that is read of a sub-band of a wavelet transform; its name stands beside its
weights. {verdict}

wavedistill {version} distilled this model from a network or from data.
"""

from collections.abc import Callable

import numpy as np

Array = np.ndarray
{types}
'''

_FEATURES = '''def features(X):
    """The features of each signal, shape (n, features), in the order of WEIGHTS."""
    signals = np.asarray(X, dtype=float)
    if signals.shape[1:] != SHAPE:
        raise ValueError(f"X has shape {{signals.shape}}, and its examples must have {{SHAPE}}.")
    signals = np.moveaxis(signals, TIME, -1)
    signals = signals.reshape(len(signals), -1, SHAPE[TIME - 1]) / SCALE
{numbers}
    # Channel by channel, band by band, part by part.
    return np.concatenate(numbers, axis=-1).reshape(len(signals), -1)[:, COLUMNS]
'''

_NUMBERS = """    bands = {bank}(signals, {filters}, {arguments})
    numbers {sign} [{pooling}(part) for band in bands for part in parts_of(band, {parts})]"""

_LINEAR = '''def {name}(X):
    """{what}."""
    return (features(X) @ WEIGHTS + INTERCEPT){first}
'''

_PROBABILITIES = '''def predict_proba(X):
    """The probability of each class, shape (n, classes), in the order of CLASSES."""
    scores = features(X) @ WEIGHTS + INTERCEPT
    if scores.shape[1] == 1:
        scores = np.hstack([np.zeros_like(scores), scores])
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
'''

_CLASSES = '''def predict(X):
    """The class of each signal, shape (n,)."""
    return CLASSES[{decided}]
'''


def export_student(
    student: Any, path: str | os.PathLike[str], sampling_rate: SamplingRate = None
) -> None:
    """Write a fitted student as a Python file, whole or not at all (`DistilledStudent.export`)."""
    transform, readings = student.transform_, student.reading_.members
    if len(transform.axes) > 1:
        raise ValueError(
            f"the student reads images, axes={transform.axes}, and export writes students of "
            "signals; keep it as JSON with save."
        )
    extend = _EXTENSIONS[transform.mode]
    split = plain.split_periodic if transform.mode == "periodization" else plain.split
    decimated = any(reading.bank != "undecimated" for reading in readings)
    needed = dict.fromkeys(call for each in readings for call in _calls(each, extend, split))
    numbers = (
        _NUMBERS.format(
            bank=_BANKS[reading.bank].__name__,
            filters="FILTERS, SECOND" if _has_second(reading) else "FILTERS",
            arguments=", ".join(each.__name__ for each in _arguments(reading, extend, split)),
            sign="+=" if number else "=",
            pooling=_POOLINGS[reading.pooling].__name__,
            parts=reading.parts,
        )
        for number, reading in enumerate(readings)
    )
    sections = [
        _head(student, decimated),
        _numbers(student, sampling_rate),
        *(inspect.getsource(function) for function in needed),
        _FEATURES.format(numbers="\n".join(numbers)),
        *_methods(student),
    ]
    with replacing(path) as temporary:
        temporary.write_text("\n\n".join(sections), encoding="utf-8")


def _arguments(
    reading: Reading, extend: Callable[..., Any], split: Callable[..., Any]
) -> list[Callable[..., Any]]:
    """What the filter bank of a reading takes besides signals and filters."""
    return [extend] if reading.bank == "undecimated" else [extend, split]


def _calls(
    reading: Reading, extend: Callable[..., Any], split: Callable[..., Any]
) -> list[Callable[..., Any]]:
    """The functions that a reading needs; what another one calls comes before it."""
    pooling, bank = _POOLINGS[reading.pooling], _BANKS[reading.bank]
    padded = [plain.with_zeros] if pooling is plain.largest else []
    banks = [plain.sub_bands, bank] if _has_second(reading) else [bank]
    arguments = _arguments(reading, extend, split)
    return [*padded, extend, plain.mirrored, *arguments[1:], *banks, plain.parts_of, pooling]


def _has_second(reading: Reading) -> bool:
    return _BANKS[reading.bank] is plain.scattering


def _head(student: Any, decimated: bool) -> str:
    types = "Extend = Callable[[Array, int, int], Array]"
    if decimated:
        types += "\nSplit = Callable[[Array, Array, Extend], tuple[Array, Array]]"
    names = ["predict(X)"]
    if hasattr(student, "classes_"):
        names += ["predict_proba(X)", "decision_function(X)"]
    shape = ", ".join(("n", *map(str, student.signal_shape_)))
    return _HEAD.format(
        use="    " + ", ".join(names),
        shape=f"({shape})",
        verdict=_quoted(student.verdict_),
        version=__version__,
        types=types,
    )


def _numbers(student: Any, sampling_rate: SamplingRate) -> str:
    """The numbers of the student as Python constants."""
    transform = student.transform_
    axis = transform.decomposition.along((1, *student.signal_shape_))[0]
    weights, intercept = np.atleast_2d(student.coef_).T, np.atleast_1d(student.intercept_)
    outputs = student._output_names(len(intercept))
    kept = student.columns_.tolist()
    every = kept == list(range(student._channels() * student.reading_.count(transform.levels)))
    lines = [
        f"SHAPE = {tuple(student.signal_shape_)}  # of one example",
        f"TIME = {axis}  # the axis of time in X",
        f"SCALE = {student.scale_!r}  # root mean square of the signals that the model is made for",
        "# Which of the numbers that are read are features.",
        f"COLUMNS = {'slice(None)' if every else kept}",
        "",
        "# The lowpass filter of each level, the finest first.",
    ]
    lines += _filters("FILTERS", transform)
    if any(_has_second(reading) for reading in student.reading_.members):
        lines += ["# Those of the second layer, from level 2 on."]
        second = student.second_transform_
        lines += ["SECOND = FILTERS[1:]"] if second is None else _filters("SECOND", second)
    lines += ["", f"# One row for each feature; the outputs are {_quoted(', '.join(outputs))}."]
    lines += ["WEIGHTS = np.array(["]
    for row, name in zip(weights, student.feature_names(sampling_rate), strict=True):
        lines += [f"    [{', '.join(map(repr, row.tolist()))}],  # {name}"]
    lines += ["])", f"INTERCEPT = np.array({intercept.tolist()})"]
    if hasattr(student, "classes_"):
        lines += [f"CLASSES = np.array({_literal(student.classes_)})"]
    return "\n".join(lines) + "\n"


def _filters(name: str, transform: WaveletTransform) -> list[str]:
    taps = [wavelet.lowpass for wavelet in transform.wavelets]
    if transform.shared:
        return [f"{name} = np.array([[", *_rows(taps[0]), f"]] * {transform.levels})"]
    lines = [f"{name} = np.array(["]
    for row in taps:
        lines += ["    [", *(f"    {line}" for line in _rows(row)), "    ],"]
    return [*lines, "])"]


def _rows(values: Array) -> Iterator[str]:
    for start in range(0, len(values), 4):
        yield "    " + " ".join(f"{value!r}," for value in values[start : start + 4].tolist())


def _methods(student: Any) -> Iterator[str]:
    several = len(np.atleast_1d(student.intercept_)) > 1
    if not hasattr(student, "classes_"):
        one = np.ndim(student.coef_) == 1
        what = f"The predicted numbers, shape {'(n,)' if one else '(n, outputs)'}"
        yield _LINEAR.format(name="predict", what=what, first="[:, 0]" if one else "")
        return
    what = "A score for each class, shape (n, classes)"
    if not several:
        what = "The log-odds of the second class, shape (n,)"
    yield _LINEAR.format(name="decision_function", what=what, first="" if several else "[:, 0]")
    yield _PROBABILITIES
    decided = "decision_function(X).argmax(axis=1)" if several else "(decision_function(X) > 0) * 1"
    yield _CLASSES.format(decided=decided)


def _literal(classes: NDArray[Any]) -> str:
    dtype = "object" if classes.dtype.hasobject else classes.dtype.str
    return f"{classes.tolist()}, dtype={dtype!r}"


def _quoted(text: str) -> str:
    """Text for a docstring or a comment: on one line, and without what would end it."""
    return " ".join(text.split()).replace("\\", "/").replace('"', "'")
