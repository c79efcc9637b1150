"""What a page says: plain values for its template."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import numpy as np

from wavedistill.frequencies import Sampling
from wavedistill.reporting.evidence_sections import (
    attributions_section,
    comparison_section,
    search_section,
    stability_section,
)
from wavedistill.reporting.examples import explained
from wavedistill.reporting.model_sections import student_section, wavelet_section
from wavedistill.reporting.words import headline, seconds
from wavedistill.students import Distillation
from wavedistill.students.run import BY_OUTPUTS

__all__ = ["contents"]


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
        "student": student_section(result),
        "wavelet": wavelet_section(result),
        "comparison": comparison_section(result),
        "search": search_section(result),
        "attributions": attributions_section(result),
        "stability": stability_section(result),
        "groups": groups,
        "how": how,
        "warnings": result.run.warnings,
        "repeat": _repeat(result),
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "version": result.run.versions.get("wavedistill", ""),
    }


def _asked(result: Distillation) -> list[tuple[str, str]]:
    run = result.run
    rows = [("model", run.model or "not told"), ("task", run.task or "not told")]
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
        sampling = Sampling.of(result.sampling_rate, len(lengths))
        rows.append(("sampling rate", str(sampling)))
        if sampling.step and len(lengths) == 1:
            rows.append(("duration", f"{lengths[0] / sampling.rate:.4g} {sampling.step}"))
    if hasattr(result.student, "classes_") and result.y is not None:
        classes, sizes = np.unique(result.y, return_counts=True)
        counts = ", ".join(f"{c}: {n:,}" for c, n in zip(classes, sizes, strict=True))
        rows.append(("labels", counts))
    elif result.y is None:
        rows.append(("labels", "none; the student learned from the model alone"))
    return rows


def _repeat(result: Distillation) -> dict[str, Any]:
    run = result.run
    return {
        "call": run.call,
        "versions": _pairs(run.versions),
        "seconds": [(step, seconds(value)) for step, value in run.seconds.items()],
    }


def _pairs(values: Mapping[str, str]) -> list[tuple[str, str]]:
    return list(values.items())
