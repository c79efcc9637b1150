"""What a page says: plain values for its template."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import numpy as np

from wavedistill.plotting.results import nearest_known
from wavedistill.reporting.bands import seen_bands
from wavedistill.reporting.examples import explained
from wavedistill.reporting.pictures import Picture, picture
from wavedistill.reporting.words import glossary, headline, number, seconds
from wavedistill.students import Distillation
from wavedistill.students.run import BY_OUTPUTS
from wavedistill.students.stability import is_learned

__all__ = ["contents"]

#: Outputs that have a column of weights, at most.
_OUTPUTS = 10


def contents(result: Distillation, title: str) -> dict[str, Any]:
    """Everything that the page shows."""
    groups, how = explained(result)
    of = "" if result.run.model in ("", BY_OUTPUTS) else f" of {result.run.model}"
    return {
        "title": title or f"A readable model{of}",
        "verdict": result.verdict,
        "advice": "" if result.comparison is None else result.comparison.advice,
        "headline": headline(result),
        "asked": _asked(result),
        "data": _data(result),
        "student": _student(result),
        "wavelet": _wavelet(result),
        "comparison": _comparison(result),
        "search": _search(result),
        "attributions": _attributions(result),
        "stability": _stability(result),
        "groups": groups,
        "how": how,
        "warnings": result.run.warnings,
        "repeat": _repeat(result),
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "version": result.run.versions.get("wavedistill", ""),
    }


def _asked(result: Distillation) -> list[tuple[str, str]]:
    run = result.run
    rows = [("network", run.model or "not told"), ("task", run.task or "not told")]
    rows.append(("attributions", run.method or "none"))
    shown = {name: value for name, value in run.settings.items() if name != "random_state"}
    rows += [(name, str(value)) for name, value in shown.items()]
    return rows


def _data(result: Distillation) -> list[tuple[str, str]]:
    signals = result.contributions.signals
    count, channels, *lengths = signals.shape
    what = "pixels" if len(lengths) > 1 else "samples"
    size = " x ".join(map(str, lengths))
    rows = [("examples", f"{count:,}"), (what, size), ("channels", str(channels))]
    if result.sampling_rate is not None:
        unit = "pixels per unit length" if len(lengths) > 1 else "Hz"
        rows.append(("sampling rate", f"{result.sampling_rate:g} {unit}"))
        if len(lengths) == 1:
            rows.append(("duration", f"{lengths[0] / result.sampling_rate:.4g} s"))
    if hasattr(result.student, "classes_") and result.y is not None:
        classes, sizes = np.unique(result.y, return_counts=True)
        counts = ", ".join(f"{c}: {n:,}" for c, n in zip(classes, sizes, strict=True))
        rows.append(("labels", counts))
    elif result.y is None:
        rows.append(("labels", "none; the student learned from the network alone"))
    return rows


def _student(result: Distillation) -> dict[str, Any]:
    student, parts = result.student, result.contributions
    weights = np.atleast_2d(student.coef_)
    shown = range(min(len(weights), _OUTPUTS))
    order = np.argsort(-np.abs(parts.moves).sum(axis=0), kind="stable")
    one = len(weights) == 1
    rows = [
        {
            "name": parts.names[i],
            "weights": [number(weights[k, i]) for k in shown],
            "mean": number(float(parts.features[:, i].mean()), 3),
            "spread": number(float(parts.features[:, i].std()), 3),
            "moves": number(float(parts.moves[0, i]), 3) if one else "",
        }
        for i in order
    ]
    pictures = [
        _drawn(
            result,
            "weights",
            f"How much each feature moves {parts.outputs[0]} by one standard deviation, the "
            "largest first.",
            f"Features by how much they move {parts.outputs[0]}.",
            height=0.27 * min(len(order), 12) + 0.9,
        ),
        _drawn(
            result,
            "agreement",
            f"{parts.outputs[0]} of the student against that of the network, for the examples.",
            "Student against network; on the line they agree.",
            height=3.4,
            name="output" if len(parts.outputs[0]) > 20 else parts.outputs[0],
        ),
    ]
    return {
        "outputs": [parts.outputs[k] for k in shown],
        "more": len(weights) - len(shown),
        "intercepts": [number(float(parts.intercept[k])) for k in shown],
        "rows": rows,
        "one": one,
        "counts": _counts(result),
        "total": student.n_numbers_,
        "target": {"teacher": "the network's outputs", "response": "the labels"}[student.target_],
        "glossary": glossary(student.reading_, len(student.transform_.axes)),
        "scale": number(student.scale_),
        "pictures": pictures,
    }


def _counts(result: Distillation) -> str:
    """What the student's numbers are."""
    student = result.student
    weights, intercepts = int(np.count_nonzero(student.coef_)), int(np.size(student.intercept_))
    taps = student.n_numbers_ - weights - intercepts
    ends = "an intercept" if intercepts == 1 else f"{intercepts} intercepts"
    return f"{taps} taps of the wavelet, {weights} weights and {ends}"


def _wavelet(result: Distillation) -> dict[str, Any]:
    student = result.student
    transform = student.transform_
    first, (name, _, distance) = transform.wavelets[0], nearest_known(result)
    which = (
        f"the known wavelet {first.name}" if first.name else f"learned, {len(first.lowpass)} taps"
    )
    many = "one wavelet for all levels" if transform.shared else "a wavelet for each level"
    facts = [
        ("wavelet", which),
        ("levels", f"{transform.levels}, {many}"),
        ("borders", f"mode {transform.mode!r}"),
        ("smallest response in the lower half band", number(first.residuals()["min_response"], 3)),
    ]
    if is_learned(student):
        facts.append(("nearest known wavelet", f"{name}, at distance {distance:.3f}"))
    shared = transform.wavelets[:1] if transform.shared else transform.wavelets
    taps = [
        {
            "name": "all levels" if transform.shared else f"level {level}",
            "lowpass": ", ".join(f"{tap:.10g}" for tap in wavelet.lowpass),
        }
        for level, wavelet in enumerate(shared, 1)
    ]
    second = student.second_transform_
    if second is not None:
        own = second.wavelets[:1] if second.shared else second.wavelets
        taps += [
            {"name": "second layer", "lowpass": ", ".join(f"{tap:.10g}" for tap in w.lowpass)}
            for w in own
        ]
    what = "" if transform.shared else " of the finest level"
    pictures = [
        _drawn(
            result,
            "wavelet",
            f"The wavelet psi{what}.",
            f"The wavelet \N{GREEK SMALL LETTER PSI}{what}.",
        ),
        _drawn(
            result,
            "wavelet",
            f"The scaling function phi{what}.",
            f"The scaling function \N{GREEK SMALL LETTER PHI}{what}.",
            which="phi",
        ),
        _drawn(
            result,
            "bands",
            "Response of each sub-band against frequency; dashes are the nearest known wavelet.",
            "What each sub-band lets through. Dashes: the nearest known wavelet.",
        ),
        _drawn(
            result,
            "wavelet",
            f"The taps of both filters{what}.",
            f"The filters{what}.",
            which="taps",
            beside=None,
        ),
    ]
    return {
        "facts": facts,
        "taps": taps,
        "pictures": pictures,
        "bands": seen_bands(transform, result.sampling_rate),
        "images": len(transform.axes) > 1,
    }


def _comparison(result: Distillation) -> dict[str, Any] | None:
    found = result.comparison
    if found is None:
        return None
    names = list(found.rows[0].scores)
    rows = []
    for row in found.rows:
        score = row.scores[found.measure]
        gain = f"{100 * score.gain:+.1f} [{100 * score.low:.1f}, {100 * score.high:.1f}]"
        rows.append(
            {
                "model": row.model,
                "scores": [
                    f"{each.mean:.3f} \N{PLUS-MINUS SIGN} {each.standard_error:.3f}"
                    for each in row.scores.values()
                ],
                "gain": "" if row is found.rows[0] else gain.replace("-", "\N{MINUS SIGN}"),
                "choice": row.choice,
                "numbers": f"{row.numbers:,}",
                "seconds": seconds(row.seconds),
            }
        )
    drawn = _drawn(
        result,
        "comparison",
        "Gains of the distilled student over each other model, with 95 % intervals.",
        "To the right of 0 the distilled student is better. Bars are 95 % intervals; blue ones lie "
        "above 0.",
        height=3.2,
    )
    return {
        "measure": found.measure,
        "names": names,
        "rows": rows,
        "folds": found.folds,
        "examples": f"{found.examples:,}",
        "picture": drawn,
    }


def _search(result: Distillation) -> dict[str, Any]:
    candidates = result.student.candidates_
    rows = [
        {
            "start": each.start,
            "error": f"{each.error:.5f}",
            "steps": str(len(each.path)) if each.path else "known",
            "nearest": each.wavelets[0].name or each.wavelets[0].closest_known()[0],
        }
        for each in candidates
    ]
    drawn = _drawn(
        result,
        "search",
        "Errors on the way of each descent, and that of the best known wavelet.",
        "Error in cross-validation on the way of the search: first on a part of the examples, then "
        "on all. It is a share of the variation of what the student is taught.",
    )
    return {"rows": rows, "picture": drawn}


def _attributions(result: Distillation) -> dict[str, Any] | None:
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
            _drawn(
                result,
                "attributions",
                "Mean magnitude of the attributions over time and scale, or over the sub-bands.",
                "Where, and at which scale, the network looks: mean magnitude of its attributions.",
            ),
            _drawn(
                result,
                "scales",
                "Share of the attributions in each sub-band, for the start, the nearest known "
                "wavelet, and the student's.",
                "Which sub-bands hold the attributions, with other wavelets and with this one.",
            ),
        ],
    }


def _stability(result: Distillation) -> dict[str, Any] | None:
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
        _drawn(
            result,
            "stability",
            "Response of the finest detail for each refit and for the student.",
            "The filters of refits beside the student's.",
        )
    ]
    if found.kept.min() < 1:
        pictures.append(
            _drawn(
                result,
                "kept",
                "Share of refits that have each feature.",
                "How often a refit has each feature.",
                height=0.27 * min(len(found.names), 12) + 0.9,
            )
        )
    return {"sentence": str(found), "rows": rows, "pictures": pictures}


def _repeat(result: Distillation) -> dict[str, Any]:
    run = result.run
    settings = ", ".join(f"{name}={value!r}" for name, value in run.settings.items())
    return {
        "call": f"wd.distill(model, X, y, {settings})",
        "versions": _pairs(run.versions),
        "seconds": [(step, seconds(value)) for step, value in run.seconds.items()],
    }


def _pairs(values: Mapping[str, str]) -> list[tuple[str, str]]:
    return list(values.items())


def _drawn(
    result: Distillation, kind: str, alt: str, caption: str, height: float = 3.1, **options: Any
) -> Picture:
    unique = " ".join([kind, *map(str, options.values())])
    return picture(
        lambda ax: result.plot(kind, ax=ax, **options), alt, caption, name=unique, height=height
    )
