"""The faithfulness study: one network per problem, its attributions in every basis, measured."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import nn

from wavedistill.attribution import attribute
from wavedistill.faithfulness import (
    MEASURES,
    Faithfulness,
    ParameterRandomisation,
    measure_faithfulness,
    randomise_parameters,
)
from wavedistill.faithfulness.result import ORDERS
from wavedistill.studies.faithfulness.candidates import LEARNED, NAMED, as_bases, told, wavelets
from wavedistill.studies.faithfulness.cases import CASES, Case, Size
from wavedistill.studies.faithfulness.network import outputs_of, quality, train_network
from wavedistill.studies.output import Notify

__all__ = ["Amount", "CaseStudy", "Gain", "NetworkRow", "Row", "gains", "rows", "run"]


@dataclass(frozen=True)
class Amount:
    """How much of the study to do."""

    cases: tuple[str, ...] = tuple(CASES)
    #: Examples at most, and simulated maps of each cosmology and their pixels on a side.
    train: int = 2000
    test: int = 300
    realisations: int = 150
    map_size: int = 64
    epochs: int = 25
    #: Taps of learned wavelets at most.
    longest: int = 12
    steps: int = 20
    subsets: int = 100
    random_orders: int = 5
    #: Random models of the test of parameters.
    draws: int = 10
    #: Whether students are distilled, too.
    students: bool = True

    @classmethod
    def quick(cls) -> Amount:
        """A few seconds for each problem."""
        return cls(
            train=300, test=24, realisations=8, map_size=16, epochs=4, longest=6, steps=8,
            subsets=20, random_orders=2, draws=2, students=False,
        )  # fmt: skip


@dataclass(frozen=True)
class NetworkRow:
    """A network, and the wavelets that were chosen from it."""

    data: str
    train: int
    test: int
    numbers: int
    #: Accuracy or R2 on the test examples.
    score: float
    learned: str
    named: str
    seconds: float


@dataclass(frozen=True)
class Row:
    """A measure of one basis in one order, with its standard error over the test examples."""

    data: str
    basis: str
    order: str
    measure: str
    better: str
    mean: float
    standard_error: float


@dataclass(frozen=True)
class Gain:
    """A paired difference of a measure: that of the attributions in a basis, less another row's."""

    data: str
    measure: str
    basis: str
    over: str
    mean: float
    low: float
    high: float
    #: Whether the whole interval speaks for the first, against it, or for neither.
    verdict: str


@dataclass(frozen=True)
class CaseStudy:
    """What was found for one problem."""

    network: NetworkRow
    faithfulness: Faithfulness
    randomisation: ParameterRandomisation


def run(
    amount: Amount, *, seed: int = 0, notify: Notify = lambda message: None
) -> tuple[list[CaseStudy], list[str]]:
    """Study each problem; the second list says which were left out, and why."""
    unknown = [name for name in amount.cases if name not in CASES]
    if unknown:
        raise ValueError(f"case {unknown[0]!r} is none of {', '.join(CASES)}.")
    size = Size(
        amount.train, amount.test, amount.realisations, amount.map_size, amount.longest, seed
    )
    studies, left_out = [], []
    for name in amount.cases:
        notify(f"{name}: data")
        try:
            case = CASES[name](size)
        except FileNotFoundError as error:
            left_out.append(str(error))
            continue
        studies.append(_study(case, amount, seed, notify))
    return studies, left_out


def _study(case: Case, amount: Amount, seed: int, notify: Notify) -> CaseStudy:
    began = time.perf_counter()
    notify(f"{case.name}: network")
    network = train_network(case, amount.epochs, seed)
    notify(f"{case.name}: wavelets")
    teacher = outputs_of(network, case.X_train)
    explained, target = _explained(network, case, case.X_train)
    taught = attribute(explained, case.X_train, target=target)
    chosen = wavelets(case, taught, teacher, student=amount.students, seed=seed)
    bases = as_bases(case, chosen)
    notify(f"{case.name}: measures")
    explained, target = _explained(network, case, case.X_test)
    found = measure_faithfulness(
        network,
        case.X_test,
        attribute(explained, case.X_test, target=target),
        bases,
        target="predicted" if case.classes else None,
        output="probability" if case.classes else "value",
        steps=amount.steps,
        subsets=amount.subsets,
        random_orders=amount.random_orders,
        random_state=seed,
    )
    randomised = randomise_parameters(
        explained, case.X_test, bases, target=target, draws=amount.draws, random_state=seed
    )
    row = NetworkRow(
        case.name,
        len(case.X_train),
        len(case.X_test),
        sum(each.numel() for each in network.parameters()),
        quality(case, network),
        told(chosen[LEARNED]),
        told(chosen[NAMED]),
        time.perf_counter() - began,
    )
    return CaseStudy(row, found, randomised)


def _explained(
    network: nn.Module, case: Case, X: NDArray[np.float64]
) -> tuple[nn.Module, NDArray[np.intp] | None]:
    """What is attributed: the log-probability of the predicted class, or the number.

    In double precision, since the gradient of a probability near 1 is lost to rounding otherwise.
    """
    exact = copy.deepcopy(network).double()
    if not case.classes:
        return exact, None
    return nn.Sequential(exact, nn.LogSoftmax(dim=1)), outputs_of(network, X).argmax(axis=1)


def rows(study: CaseStudy) -> Iterator[Row]:
    """All measures of all bases and orders."""
    for each in study.faithfulness.rows:
        for measure in each.values:
            yield Row(
                study.network.data,
                each.basis,
                each.order,
                measure,
                MEASURES[measure].better,
                each.mean(measure),
                each.standard_error(measure),
            )


def gains(study: CaseStudy, measure: str) -> Iterator[Gain]:
    """Of the learned wavelet over each other basis, and of each basis over its own other orders."""
    found, sign = study.faithfulness, 1 if MEASURES[measure].better == "higher" else -1
    others = [(LEARNED, (name, ORDERS[0])) for name in found.bases if name != LEARNED]
    own = [(name, (name, order)) for name in found.bases for order in ORDERS[1:]]
    for basis, over in [*others, *own]:
        if measure not in found.row(*over).values:
            continue
        each = found.difference(measure, basis, over)
        better, worse = sorted((sign * each.low, sign * each.high))
        verdict = "better" if better > 0 else "worse" if worse < 0 else "even"
        label = over[0] if over[1] == ORDERS[0] else over[1]
        yield Gain(study.network.data, measure, basis, label, *each, verdict)
