"""Figures of wavelets, fits, predictions and maps.

Most `plot_*` functions return a Matplotlib figure, and neither show nor save it. Those that draw
one picture, such as `plot_weights`, take ``ax=`` and return what they drew. An `Axis` says what an
axis is called, and in which unit. Figures need Matplotlib: ``pip install 'wavedistill[plot]'``. The
names below load when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wavedistill.extras import load

if TYPE_CHECKING:
    from wavedistill.plotting.axis import PIXELS, SAMPLES, Axis
    from wavedistill.plotting.contributions import plot_contributions
    from wavedistill.plotting.diagrams import plot_method
    from wavedistill.plotting.examples import plot_examples
    from wavedistill.plotting.explained import plot_component, plot_prediction
    from wavedistill.plotting.faithfulness import plot_faithfulness
    from wavedistill.plotting.gains import plot_gain
    from wavedistill.plotting.map_filters import plot_map_filters
    from wavedistill.plotting.maps import draw_map, plot_activation_maps, signed_scale
    from wavedistill.plotting.path_curves import plot_along_paths
    from wavedistill.plotting.paths import plot_starts_and_results, plot_wavelet_grid
    from wavedistill.plotting.peaks import plot_peak_values
    from wavedistill.plotting.predictions import plot_predictions
    from wavedistill.plotting.results import plot_result
    from wavedistill.plotting.scale_maps import plot_attributions, plot_scales
    from wavedistill.plotting.scores import Score, plot_scores
    from wavedistill.plotting.stability import plot_functions_of_seeds, plot_wavelet_band
    from wavedistill.plotting.student_panels import plot_agreement, plot_weights
    from wavedistill.plotting.students import plot_student
    from wavedistill.plotting.verdict_panels import (
        plot_comparison,
        plot_kept,
        plot_search,
        plot_stability,
    )
    from wavedistill.plotting.wavelet_panels import plot_bands, plot_function
    from wavedistill.plotting.wavelets import attribution_per_band, plot_recovery, plot_wavelet

_HOMES = {
    "plot_component": "explained",
    "plot_prediction": "explained",
    "plot_result": "results",
    "plot_attributions": "scale_maps",
    "plot_scales": "scale_maps",
    "plot_agreement": "student_panels",
    "plot_weights": "student_panels",
    "plot_comparison": "verdict_panels",
    "plot_kept": "verdict_panels",
    "plot_search": "verdict_panels",
    "plot_stability": "verdict_panels",
    "plot_bands": "wavelet_panels",
    "plot_function": "wavelet_panels",
    "PIXELS": "axis",
    "SAMPLES": "axis",
    "Axis": "axis",
    "Score": "scores",
    "attribution_per_band": "wavelets",
    "draw_map": "maps",
    "plot_activation_maps": "maps",
    "plot_along_paths": "path_curves",
    "plot_contributions": "contributions",
    "plot_examples": "examples",
    "plot_faithfulness": "faithfulness",
    "plot_functions_of_seeds": "stability",
    "plot_gain": "gains",
    "plot_map_filters": "map_filters",
    "plot_method": "diagrams",
    "plot_peak_values": "peaks",
    "plot_predictions": "predictions",
    "plot_recovery": "wavelets",
    "plot_scores": "scores",
    "plot_starts_and_results": "paths",
    "plot_student": "students",
    "plot_wavelet": "wavelets",
    "plot_wavelet_band": "stability",
    "plot_wavelet_grid": "paths",
    "signed_scale": "maps",
}

__all__ = [
    "PIXELS",
    "SAMPLES",
    "Axis",
    "Score",
    "attribution_per_band",
    "draw_map",
    "plot_activation_maps",
    "plot_agreement",
    "plot_along_paths",
    "plot_attributions",
    "plot_bands",
    "plot_comparison",
    "plot_component",
    "plot_contributions",
    "plot_examples",
    "plot_faithfulness",
    "plot_function",
    "plot_functions_of_seeds",
    "plot_gain",
    "plot_kept",
    "plot_map_filters",
    "plot_method",
    "plot_peak_values",
    "plot_prediction",
    "plot_predictions",
    "plot_recovery",
    "plot_result",
    "plot_scales",
    "plot_scores",
    "plot_search",
    "plot_stability",
    "plot_starts_and_results",
    "plot_student",
    "plot_wavelet",
    "plot_wavelet_band",
    "plot_wavelet_grid",
    "plot_weights",
    "signed_scale",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(load(f"{__name__}.{_HOMES[name]}", "drawing figures", "plot"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
