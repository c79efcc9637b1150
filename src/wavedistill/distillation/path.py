"""`distill_path`: one fit per balance of sparsity and interpretation, each from its neighbour's."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone

from wavedistill.attribution import Attributions
from wavedistill.checks import Floats, float_array
from wavedistill.distillation.estimator import WaveletDistiller
from wavedistill.distillation.terms import as_attributions
from wavedistill.files import replacing, writable_target
from wavedistill.wavelets import Wavelet

__all__ = ["DistillationPath", "PathPoint", "Progress", "distill_path", "fingerprint"]

_FORMAT = "wavedistill.path"


@dataclass(frozen=True)
class PathPoint:
    """One fit of a path.

    Parameters
    ----------
    sparsity, interpretation : float
        The weights, lambda and gamma of Eq. 8.
    wavelet : Wavelet
    loss : float
        The objective.
    terms : mapping of str to float
        Its terms by name, weights included.
    iterations : int
    seconds : float
        Wall time of the fit.
    """

    sparsity: float
    interpretation: float
    wavelet: Wavelet
    loss: float
    terms: Mapping[str, float]
    iterations: int
    seconds: float

    def record(self) -> dict[str, Any]:
        """The point as one flat row: weights, loss, terms, and what the wavelet is off by."""
        residuals = self.wavelet.residuals()
        return {
            "sparsity": self.sparsity,
            "interpretation": self.interpretation,
            "loss": self.loss,
            **{f"term_{name}": value for name, value in self.terms.items()},
            **{f"residual_{name}": value for name, value in residuals.items()},
            "iterations": self.iterations,
            "seconds": self.seconds,
            "wavelet": self.wavelet,
        }


class Progress(NamedTuple):
    """How far a path has come, and an estimate of the time that it still takes."""

    done: int
    total: int
    seconds_left: float


@dataclass(frozen=True)
class DistillationPath:
    """The fits of a path, in the order they were made.

    Parameters
    ----------
    points : tuple of PathPoint
    fingerprint : str
        Of the data and settings that they were made with.
    """

    points: tuple[PathPoint, ...]
    fingerprint: str

    def __len__(self) -> int:
        return len(self.points)

    def table(self) -> Any:
        """One row per point: a pandas DataFrame where pandas is installed, else a list of dicts."""
        records = [point.record() for point in self.points]
        try:
            import pandas as pd
        except ImportError:
            return records
        return pd.DataFrame(records)

    def closest(self, truth: Wavelet | str) -> PathPoint:
        """The point whose wavelet is closest to a given one (`Wavelet.distance`)."""
        return min(self.points, key=lambda point: point.wavelet.distance(truth))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the path as JSON; an existing file is replaced only by a whole one."""
        content = {
            "format": _FORMAT,
            "version": 1,
            "fingerprint": self.fingerprint,
            "points": [
                {**vars(point), "wavelet": point.wavelet.lowpass.tolist()} for point in self.points
            ],
        }
        with replacing(path) as temporary:
            temporary.write_text(json.dumps(content) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a path that `save` wrote.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file is something else.
        """
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
            if content["format"] != _FORMAT:
                raise ValueError(f"it is of format {content['format']}")
            points = tuple(
                PathPoint(**{**point, "wavelet": Wavelet(np.array(point["wavelet"]))})
                for point in content["points"]
            )
            return cls(points, str(content["fingerprint"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"{path} does not hold a path ({error}); give a file that DistillationPath.save "
                "wrote."
            ) from error


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

    The weights are taken in the order given: along `interpretation` for the first sparsity, then
    for the next, whose first point begins where the first point before it ended. So a leading
    interpretation of 0 lets the wavelet settle on the data before the teacher is heard.

    Parameters
    ----------
    X : array_like
        Signals, as `WaveletDistiller.fit` takes them.
    attributions : Attributions, array_like of multipliers, or None
    sparsity, interpretation : sequence of float
        The grid.
    distiller : WaveletDistiller
        Everything else, the start of the first point included; by default one with its defaults.
    starts : sequence of str, Wavelet or array_like
        If given, the first point is fitted from each of these, and the lowest goes on: a dictionary
        of wavelets as starts.
    file : path
        Written after every point. If it is there already, with the same data and settings, its
        points are kept and the path goes on after them.
    progress : callable
        Told after every point how far the path is.

    Returns
    -------
    DistillationPath

    Raises
    ------
    TypeError, ValueError
        For an empty grid or weights that cannot be used, for a file that holds something else or
        the path of other data or settings, and for whatever `WaveletDistiller.fit` refuses.

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
    made_of = fingerprint(X, taught, template, starts)
    points = [] if file is None else _resumed(file, made_of, grid)
    remaining = grid[len(points) :]
    began = time.perf_counter()
    for count, (lambda_, gamma) in enumerate(remaining, 1):
        inits: Sequence[Any]
        if points:
            # The neighbour along a row; for the first of a row the first of the row before.
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
        fit.wavelet_,
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
    file: str | os.PathLike[str], fingerprint: str, grid: list[tuple[float, float]]
) -> list[PathPoint]:
    """The points of an unfinished path."""
    if not writable_target(file).exists():
        return []
    found = DistillationPath.load(file)
    if found.fingerprint != fingerprint:
        raise ValueError(
            f"{file} holds the path of other data or settings, and is left as it is; name another "
            "file, or remove it to begin anew."
        )
    weights = [(point.sparsity, point.interpretation) for point in found.points]
    if weights != grid[: len(weights)]:
        raise ValueError(
            f"{file} holds a path over other weights, and is left as it is; name another file, or "
            "give weights that begin like those."
        )
    return list(found.points)


def fingerprint(
    X: ArrayLike,
    attributions: Attributions | None,
    distiller: WaveletDistiller,
    starts: Sequence[Any] = (),
) -> str:
    """A digest of what a path is made of: data, settings but for the two weights, and starts."""
    digest = hashlib.sha256()
    arrays: list[Floats | None] = [float_array(X, "X")]
    if attributions is not None:
        arrays += [attributions.multipliers, attributions.inputs]
    for array in arrays:
        if array is not None:
            digest.update(f"{array.shape}{array.dtype}".encode())
            digest.update(np.ascontiguousarray(array).data)
    settings = {
        name: value
        for name, value in distiller.get_params(deep=False).items()
        if name not in ("sparsity", "interpretation")
    }
    for value in (*(item for pair in sorted(settings.items()) for item in pair), *starts):
        exact = value.lowpass.tolist() if isinstance(value, Wavelet) else value
        digest.update(repr(exact).encode())
    return digest.hexdigest()
