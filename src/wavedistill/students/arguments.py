"""What a distilled student is given: targets, folds and settings, checked before any work."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, check_cv
from sklearn.utils import check_array, column_or_1d
from sklearn.utils.multiclass import check_classification_targets

from wavedistill.checks import Floats, float_array, integer

__all__ = [
    "as_classes",
    "as_columns",
    "auto_or_even",
    "auto_or_integer",
    "check_target",
    "fold_numbers",
    "seed_of",
]

Array = NDArray[np.float64]
Integers = NDArray[np.intp]

_TARGETS = ("auto", "teacher", "decisions", "response")


def as_classes(y: ArrayLike, count: int) -> tuple[NDArray[Any], Integers]:
    """The classes in order, and the number of the one of each example."""
    given = check_array(y, ensure_2d=False, dtype=None, input_name="y")
    given = column_or_1d(given, warn=True)
    check_classification_targets(given)
    if given.shape != (count,):
        raise ValueError(f"y has shape {given.shape}; give one class for each of {count} examples.")
    classes, numbers = np.unique(given, return_inverse=True)
    return classes, numbers.astype(np.intp)


def as_columns(values: ArrayLike, count: int, name: str) -> Array:
    """Targets with shape (n, outputs)."""
    array = float_array(values, name).astype(np.float64)
    table = array.reshape(-1, 1) if array.ndim == 1 else array
    if table.ndim != 2 or len(table) != count:
        raise ValueError(
            f"{name} has shape {array.shape} and X has {count} examples; give shape ({count},) or "
            f"({count}, outputs)."
        )
    return table


def check_target(target: str, y: object, teacher: object, *, classes: bool) -> None:
    """Refuse a target that is unknown, or that fit was not given."""
    allowed = [each for each in _TARGETS if classes or each != "decisions"]
    if target not in allowed:
        raise ValueError(f"target={target!r} must be one of {', '.join(map(repr, allowed))}.")
    need = {"response": "y", "auto": "y or teacher"}.get(target, "teacher")
    given = {"y": y, "teacher": teacher, "y or teacher": teacher if y is None else y}
    if given[need] is None:
        raise ValueError(
            f"target={target!r} needs {need}, and fit was given none: it requires y to be passed, "
            "but the target y is None. Give y, or the network's outputs as teacher=... ."
        )


def fold_numbers(
    cv: Any,
    signals: Floats,
    y: Array | Integers,
    groups: ArrayLike | None,
    classes: bool,
    seed: Any,
) -> Integers:
    """The fold in which each example is held out."""
    if len(signals) < 2:
        raise ValueError(
            f"X has n_samples={len(signals)}, and cross-validation needs two or more examples."
        )
    if isinstance(cv, int | np.integer) and not isinstance(cv, bool):
        number = integer(cv, "cv", minimum=2)
        state = seed_of(seed)
        if groups is not None:
            splitter: Any = GroupKFold(min(number, len(np.unique(groups))))
        elif classes and np.bincount(y.astype(int)).min() >= number:
            splitter = StratifiedKFold(number, shuffle=True, random_state=state)
        else:
            splitter = KFold(min(number, len(signals)), shuffle=True, random_state=state)
    else:
        splitter = check_cv(cv, y, classifier=classes)
    folds = np.full(len(signals), -1)
    for fold, (_, held_out) in enumerate(splitter.split(signals, y, groups)):
        if (folds[held_out] >= 0).any():
            raise ValueError(
                "cv holds out some examples twice; give folds that hold out each example once, "
                "such as cv=5 or KFold(5)."
            )
        folds[held_out] = fold
    if (folds < 0).any():
        raise ValueError(
            f"cv never holds out {int((folds < 0).sum())} of {len(folds)} examples; give folds "
            "that hold out each example once, such as cv=5 or KFold(5)."
        )
    return folds


def auto_or_integer(value: int | str, name: str, minimum: int) -> int | str:
    """`"auto"`, or a whole number of at least `minimum`."""
    return value if value == "auto" else integer(value, name, minimum=minimum)


def auto_or_even(value: int | str) -> int | str:
    """`"auto"`, or an even support."""
    if value == "auto":
        return value
    support = integer(value, "support", minimum=2)
    if support % 2:
        raise ValueError(
            f"support={support} must be even and at least 2; the next even support is "
            f"{support + 1}."
        )
    return support


def seed_of(state: Any) -> int | None:
    """A seed from whatever scikit-learn calls a random state."""
    if state is None or isinstance(state, int | np.integer):
        return None if state is None else int(state)
    if isinstance(state, np.random.Generator):
        return int(state.integers(2**31 - 1))
    return int(state.randint(2**31 - 1))
