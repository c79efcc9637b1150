"""How thorough a search for filters is, and about how much work that makes."""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "BEFORE_LEVELS",
    "DESCENDED_ON",
    "LIGHT",
    "SCREENED_ON",
    "WHOLE",
    "Effort",
    "search_work",
]

#: How many examples starts are screened on, and how many the last descents are on, at most.
SCREENED_ON, DESCENDED_ON = 500, 20_000
#: An evaluation with its gradient, in evaluations without.
_WITH_GRADIENT = 2.3


class Effort(NamedTuple):
    """How thorough a search is.

    Parameters
    ----------
    random : int
        Random starts of either kind: noise on known wavelets, and any angles.
    screened : int
        How many of the best starts are descended from on a part of the examples.
    descended : int
        How many of the best of those are descended from on all examples.
    """

    random: int
    screened: int
    descended: int


#: For the filters of a student, and to find out how good learned filters would be.
WHOLE, LIGHT = Effort(200, 10, 3), Effort(50, 3, 1)
#: For one filter that is no more than the start of those of each level.
BEFORE_LEVELS = Effort(200, 4, 1)


def search_work(
    count: int, layers: int, per_level: bool, effort: Effort = WHOLE
) -> tuple[float, float, float, float, float]:
    """About how much work the steps of `learn_filters` are, in readings of an example.

    The steps are the starts, the descents on a part, those on all examples, a filter for each layer
    where there are two, and a filter for each level.
    """
    part, most = min(count, SCREENED_ON), min(count, DESCENDED_ON)
    begin = 2.2 * effort.random * part
    short = effort.screened * 30 * _WITH_GRADIENT * part
    own = 80 * _WITH_GRADIENT * most
    return (
        begin,
        short,
        effort.descended * 40 * _WITH_GRADIENT * most,
        (begin + short + 2 * own) * (layers > 1),
        own * per_level,
    )
