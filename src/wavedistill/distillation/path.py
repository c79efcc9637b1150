"""What a distillation over a grid of weights finds, and the file that keeps it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from wavedistill.distillation.fits import Candidate
from wavedistill.files import read_json, write_json
from wavedistill.wavelets import Wavelet

__all__ = ["DistillationPath", "PathPoint"]

_FORMAT = "wavedistill.path"


@dataclass(frozen=True)
class PathPoint:
    """One fit of a path.

    Parameters
    ----------
    sparsity, interpretation : float
        The weights, lambda and gamma of Eq. 8.
    candidates : tuple of Candidate
        All basins of the fit, lowest loss first (`WaveletDistiller.candidates_`).
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
    candidates: tuple[Candidate, ...]
    loss: float
    terms: Mapping[str, float]
    iterations: int
    seconds: float

    @property
    def wavelet(self) -> Wavelet:
        """The wavelet of the first candidate."""
        return self.candidates[0].wavelet

    def record(self) -> dict[str, Any]:
        """The point as one flat row: weights, loss, terms, and the residuals of the wavelet."""
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


@dataclass(frozen=True)
class DistillationPath:
    """The fits of a path, in the order they were made.

    Parameters
    ----------
    points : tuple of PathPoint
    fingerprint : str
        A digest of the data and settings that they were made with.
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
        """Write the path with all candidates as JSON, whole or not at all."""
        points = [
            {
                **vars(point),
                "candidates": [
                    {**each._asdict(), "wavelet": each.wavelet.record()}
                    for each in point.candidates
                ],
            }
            for point in self.points
        ]
        write_json(path, _FORMAT, {"fingerprint": self.fingerprint, "points": points})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a path that `save` wrote.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file holds something else.
        """
        content = read_json(path, _FORMAT, "DistillationPath.save", ("fingerprint", "points"))
        points = (
            PathPoint(**{**point, "candidates": tuple(map(_candidate, point["candidates"]))})
            for point in content["points"]
        )
        return cls(tuple(points), content["fingerprint"])


def _candidate(record: Mapping[str, Any]) -> Candidate:
    return Candidate(**{**record, "wavelet": Wavelet.from_record(record["wavelet"])})
