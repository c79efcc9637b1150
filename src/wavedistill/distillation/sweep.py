"""`distill_path`: one fit per balance of sparsity and interpretation, each from its neighbour's."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from numpy.typing import ArrayLike
from sklearn.base import clone

from wavedistill.attribution import Attributions
from wavedistill.checks import float_array
from wavedistill.distillation.estimator import WaveletDistiller
from wavedistill.distillation.path import DistillationPath, PathPoint
from wavedistill.distillation.terms import as_attributions
from wavedistill.files import fingerprint, writable_target
from wavedistill.wavelets import as_wavelet

__all__ = ["Progress", "distill_path"]


class Progress(NamedTuple):
    """How many points of a path are done, and an estimate of the time that the rest takes."""

    done: int
    total: int
    seconds_left: float


def distill_path(
    X: ArrayLike,
    attributions: Attributions | ArrayLike | None = None,
    *,
    sparsity: Sequence[float],
    interpretation: Sequence[float],
    distiller: WaveletDistiller | None = None,
    starts: Sequence[Any] = (),
    file: str | os.PathLike[str] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> DistillationPath:
    """Distil at every pair of weights, each point from the wavelet of its neighbour (Appendix B).

    The weights are taken in the order given: all of `interpretation` for the first sparsity, then
    all for the next. The first point of a row begins where that of the row before ended. With a
    leading interpretation of 0 the wavelet settles on the data before it is drawn to the teacher.

    A path of one point with ``init="auto"`` is a global search whose candidates are kept in a file.

    Parameters
    ----------
    X : array_like
        Signals, as `WaveletDistiller.fit` takes them.
    attributions : Attributions, array_like of multipliers, or None
    sparsity, interpretation : sequence of float
        The grid.
    distiller : WaveletDistiller
        All other settings, with the start of the first point; by default a `WaveletDistiller()`.
    starts : sequence of str, Wavelet or array_like
        If given, the first point is fitted from each of them, and the fit of lowest loss is kept.
    file : path
        Written after every point. If it exists with the same data and settings, its points are
        kept and the path continues after them.
    progress : callable
        Called with a `Progress` after every point.

    Returns
    -------
    DistillationPath

    Raises
    ------
    TypeError, ValueError
        For an empty grid or weights that cannot be used, for a file that holds something else or
        the path of other data or settings, and for all that `WaveletDistiller.fit` refuses.

    Examples
    --------
    >>> import numpy as np
    >>> import wavedistill as wd
    >>> X = np.random.default_rng(0).standard_normal((50, 32)).cumsum(axis=1)
    >>> path = wd.distill_path(
    ...     X,
    ...     np.gradient(X, axis=1),
    ...     sparsity=[1.0],
    ...     interpretation=[0.0, 0.1, 1.0],
    ...     distiller=wd.WaveletDistiller(levels=2, support=4, init="db2"),
    ... )
    >>> [point.interpretation for point in path.points]
    [0.0, 0.1, 1.0]
    """
    template = WaveletDistiller() if distiller is None else distiller
    grid = _grid(sparsity, interpretation)
    taught = as_attributions(attributions)
    made_of = _fingerprint(X, taught, template, starts)
    points = [] if file is None else _resumed(file, made_of, grid)
    remaining = grid[len(points) :]
    began = time.perf_counter()
    for count, (lambda_, gamma) in enumerate(remaining, 1):
        inits: Sequence[Any]
        if points:
            # The neighbour along a row; the first of a row begins from the first of the row before.
            first_of_row = len(points) % len(interpretation) == 0
            inits = [points[-len(interpretation) if first_of_row else -1].wavelet]
        else:
            inits = list(starts) or [template.init]
        fits = [_fit(template, X, taught, lambda_, gamma, init) for init in inits]
        points.append(min(fits, key=lambda point: point.loss))
        if file is not None:
            DistillationPath(tuple(points), made_of).save(file)
        if progress is not None:
            each = (time.perf_counter() - began) / count
            progress(Progress(len(points), len(grid), each * (len(remaining) - count)))
    return DistillationPath(tuple(points), made_of)


def _fit(
    template: WaveletDistiller,
    X: ArrayLike,
    attributions: Attributions | None,
    sparsity: float,
    interpretation: float,
    init: Any,
) -> PathPoint:
    fit = clone(template).set_params(sparsity=sparsity, interpretation=interpretation, init=init)
    began = time.perf_counter()
    fit.fit(X, attributions=attributions)
    return PathPoint(
        sparsity,
        interpretation,
        tuple(fit.candidates_),
        fit.loss_,
        dict(fit.loss_terms_),
        fit.n_iter_,
        time.perf_counter() - began,
    )


def _grid(sparsity: Sequence[float], interpretation: Sequence[float]) -> list[tuple[float, float]]:
    rows, columns = (
        float_array(weights, name).ravel().astype(float).tolist()
        for weights, name in ((sparsity, "sparsity"), (interpretation, "interpretation"))
    )
    if min(*rows, *columns, 0.0) < 0:
        raise ValueError("sparsity and interpretation hold negative weights; use 0 or more.")
    if 0 in rows and 0 in columns:
        raise ValueError(
            "the grid holds sparsity 0 with interpretation 0, which leaves nothing to minimise; "
            "leave out one of the zeros."
        )
    return [(row, column) for row in rows for column in columns]


def _resumed(
    file: str | os.PathLike[str], made_of: str, grid: list[tuple[float, float]]
) -> list[PathPoint]:
    """The points that a file has of a path."""
    if not writable_target(file).exists():
        return []
    found = DistillationPath.load(file)
    if found.fingerprint != made_of:
        raise ValueError(
            f"{file} holds the path of other data or settings, and stays as it is; name another "
            "file, or remove this one."
        )
    weights = [(point.sparsity, point.interpretation) for point in found.points]
    if weights != grid[: len(weights)]:
        raise ValueError(
            f"{file} holds a path over other weights, and stays as it is; name another file, or "
            "give weights that begin like those."
        )
    return list(found.points)


def _fingerprint(
    X: ArrayLike,
    attributions: Attributions | None,
    distiller: WaveletDistiller,
    starts: Sequence[Any],
) -> str:
    """A digest of all that a path is made of, except its weights."""
    settings = distiller.get_params(deep=False)
    inits = [settings.pop("init"), *starts]
    for weight in ("sparsity", "interpretation"):
        settings.pop(weight)
    return fingerprint(
        float_array(X, "X"),
        *([] if attributions is None else (attributions.multipliers, attributions.inputs)),
        *sorted(settings.items()),
        *(init if isinstance(init, str) else as_wavelet(init).lowpass for init in inits),
    )
