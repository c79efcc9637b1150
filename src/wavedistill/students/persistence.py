"""Distilled students as JSON: everything that a prediction needs, and where it comes from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wavedistill._version import __version__
from wavedistill.files import read_json, write_json
from wavedistill.students.candidate import Candidate
from wavedistill.students.readings import Reading, as_reading
from wavedistill.wavelets import Wavelet, WaveletTransform

__all__ = ["fitted_state", "parameters_of", "read_student", "write_student"]

_FORMAT = "wavedistill.student"
_KEYS = ("kind", "parameters", "transform", "reading", "columns", "coef", "intercept", "scale")


def write_student(student: Any, path: str | os.PathLike[str], notes: Mapping[str, Any]) -> None:
    """Write a fitted student; an existing file is replaced only by a whole one."""
    content: dict[str, Any] = {
        "kind": type(student).__name__,
        "parameters": _kept_parameters(student.get_params(deep=False)),
        "transform": student.transform_.record(),
        "second": second.record() if (second := student.second_transform_) else None,
        "reading": [asdict(each) for each in student.reading_.members],
        "columns": student.columns_.tolist(),
        "feature_names": list(student.feature_names()),
        "coef": student.coef_.tolist(),
        "intercept": np.asarray(student.intercept_).tolist(),
        "scale": student.scale_,
        "signal_shape": list(student.signal_shape_),
        "target": student.target_,
        "verdict": student.verdict_,
        "comparison": student.comparison_,
        "candidates": [_candidate_record(each) for each in student.candidates_],
        "provenance": {"wavedistill": __version__, "notes": dict(notes)},
    }
    if hasattr(student, "classes_"):
        content["classes"] = _array_record(student.classes_)
    if hasattr(student, "feature_names_in_"):
        content["columns_of_X"] = student.feature_names_in_.tolist()
    write_json(path, _FORMAT, content)


def read_student(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The content of a file that `write_student` wrote.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file holds something else.
    """
    return read_json(path, _FORMAT, "save of a distilled student", _KEYS)


def parameters_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of the student's constructor."""
    parameters = dict(content["parameters"])
    if isinstance(parameters.get("axes"), list):
        parameters["axes"] = tuple(parameters["axes"])
    return parameters


def fitted_state(content: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of the fitted student."""
    intercept = np.asarray(content["intercept"], dtype=np.float64)
    shape = tuple(content["signal_shape"])
    # Files of a student with one layer may lack it.
    second = content.get("second")
    readings = [
        Reading(**{**each, "numbers": tuple(each["numbers"])}) for each in content["reading"]
    ]
    state = {
        "transform_": WaveletTransform.from_record(content["transform"]),
        "second_transform_": WaveletTransform.from_record(second) if second else None,
        "reading_": as_reading(readings),
        "columns_": np.asarray(content["columns"], dtype=np.intp),
        "coef_": np.asarray(content["coef"], dtype=np.float64),
        "intercept_": intercept if intercept.ndim else float(intercept),
        "scale_": float(content["scale"]),
        "signal_shape_": shape,
        "n_features_in_": shape[0],
        "target_": content["target"],
        "verdict_": content["verdict"],
        "comparison_": dict(content["comparison"]),
        "candidates_": [_candidate(each) for each in content["candidates"]],
    }
    if "classes" in content:
        state["classes_"] = _array(content["classes"])
    if "columns_of_X" in content:
        state["feature_names_in_"] = np.asarray(content["columns_of_X"], dtype=object)
    return state


def _kept_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that JSON can hold."""
    plain = {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in parameters.items()
    }
    if np.ndim(plain["axes"]):
        plain["axes"] = [int(axis) for axis in plain["axes"]]
    if isinstance(plain["reading"], tuple):
        plain["reading"] = list(plain["reading"])
    return {name: value for name, value in plain.items() if _is_plain(value)}


def _is_plain(value: object) -> bool:
    """Whether JSON can hold a parameter."""
    if isinstance(value, list):
        return all(_is_plain(each) for each in value)
    return value is None or isinstance(value, bool | int | float | str)


def _candidate_record(candidate: Candidate) -> dict[str, Any]:
    shared = len(set(candidate.wavelets)) == 1
    kept = candidate.wavelets[:1] if shared else candidate.wavelets
    return {
        "wavelets": [wavelet.record() for wavelet in kept],
        "levels": len(candidate.wavelets),
        "error": candidate.error,
        "start": candidate.start,
        "path": list(candidate.path),
        "begun": None if candidate.begun is None else candidate.begun.record(),
    }


def _candidate(record: Mapping[str, Any]) -> Candidate:
    wavelets = tuple(Wavelet.from_record(each) for each in record["wavelets"])
    per_level = wavelets if len(wavelets) > 1 else wavelets * record["levels"]
    begun = record["begun"]
    return Candidate(
        per_level,
        record["error"],
        record["start"],
        tuple(record["path"]),
        Wavelet.from_record(begun) if begun else None,
    )


def _array_record(values: NDArray[Any]) -> dict[str, Any]:
    """Classes: their values, and their dtype, which JSON does not tell."""
    return {
        "dtype": "object" if values.dtype.hasobject else values.dtype.str,
        "values": values.tolist(),
    }


def _array(record: Mapping[str, Any]) -> NDArray[Any]:
    return np.array(record["values"], dtype=record["dtype"])
