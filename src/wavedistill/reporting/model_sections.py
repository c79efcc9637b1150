"""What a page says of the student and of its wavelet: plain values for its template."""

from __future__ import annotations

from typing import Any

import numpy as np

from wavedistill.plotting.results import nearest_known
from wavedistill.plotting.student_panels import output_label
from wavedistill.reporting.bands import seen_bands
from wavedistill.reporting.pictures import Picture, drawn
from wavedistill.reporting.words import glossary, number
from wavedistill.students import Distillation
from wavedistill.students.stability import is_learned

__all__ = ["student_section", "wavelet_section"]

#: Outputs that have a column of weights, at most.
_OUTPUTS = 10


def student_section(result: Distillation) -> dict[str, Any]:
    """The student in full: its numbers, what each feature is, and how well it agrees."""
    student, parts = result.student, result.contributions
    weights = parts.weights
    shown = range(min(len(weights), _OUTPUTS))
    order = parts.ranked()
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
        drawn(
            result,
            "weights",
            f"How much each feature moves {parts.outputs[0]} by one standard deviation, the "
            "largest first.",
            f"Features by how much they move {output_label(parts, 0)}"
            + (f"; the first 12 of {len(order)}." if len(order) > 12 else "."),
            height=0.27 * min(len(order), 12) + 0.9,
        ),
        drawn(
            result,
            "agreement",
            f"{parts.outputs[0]} of the student against that of the model, for the examples.",
            f"Student against model, {output_label(parts, 0)}; on the line they agree.",
            height=3.4,
            name="output" if len(parts.outputs[0]) > 20 else output_label(parts, 0),
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
        "target": {
            "teacher": "the model's outputs",
            "decisions": "the model's probabilities",
            "response": "the labels",
        }[student.target_],
        "note": result.note,
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


def wavelet_section(result: Distillation) -> dict[str, Any]:
    """The wavelet: its filters, functions and bands."""
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
        (
            "smallest response in the lower half band",
            f"{number(first.residuals()['min_response'], 3)} (1 at best; near 0 it is no wavelet)",
        ),
    ]
    if is_learned(student):
        facts.append(
            (
                "nearest known wavelet",
                f"{name}, at distance {distance:.2f} (0: the same; 8: unrelated)",
            )
        )
    return {
        "facts": facts,
        "taps": _taps(student),
        "pictures": _wavelet_pictures(result),
        "bands": seen_bands(transform, result.sampling_rate),
        "images": len(transform.axes) > 1,
    }


def _taps(student: Any) -> list[dict[str, str]]:
    """The lowpass filters as text: one, or one for each level, of either layer."""
    found = []
    layers = {"": student.transform_, "second layer, ": student.second_transform_}
    for layer, transform in layers.items():
        if transform is None:
            continue
        wavelets = transform.wavelets[:1] if transform.shared else transform.wavelets
        for level, wavelet in enumerate(wavelets, 1):
            name = "all levels" if transform.shared else f"level {level}"
            taps = ", ".join(f"{tap:.10g}" for tap in wavelet.lowpass)
            found.append({"name": f"{layer}{name}", "lowpass": taps})
    return found


def _wavelet_pictures(result: Distillation) -> list[Picture]:
    """Wavelet, scaling function, bands and filters."""
    student = result.student
    what = "" if student.transform_.shared else " of the finest level"
    return [
        drawn(
            result,
            "wavelet",
            f"The wavelet psi{what}.",
            f"The wavelet \N{GREEK SMALL LETTER PSI}{what}.",
        ),
        drawn(
            result,
            "wavelet",
            f"The scaling function phi{what}.",
            f"The scaling function \N{GREEK SMALL LETTER PHI}{what}.",
            which="phi",
        ),
        drawn(
            result,
            "bands",
            "Response of each sub-band against frequency; dashes are the nearest known wavelet.",
            "What each sub-band lets through."
            + (" Dashes: the nearest known wavelet." if is_learned(student) else ""),
        ),
        drawn(
            result,
            "wavelet",
            f"The taps of both filters{what}.",
            f"The filters{what}.",
            which="taps",
            beside=None,
        ),
    ]
