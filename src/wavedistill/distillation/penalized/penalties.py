"""The terms of Eq. 8 of the paper, each a function of the lowpass filter, on PyTorch tensors.

All are differentiable in the filter h, of even length N, and return a scalar; the highpass filter g
is always the quadrature mirror of h. They stand here in the paper's scaling, with a weight of 1;
`scaling_factors` has what the authors' published code multiplies each of them by.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike
from torch import Tensor

from wavedistill.wavelets import Decomposition
from wavedistill.wavelets.tensors import adjoint, analysis, quadrature_mirror, synthesis

__all__ = [
    "FILTER_PENALTIES",
    "double_shift",
    "highpass_sum",
    "interpretation",
    "lowpass_sum",
    "mean_l1_norm",
    "mean_squared_distance",
    "power_complementarity",
    "reconstruction",
    "scaling_factors",
    "sparsity",
    "unit_norm",
    "validity_penalty",
]


def reconstruction(signals: Tensor, lowpass: Tensor, decomposition: Decomposition) -> Tensor:
    """Reconstruction loss, mean_i ||x_i - S_h A_h x_i||_2^2 (Eq. 8).

    Parameters
    ----------
    signals : Tensor, shape (n, ...)
        Signals x. Axes that are not transformed, except the first, are channels and summed over.
    lowpass : Tensor, shape (N,)
    decomposition : Decomposition
    """
    bands = analysis(signals, lowpass, decomposition)
    restored = synthesis(bands, lowpass, decomposition, decomposition.lengths(signals.shape))
    return mean_squared_distance(signals, restored)


def sparsity(signals: Tensor, lowpass: Tensor, decomposition: Decomposition) -> Tensor:
    """Sparsity of the coefficients, mean_i ||A_h x_i||_1 (lambda's term of the wavelet loss).

    The arguments are those of `reconstruction`.
    """
    return mean_l1_norm(analysis(signals, lowpass, decomposition))


def interpretation(multipliers: Tensor, lowpass: Tensor, decomposition: Decomposition) -> Tensor:
    """Sparsity of the attributions, mean_i ||S_h^T m_i||_1 (gamma's term of Eq. 8).

    With m_i the gradient of the teacher at x_i, S_h^T m_i is TRIM's saliency of the wavelet
    coefficients (Eq. 7), whatever the filter; and h enters nowhere else, since TRIM's residual
    keeps the teacher at x_i. The derivative by h is therefore the exact one.

    Parameters
    ----------
    multipliers : Tensor, shape (n, ...)
        Multipliers m, shaped like the signals.
    lowpass, decomposition
        As in `reconstruction`.

    Notes
    -----
    Eq. 8 has the sum over i here and the mean in its other terms: gamma = weight / n.
    """
    return mean_l1_norm(adjoint(multipliers, lowpass, decomposition))


def lowpass_sum(lowpass: Tensor) -> Tensor:
    """(sum_n h[n] - sqrt 2)^2, for the first condition of Eq. 9."""
    return (lowpass.sum() - 2**0.5).square()


def highpass_sum(lowpass: Tensor) -> Tensor:
    """(sum_n g[n])^2, for a wavelet of mean zero."""
    return quadrature_mirror(lowpass).sum().square()


def unit_norm(lowpass: Tensor) -> Tensor:
    """(||h||_2^2 - 1)^2, for k = 0 of Eq. 10."""
    return (lowpass.square().sum() - 1).square()


def power_complementarity(lowpass: Tensor) -> Tensor:
    """sum_w (|h^(w)|^2 + |h^(w + pi)|^2 - 2)^2 over w = 2 pi k / N, k = 1, ..., N (Eq. 9)."""
    power: Tensor = torch.fft.fft(lowpass).abs().square()
    # w + pi is again a frequency 2 pi k / N, since N is even.
    return (power + power.roll(len(lowpass) // 2) - 2).square().sum()


def double_shift(lowpass: Tensor) -> Tensor:
    """sum_k (sum_n h[n] h[n - 2k] - 1_{k=0})^2 over every integer k (Eq. 10).

    Shifts of both signs count, so each k other than 0 does so twice, and k = 0 is the unit norm
    once more. Shifts by N or more leave no overlap.
    """
    row = lowpass[None, None]
    correlation = F.conv1d(row, row, stride=2, padding=len(lowpass) - 2).flatten()
    identity = torch.zeros_like(correlation)
    identity[len(correlation) // 2] = 1
    return (correlation - identity).square().sum()


#: The penalties that are functions of the filter alone, by name.
FILTER_PENALTIES = {
    "lowpass_sum": lowpass_sum,
    "highpass_sum": highpass_sum,
    "unit_norm": unit_norm,
    "power_complementarity": power_complementarity,
    "double_shift": double_shift,
}


def validity_penalty(lowpass: ArrayLike) -> float:
    """Sum of the five penalties on a filter; 0 for a valid wavelet.

    Parameters
    ----------
    lowpass : array_like, shape (N,)
    """
    taps = torch.as_tensor(np.array(lowpass, dtype=np.float64))
    return sum(float(penalty(taps)) for penalty in FILTER_PENALTIES.values())


def scaling_factors(scaling: str, levels: int) -> dict[str, float]:
    """What each term is multiplied by, besides its weight, in one of two scalings.

    Parameters
    ----------
    scaling : str
        ``"paper"``: all 1, the terms as they stand in Eq. 8 (the interpretation averaged over
        examples, see `interpretation`). ``"published"``: those of the authors' code. The filter
        penalties count half; power complementarity a quarter, as its sum runs over N/2 of the N
        frequencies there; and both L1 terms are averaged over the J + 1 sub-bands.
    levels : int
        Depth J.

    Returns
    -------
    dict of str to float
        By the names of the functions here.

    Raises
    ------
    ValueError
        For another scaling.
    """
    if scaling not in ("paper", "published"):
        raise ValueError(f"scaling={scaling!r} must be 'paper' or 'published'.")
    names = ("reconstruction", "sparsity", *FILTER_PENALTIES, "interpretation")
    factors = dict.fromkeys(names, 1.0)
    if scaling == "published":
        factors.update(dict.fromkeys(FILTER_PENALTIES, 1 / 2), power_complementarity=1 / 4)
        factors.update(sparsity=1 / (levels + 1), interpretation=1 / (levels + 1))
    return factors


def mean_l1_norm(bands: tuple[Tensor, ...]) -> Tensor:
    """Sum of the absolute coefficients of an example, averaged over examples."""
    return torch.stack([band.abs().sum() for band in bands]).sum() / len(bands[0])


def mean_squared_distance(signals: Tensor, restored: Tensor) -> Tensor:
    """Squared distance of an example from its reconstruction, averaged over examples."""
    return (signals - restored).square().sum() / len(signals)
