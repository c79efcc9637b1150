"""Minibatch Adam for Eq. 8 of the paper with free filters."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import Tensor

from wavedistill.checks import Floats
from wavedistill.distillation.fits import Candidate, Fit
from wavedistill.distillation.objective import Term
from wavedistill.distillation.penalized.objective import PenalizedObjective, exact_convolutions
from wavedistill.distillation.penalized.settings import PenalizedSettings
from wavedistill.wavelets import Decomposition, Wavelet

__all__ = ["fit_penalized"]

#: A minibatch of fewer samples is quicker on one thread: on a busy machine several threads spend
#: ten times as long waiting for one another.
_THREADED_SAMPLES = 2**17


def fit_penalized(
    signals: Floats,
    terms: Sequence[Term],
    decomposition: Decomposition,
    start: Wavelet,
    settings: PenalizedSettings,
    random: np.random.Generator,
) -> Fit:
    """Minimise all terms of Eq. 8 by minibatch Adam.

    The history has the objective over all data at the start, then for each epoch the mean over its
    minibatches as they were met.

    Parameters
    ----------
    signals, terms, decomposition
        As for `PenalizedObjective`.
    start : Wavelet
        It need not be orthonormal.
    settings : PenalizedSettings
    random : numpy.random.Generator
        Shuffles the minibatches; PyTorch's own generators are not touched.

    Raises
    ------
    ValueError
        If the filter runs off to infinity.
    """
    objective = PenalizedObjective(
        signals, terms, decomposition, scaling=settings.scaling, device=settings.device
    )
    data = objective.signals
    lowpass = torch.tensor(start.lowpass, dtype=data.dtype, device=data.device, requires_grad=True)
    adam = torch.optim.Adam([lowpass], lr=settings.learning_rate)
    history = [sum(objective.evaluate(start.lowpass).values())]
    small = settings.batch_size * data[0].numel() < _THREADED_SAMPLES
    with torch.enable_grad(), exact_convolutions(), _one_thread(small):
        for epoch in range(settings.warm_up + settings.epochs):
            order = torch.from_numpy(random.permutation(len(objective))).to(data.device)
            batches = torch.split(order, settings.batch_size)
            whole = epoch >= settings.warm_up
            history.append(_epoch(objective, lowpass, adam, batches, interpretation=whole))
    end = lowpass.detach().cpu().numpy().astype(np.float64)
    if not np.isfinite([*end, *history]).all():
        raise ValueError(
            f"the fit diverged with learning_rate={settings.learning_rate}: the filter is "
            f"{end} after {len(history) - 1} epochs. Lower the learning rate, or the weights."
        )
    values = objective.evaluate(end)
    return Fit([Candidate(Wavelet(end), sum(values.values()), start.name)], values, history)


def _epoch(
    objective: PenalizedObjective,
    lowpass: Tensor,
    adam: torch.optim.Adam,
    batches: Sequence[Tensor],
    *,
    interpretation: bool,
) -> float:
    """One step for each minibatch; the mean of the objective over them, as they were met."""
    # Summed on the device, which need not wait for an answer after every step.
    total = torch.zeros((), dtype=lowpass.dtype, device=lowpass.device)
    for rows in batches:
        data = objective.data_terms(lowpass, rows, interpretation=interpretation)
        parts = [*data.values(), *objective.filter_terms(lowpass).values()]
        loss = torch.stack(parts).sum()
        (lowpass.grad,) = torch.autograd.grad(loss, (lowpass,))
        adam.step()
        total += loss.detach() * len(rows)
    return float(total) / len(objective)


def _one_thread(small: bool) -> AbstractContextManager[object]:
    return threadpool_limits(limits=1, user_api="openmp") if small else nullcontext()
