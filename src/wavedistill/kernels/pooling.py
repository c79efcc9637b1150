"""What is read of a sub-band or a part of one: a few numbers per signal, and their derivatives.

Coefficients come with shape (rows, lanes): one row per coefficient, one column per signal of a
block. Each reading is a pair of functions. One takes its numbers. The other replaces the
coefficients by the derivative of a weighted sum of those numbers. An inner loop runs over the
lanes, which lie side by side in memory.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from wavedistill.checks import Floats
from wavedistill.kernels.compiling import inner

__all__ = ["ENERGY", "EVENTS", "FLOOR", "LARGEST", "MEAN", "Pooling", "pool", "pool_gradient"]

#: The readings: the log of the mean square; maximum, minimum, and the sums of the positive and of
#: the negative parts over the root of the number of coefficients; the k largest; the mean.
ENERGY, EVENTS, LARGEST, MEAN = 0, 1, 2, 3
#: Added to the mean square, for signals of mean square 1.
FLOOR = 1e-4


class Pooling(NamedTuple):
    """What is read of each sub-band."""

    #: `ENERGY`, `EVENTS`, `LARGEST` or `MEAN`.
    reading: int
    #: How many numbers it takes.
    numbers: int
    #: Into how many equal parts a sub-band is cut along each axis; each part is read by itself.
    parts: int = 1


@inner()
def pool(coefficients: Floats, reading: int, into: Any) -> None:
    """Read coefficients, shape (rows, lanes), into numbers of shape (lanes, numbers)."""
    if reading == ENERGY:
        _energy(coefficients, into)
    elif reading == EVENTS:
        _events(coefficients, into)
    elif reading == LARGEST:
        _largest(coefficients, into)
    else:
        _mean(coefficients, into)


@inner()
def pool_gradient(coefficients: Floats, reading: int, cotangents: Any) -> None:
    """Replace coefficients by the derivative of sum_k cotangents[lane, k] * number k per lane."""
    if reading == ENERGY:
        _energy_gradient(coefficients, cotangents)
    elif reading == EVENTS:
        _events_gradient(coefficients, cotangents)
    elif reading == LARGEST:
        _largest_gradient(coefficients, cotangents)
    else:
        _mean_gradient(coefficients, cotangents)


@inner()
def _energy(coefficients: Floats, into: Any) -> None:
    squares = _mean_squares(coefficients)
    for lane in range(len(squares)):
        into[lane, 0] = np.log(squares[lane] + FLOOR)


@inner()
def _energy_gradient(coefficients: Floats, cotangents: Any) -> None:
    rows, lanes = coefficients.shape
    squares = _mean_squares(coefficients)
    factors = np.empty(lanes, coefficients.dtype)
    for lane in range(lanes):
        factors[lane] = 2 * cotangents[lane, 0] / (max(rows, 1) * (squares[lane] + FLOOR))
    for row in range(rows):
        for lane in range(lanes):
            coefficients[row, lane] *= factors[lane]


@inner()
def _mean_squares(coefficients: Floats) -> Any:
    rows, lanes = coefficients.shape
    sums = np.zeros(lanes)
    for row in range(rows):
        for lane in range(lanes):
            sums[lane] += coefficients[row, lane] * coefficients[row, lane]
    return sums / max(rows, 1)


@inner()
def _events(coefficients: Floats, into: Any) -> None:
    rows, lanes = coefficients.shape
    top, bottom = _extremes(coefficients)
    positive, negative = np.zeros(lanes), np.zeros(lanes)
    for row in range(rows):
        for lane in range(lanes):
            c = coefficients[row, lane]
            positive[lane] += c if c > 0 else 0
            negative[lane] += c if c < 0 else 0
    root = np.sqrt(max(rows, 1))
    for lane in range(lanes):
        into[lane, 0], into[lane, 1] = top[lane], bottom[lane]
        into[lane, 2], into[lane, 3] = positive[lane] / root, negative[lane] / root


@inner()
def _events_gradient(coefficients: Floats, cotangents: Any) -> None:
    rows, lanes = coefficients.shape
    # Equal extremes share the derivative's place with the first of them.
    top, bottom = _extremes(coefficients)
    of_top, of_bottom = np.full(lanes, -1), np.full(lanes, -1)
    for row in range(rows - 1, -1, -1):
        for lane in range(lanes):
            c = coefficients[row, lane]
            of_top[lane] = row if c == top[lane] else of_top[lane]
            of_bottom[lane] = row if c == bottom[lane] else of_bottom[lane]
    shares = np.empty((2, lanes), coefficients.dtype)
    for lane in range(lanes):
        for side in range(2):
            shares[side, lane] = cotangents[lane, 2 + side] / np.sqrt(max(rows, 1))
    for row in range(rows):
        for lane in range(lanes):
            c = coefficients[row, lane]
            below = shares[1, lane] if c < 0 else 0
            coefficients[row, lane] = shares[0, lane] if c > 0 else below
    for lane in range(lanes):
        if of_top[lane] >= 0:
            coefficients[of_top[lane], lane] += cotangents[lane, 0]
            coefficients[of_bottom[lane], lane] += cotangents[lane, 1]


@inner()
def _extremes(coefficients: Floats) -> tuple[Any, Any]:
    """The largest and the smallest value of each lane; 0 where there are no rows."""
    rows, lanes = coefficients.shape
    top = np.zeros(lanes, coefficients.dtype)
    bottom = np.zeros(lanes, coefficients.dtype)
    if rows:
        for lane in range(lanes):
            top[lane] = bottom[lane] = coefficients[0, lane]
    for row in range(1, rows):
        for lane in range(lanes):
            c = coefficients[row, lane]
            top[lane] = c if c > top[lane] else top[lane]
            bottom[lane] = c if c < bottom[lane] else bottom[lane]
    return top, bottom


@inner()
def _largest(coefficients: Floats, into: Any) -> None:
    lanes, numbers = into.shape
    places = _places_of_largest(coefficients, numbers)
    for lane in range(lanes):
        for rank in range(numbers):
            place = places[lane, rank]
            into[lane, rank] = coefficients[place, lane] if place >= 0 else 0.0


@inner()
def _largest_gradient(coefficients: Floats, cotangents: Any) -> None:
    lanes, numbers = cotangents.shape
    places = _places_of_largest(coefficients, numbers)
    coefficients[:] = 0
    for lane in range(lanes):
        for rank in range(numbers):
            if places[lane, rank] >= 0:
                coefficients[places[lane, rank], lane] = cotangents[lane, rank]


@inner()
def _places_of_largest(coefficients: Floats, numbers: int) -> Any:
    """Rows of the largest values of each lane, the largest first; -1 where there are too few.

    Equal values keep their order.
    """
    rows, lanes = coefficients.shape
    places = np.full((lanes, numbers), -1)
    values = np.full((lanes, numbers), -np.inf, coefficients.dtype)
    # What a value has to exceed to be among the largest so far.
    least = np.full(lanes, -np.inf, coefficients.dtype)
    for row in range(rows):
        exceeds = False
        for lane in range(lanes):
            exceeds |= coefficients[row, lane] > least[lane]
        if not exceeds:
            continue
        for lane in range(lanes):
            value = coefficients[row, lane]
            if value > least[lane]:
                rank = numbers - 1
                while rank > 0 and values[lane, rank - 1] < value:
                    values[lane, rank] = values[lane, rank - 1]
                    places[lane, rank] = places[lane, rank - 1]
                    rank -= 1
                values[lane, rank], places[lane, rank] = value, row
                least[lane] = values[lane, numbers - 1]
    return places


@inner()
def _mean(coefficients: Floats, into: Any) -> None:
    rows, lanes = coefficients.shape
    sums = np.zeros(lanes)
    for row in range(rows):
        for lane in range(lanes):
            sums[lane] += coefficients[row, lane]
    for lane in range(lanes):
        into[lane, 0] = sums[lane] / max(rows, 1)


@inner()
def _mean_gradient(coefficients: Floats, cotangents: Any) -> None:
    rows, lanes = coefficients.shape
    for row in range(rows):
        for lane in range(lanes):
            coefficients[row, lane] = cotangents[lane, 0] / rows
