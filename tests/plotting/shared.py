"""Wavelets near db3, and a grid of them."""

import numpy as np

from wavedistill.distillation import Candidate, PathPoint
from wavedistill.wavelets import Lattice, Wavelet

DB3 = Wavelet.from_name("db3")
SPARSITIES, GAMMAS = (1e-5, 3e-5, 1e-4), (0.0, 1e-4, 1e-3, 0.01, 0.3)


def turned(amount):
    """A wavelet near db3: its free angles, turned."""
    free = DB3.angles[:-1] + amount * np.array([1.0, -0.5])
    return Wavelet(Lattice(6).forward(free))


def point(sparsity, interpretation, wavelet):
    found = (Candidate(wavelet, 0.0, "db3"),)
    return PathPoint(sparsity, interpretation, found, loss=0.0, terms={}, iterations=1, seconds=0)


def grid_points():
    """Fifteen points; the eighth is the closest to db3."""
    weights = [(s, g) for s in SPARSITIES for g in GAMMAS]
    return [point(s, g, turned(0.01 * (1 + abs(i - 7)))) for i, (s, g) in enumerate(weights)]
