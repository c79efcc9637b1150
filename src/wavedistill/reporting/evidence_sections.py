"""What a page says of comparison, search, attributions and stability: values for its template."""

from __future__ import annotations

from typing import Any

from wavedistill.reporting.pictures import drawn
from wavedistill.reporting.words import seconds
from wavedistill.students import Distillation

__all__ = [
    "attributions_section",
    "comparison_section",
    "search_section",
    "stability_section",
]

#: What each model of a comparison is.
_MEANINGS = {
    "distilled": "The readable model, with its wavelet learned through it if that is better in the "
    "cross-validation of the training part.",
    "best known wavelet": "The same with a wavelet of PyWavelets, chosen in the same "
    "cross-validation.",
    "data alone": "The same, learned without the model: from the labels, or from the signals if "
    "there are none.",
    "random teacher": "The wavelet is learned from a model with random weights.",
    "permuted teacher": "The wavelet is learned from the model's outputs in random order.",
    "permuted y": "The wavelet is learned from the labels in random order.",
    "raw samples": "A linear model of the samples, or pixels, themselves, fitted to the labels or "
    "to the model's outputs, whichever predicts better in cross-validation.",
    "spectrum": "The same of log-powers of the spectrum; of images, of rings of frequencies.",
}


def comparison_section(result: Distillation) -> dict[str, Any] | None:
    """The comparison with simpler models, if there is one."""
    found = result.comparison
    if found is None:
        return None
    names = list(found.rows[0].scores)
    rows = []
    for row in found.rows:
        gain = row.scores[found.measure].points
        rows.append(
            {
                "model": row.model,
                "scores": [
                    f"{each.mean:.3f} \N{PLUS-MINUS SIGN} {each.standard_error:.3f}"
                    for each in row.scores.values()
                ],
                "gain": "" if row is found.rows[0] else gain.replace("-", "\N{MINUS SIGN}"),
                "choice": f"{row.choice} ({row.folds} of {found.folds})",
                "numbers": f"{row.numbers:,}",
                "seconds": seconds(row.seconds),
            }
        )
    shown = drawn(
        result,
        "comparison",
        "Gains of the distilled student over each other model, with 95 % intervals.",
        "To the right of 0 the distilled student is better. Bars are 95 % intervals; blue ones lie "
        "above 0.",
        height=3.2,
    )
    return {
        "meanings": [(row.model, _MEANINGS[row.model]) for row in found.rows],
        "measure": found.measure,
        "names": names,
        "rows": rows,
        "folds": found.folds,
        "examples": f"{found.examples:,}",
        "picture": shown,
    }


def search_section(result: Distillation) -> dict[str, Any]:
    """Where the search began and ended."""
    # Where a known wavelet took the place of a learned one, the search was for the latter.
    candidates = (result.learned or result.student).candidates_
    rows = [
        {
            "start": each.start,
            "error": f"{each.error:.5f}",
            "steps": str(len(each.path)) if each.path else "known",
            "nearest": each.wavelets[0].name or each.wavelets[0].closest_known()[0],
        }
        for each in candidates
    ]
    shown = drawn(
        result,
        "search",
        "Errors on the way of each descent, and that of the best known wavelet.",
        "Error in cross-validation on the way of the search: first on a part of the examples, then "
        "on all. It is a share of the variation of what the student is taught.",
    )
    return {"rows": rows, "picture": shown, "readings": _readings(result)}


def _readings(result: Distillation) -> list[dict[str, str]]:
    """The kinds of features that were tried, if there were several; the least error first."""
    tried = (result.learned or result.student).readings_
    order = sorted(tried, key=lambda each: each.known_error if each.error is None else each.error)
    return [
        {
            "reading": each.reading,
            "levels": str(each.levels),
            "known": f"{each.known_error:.5f}",
            "error": "not searched further" if each.error is None else f"{each.error:.5f}",
            "features": "" if each.features is None else str(each.features),
        }
        for each in order
        if len(tried) > 1
    ]


def attributions_section(result: Distillation) -> dict[str, Any] | None:
    """Where the model looks, and checks of the attributions, if there are any."""
    if result.attributions is None:
        return None
    check = result.attributions.check(axes=result.student.transform_.axes)
    return {
        "method": result.attributions.method,
        "findings": [
            {
                "name": finding.name,
                "state": {True: "as it should be", False: "look at this", None: "not checked"}[
                    finding.ok
                ],
                "text": finding.text,
            }
            for finding in check.findings
        ],
        "pictures": [
            drawn(
                result,
                "attributions",
                "Mean magnitude of the attributions over time and scale, or over the sub-bands.",
                "Where, and at which scale, the model looks: mean magnitude of its attributions.",
            ),
            drawn(
                result,
                "scales",
                "Share of the attributions in each sub-band, for the start, the nearest known "
                "wavelet, and the student's.",
                "Which sub-bands hold the attributions, with this wavelet and, where it is a "
                "learned one, with others.",
            ),
        ],
    }


def stability_section(result: Distillation) -> dict[str, Any] | None:
    """What stays when the student is fitted anew, if that was tried."""
    found = result.stability
    if found is None or not found.refits:
        return None
    rows = [
        {
            "kind": {"seed": "another seed", "bootstrap": "resampled examples"}[each.kind],
            "which": each.transform.wavelets[0].name
            or f"learned, {len(each.transform.wavelets[0].lowpass)} taps",
            "agreement": f"{each.agreement:.3f}",
            "distance": f"{each.distance:.3f}",
            "features": str(len(each.weights)),
        }
        for each in found.refits
    ]
    pictures = [
        drawn(
            result,
            "stability",
            "Response of the finest detail for each refit and for the student.",
            "The filters of refits beside the student's.",
        )
    ]
    if found.kept.min() < 1:
        pictures.append(
            drawn(
                result,
                "kept",
                "Share of refits that have each feature.",
                "How often a refit has each feature.",
                height=0.27 * min(len(found.names), 12) + 0.9,
            )
        )
    return {"sentence": str(found), "rows": rows, "pictures": pictures}
