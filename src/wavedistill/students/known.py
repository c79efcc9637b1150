"""What is decided before a search: the best known wavelet, and the supports that are affordable."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wavedistill.students.budget import most_features
from wavedistill.students.choices import Choices
from wavedistill.students.through import Learned, StudentObjective
from wavedistill.wavelets import known_wavelets

__all__ = ["affordable", "best_known"]


def best_known(objective: StudentObjective, choices: Choices) -> Learned:
    """The known wavelet of least error, of equals the shortest; or the filters that are given."""
    layers, fixed = objective.reader.layers, choices.fixed
    if len(set(fixed)) > 1:
        rows = np.stack([wavelet.lowpass for wavelet in fixed])
        # A second layer has the same filters, from level 2 on.
        lowpass = np.concatenate([rows[len(rows) - count :] for count in layers])
        return Learned(lowpass, objective.error(lowpass).value, "one per level")
    longest = choices.longest_known
    if choices.max_numbers is not None:
        # A known wavelet has to leave a feature.
        longest = min(longest, choices.max_numbers - 2 * objective.targets.shape[1])
    known = fixed[:1] or known_wavelets(longest)
    found = []
    for wavelet in sorted(known, key=lambda w: len(w.lowpass)):
        lowpass = np.tile(wavelet.lowpass, (sum(layers), 1))
        found.append(Learned(lowpass, objective.error(lowpass).value, wavelet.name or "unnamed"))
    return min(found, key=lambda each: each.error)


def affordable(choices: Choices, outputs: int) -> Choices:
    """The supports that leave a feature within `max_numbers`."""
    most = choices.max_numbers
    if most is None:
        return choices
    supports = choices.supports if choices.search else (2,)
    if choices.fixed:
        supports = (sum(len(wavelet.lowpass) for wavelet in set(choices.fixed)),)
    # Each layer that is learned has a filter of its own.
    each = len(choices.reading.layers(max(choices.levels))) if choices.search else 1
    kept = tuple(taps for taps in supports if most_features(most, each * taps, outputs))
    if not kept:
        least = each * min(supports)
        raise ValueError(
            f"max_numbers={most} leaves no feature: the filters have {least} taps, and "
            f"{outputs} intercepts and a weight of one feature for each output come on top; raise "
            f"it to {least + 2 * outputs} or more, or shorten the support."
        )
    return replace(choices, supports=kept)
