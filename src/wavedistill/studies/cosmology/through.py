"""Wavelets learned through a student: those whose smooth histograms repeat the network's output.

    minimise over the angles of the wavelet
        error in cross-validation of a reader of smooth histograms -> the network's Ω_m

The reader is ridge regression, or the mean over cosmologies with one covariance, by which the
study's students read their histograms. Both are solved in closed form, and exact derivatives go
back through them and through the histograms to the angles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize

from wavedistill.datasets.lensing import LensingMaps
from wavedistill.files import fingerprint, read_json, replacing, write_json
from wavedistill.students.ridge import fold_grams, ridge_error, ridge_gradient
from wavedistill.studies.cosmology.network import OMEGA_M, Predictor
from wavedistill.studies.cosmology.smooth import Looks, SoftHistograms
from wavedistill.studies.output import Notify
from wavedistill.wavelets import Lattice, Wavelet, known_wavelets

__all__ = ["Lesson", "learned_through", "mean_loss", "ridge_loss", "standardised"]

Array = NDArray[np.float64]
#: From features (n, p) to an error and its derivatives by the features.
Loss = Callable[[Array], tuple[float, Array]]

_FOLDS = 5
#: Steps of a descent, and starts drawn at random beside the known wavelets and those given.
_STEPS, _DRAWN = 15, 4
#: Pixels of a map that are looked at, at least, and as a share of all.
_POSITIONS, _SHARE = 1024, 1 / 16
#: What is added to a covariance, as a share of its mean variance.
_SHRINKAGE = 1e-4
_FORMAT, _WRITER = "wavedistill.learned-through", "this study"
_LOOKS = {
    "peaks": Looks("peaks"),
    "pixels": Looks("pixels"),
    "whole": Looks("pixels", whole=True),
}


@dataclass(frozen=True, eq=False)
class Lesson:
    """Maps, and what a network says of each: Ω_m, in its standard deviations, shape (n,)."""

    maps: LensingMaps
    outputs: Array

    @property
    def folds(self) -> NDArray[np.int64]:
        """The fold in which each map is held out; those of one realisation together."""
        return np.unique(self.maps.realisation, return_inverse=True)[1] % _FOLDS

    def losses(self) -> dict[str, Loss]:
        """Of each reader."""
        kinds, number = np.unique(self.maps.params, axis=0, return_inverse=True)
        omega = kinds[:, OMEGA_M]
        scaled = self.outputs * omega.std() + omega.mean()
        return {
            "ridge": lambda features: ridge_loss(features, self.outputs, self.folds),
            "mean": lambda features: mean_loss(features, scaled, self.folds, number.ravel(), omega),
        }


class _Found(NamedTuple):
    wavelet: Wavelet
    error: float


def standardised(teacher: Predictor, maps: LensingMaps, folder: Path | None = None) -> Array:
    """What a network says of Ω_m in its standard deviations, shape (n,); kept in the folder.

    Its name follows from the weights: elsewhere the last digits would differ, and so would what is
    learned from it.
    """
    weights = [tensor.cpu().numpy() for tensor in teacher.state_dict().values()]
    file = folder and folder / f"outputs_{fingerprint(maps.maps, *weights)[:12]}.npy"
    if file is not None and file.exists():
        return np.asarray(np.load(file, allow_pickle=False))
    centre, spread = (float(each[OMEGA_M]) for each in (teacher.centre, teacher.spread))
    outputs = (teacher.predict(maps.maps)[:, OMEGA_M] - centre) / spread
    if file is not None:
        with replacing(file) as temporary:
            np.save(temporary, outputs)
    return outputs


def learned_through(
    lesson: Lesson,
    starts: Sequence[Wavelet],
    *,
    supports: Sequence[int],
    folder: Path | None = None,
    seed: int = 0,
    notify: Notify = lambda message: None,
) -> Iterator[Wavelet]:
    """Wavelets of each support, for each reader and place to look; fits in the folder are kept.

    A descent begins at the best of the starts of its support, of the known wavelets and of some
    drawn at random.
    """
    settings = _STEPS, _DRAWN, _POSITIONS, _SHARE, seed
    made_of = (lesson.maps.maps, lesson.outputs, *(each.lowpass for each in starts))
    digest = fingerprint(*made_of, settings)
    positions = max(_POSITIONS, round(_SHARE * lesson.maps.maps[0].size))
    for support in supports:
        known = known_wavelets(support, shortest=support)
        same = [each for each in starts if len(each.lowpass) == support]
        first = [each.lowpass for each in (*known, *same)]
        drawn = Lattice(support).sample(np.random.default_rng(seed), _DRAWN)
        first += [Lattice(support).forward(angles) for angles in drawn]
        for (place, looks), (reader, loss) in product(_LOOKS.items(), lesson.losses().items()):
            name = f"learned through {reader} of {place}, support {support}"
            file = folder and folder / f"{place}_{reader}_{support}.json"
            found = _kept(file, digest)
            if found is None:
                notify(name)
                read = SoftHistograms(lesson.maps.maps, looks, support, positions=positions)
                found = _write(file, digest, _descend(read, loss, first))
            yield Wavelet(found, name=name)


def ridge_loss(features: Array, outputs: Array, folds: NDArray[np.int64]) -> tuple[float, Array]:
    """The error of ridge regression in cross-validation, and its derivatives by the features.

    It is a share of the variation of the outputs, shape (n,).
    """
    count = int(folds.max()) + 1
    targets = outputs[:, None]
    grams = fold_grams(features, targets, folds, count)
    found = ridge_error(grams, 1)
    rows = np.hstack([np.ones((len(features), 1)), features, targets])
    by_features = np.empty_like(features)
    for fold, by_gram in enumerate(ridge_gradient(grams, 1, found.penalty)):
        own = folds == fold
        by_features[own] = 2 * rows[own] @ by_gram[:, 1:-1]
    return found.value, by_features


def mean_loss(
    features: Array,
    outputs: Array,
    folds: NDArray[np.int64],
    number: NDArray[np.integer],
    values: Array,
) -> tuple[float, Array]:
    """The error of the mean over classes in cross-validation, and its derivatives by the features.

    Features are normal with one covariance in every class, and each class is as probable as any.
    `number` tells the class of each row, and `values` the output that each class stands for. The
    error is a share of the variation of the outputs.
    """
    x = torch.tensor(features, requires_grad=True)
    y, stands_for = torch.from_numpy(outputs), torch.from_numpy(values)
    hot = torch.nn.functional.one_hot(torch.from_numpy(number), len(values)).double()
    errors = []
    for fold in range(int(folds.max()) + 1):
        held = torch.from_numpy(folds == fold)
        rows, classes = x[~held], hot[~held]
        means = (classes.T @ rows) / classes.sum(dim=0).clamp(min=1)[:, None]
        rest = rows - classes @ means
        covariance = rest.T @ rest / len(rows)
        shrunk = _SHRINKAGE * covariance.diagonal().mean() * torch.eye(len(covariance))
        weights = torch.linalg.solve(covariance + shrunk, means.T)
        score = x[held] @ weights - (means.T * weights).sum(dim=0) / 2
        errors.append(((torch.softmax(score, dim=1) @ stands_for - y[held]) ** 2).sum())
    error = torch.stack(errors).sum() / ((y - y.mean()) ** 2).sum()
    (by_features,) = torch.autograd.grad(error, x)
    return error.item(), by_features.numpy()


def _descend(read: SoftHistograms, loss: Loss, first: Sequence[Array]) -> _Found:
    """The best that a descent comes to from the best of some filters."""

    def at_angles(free: Array) -> tuple[float, Array]:
        lowpass, jacobian = Lattice.of(free).jacobian(free)
        features = read.features(lowpass)
        error, by_features = loss(features)
        return error, jacobian @ read.pull(lowpass, features, by_features)

    best = min(first, key=lambda lowpass: loss(read.features(lowpass))[0])
    lattice = Lattice(len(best))
    options = {"maxiter": _STEPS, "maxfun": 2 * _STEPS}
    found = minimize(
        at_angles, lattice.right_inverse(best), jac=True, method="L-BFGS-B", options=options
    )
    return _Found(Wavelet(lattice.forward(found.x)), float(found.fun))


def _kept(file: Path | None, digest: str) -> Array | None:
    """The filter in a file, if it is there."""
    if file is None or not file.exists():
        return None
    content = read_json(file, _FORMAT, _WRITER, ("fingerprint", "lowpass"))
    if content["fingerprint"] != digest:
        raise ValueError(
            f"{file} holds a wavelet of other data or settings, and stays as it is; name another "
            "folder, or remove the file to learn it anew."
        )
    return np.array(content["lowpass"])


def _write(file: Path | None, digest: str, found: _Found) -> Array:
    lowpass = found.wavelet.lowpass
    if file is not None:
        content = {"fingerprint": digest, "error": found.error, "lowpass": lowpass.tolist()}
        write_json(file, _FORMAT, content)
    return np.array(lowpass)
