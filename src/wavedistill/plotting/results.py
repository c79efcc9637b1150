"""`plot_result`: the pictures of a distillation by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from matplotlib.artist import Artist
from matplotlib.axes import Axes

from wavedistill.attribution import Attributions
from wavedistill.frequencies import Sampling
from wavedistill.plotting.axis import PIXELS, SAMPLES, Axis
from wavedistill.plotting.explained import plot_component, plot_prediction
from wavedistill.plotting.scale_maps import plot_attributions, plot_scales
from wavedistill.plotting.student_panels import plot_agreement, plot_weights
from wavedistill.plotting.verdict_panels import (
    plot_comparison,
    plot_kept,
    plot_search,
    plot_stability,
)
from wavedistill.plotting.wavelet_panels import plot_bands, plot_function
from wavedistill.students import Distillation
from wavedistill.wavelets import Wavelet

__all__ = ["PICTURES", "nearest_known", "others", "plot_result", "time_axis"]

T = TypeVar("T")


def plot_result(
    result: Distillation, what: str = "weights", *, ax: Axes | None = None, **options: Any
) -> list[Artist]:
    """Draw one picture of a distillation.

    Parameters
    ----------
    result : Distillation
    what : str
        - ``"weights"``: how much each feature moves an output (`plot_weights`)
        - ``"wavelet"``: the wavelet, beside the nearest known one and its start (`plot_function`)
        - ``"bands"``: which frequencies each sub-band sees (`plot_bands`)
        - ``"prediction"``: one example as a sum (`plot_prediction`)
        - ``"component"``: what the leading feature of one example sees (`plot_component`)
        - ``"agreement"``: student against network (`plot_agreement`)
        - ``"comparison"``: gains over other models (`plot_comparison`)
        - ``"search"``: the errors on the way (`plot_search`)
        - ``"attributions"``: where and at which scale the network looks (`plot_attributions`)
        - ``"scales"``: the share of each sub-band in them (`plot_scales`)
        - ``"stability"``: the filters of refits (`plot_stability`)
        - ``"kept"``: how often refits have each feature (`plot_kept`)
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if not given.
    **options
        Those of the function in brackets.

    Returns
    -------
    list of matplotlib.artist.Artist

    Raises
    ------
    ValueError
        For a picture that is not known, or that needs what was left out of `distill`.
    """
    if what not in PICTURES:
        raise ValueError(f"what={what!r} must be one of {', '.join(map(repr, PICTURES))}.")
    return PICTURES[what](result, ax=ax, **options)


def nearest_known(result: Distillation) -> tuple[str, Wavelet, float]:
    """The known wavelet nearest to that of the finest level, and how far it is."""
    name, distance = result.student.wavelets_[0].closest_known()
    return name, Wavelet.from_name(name), distance


def others(result: Distillation) -> dict[str, Wavelet]:
    """What a learned wavelet is drawn beside: its start, and the nearest known wavelet."""
    if result.student.wavelets_[0].name:
        return {}
    name, nearest, _ = nearest_known(result)
    found = {f"nearest known: {name}": nearest}
    begun = result.student.candidates_[0].begun
    if begun is not None:
        found[f"start: {result.student.candidates_[0].start}"] = begun
    return found


def time_axis(result: Distillation) -> Axis:
    """Samples or pixels; with a sampling rate the user's unit of time, or of whatever it is."""
    rank = len(result.student.transform_.axes)
    sampling = Sampling.of(result.sampling_rate, rank)
    if rank > 1 or not sampling.step:
        return PIXELS if rank > 1 else SAMPLES
    return Axis("time" if sampling.timed else "position", sampling.step, 1 / sampling.rate)


def _weights(result: Distillation, **options: Any) -> list[Artist]:
    return plot_weights(result.contributions, **options)


def _wavelet(result: Distillation, **options: Any) -> list[Artist]:
    wavelet = result.student.wavelets_[0]
    settings: dict[str, Any] = {
        "beside": others(result),
        "name": wavelet.name or "learned",
        "axis": time_axis(result),
    }
    return plot_function(wavelet, **{**settings, **options})


def _bands(result: Distillation, **options: Any) -> list[Artist]:
    transform = result.student.transform_
    settings: dict[str, Any] = {"sampling_rate": result.sampling_rate}
    if not transform.wavelets[0].name:
        settings["beside"] = transform.with_wavelet(nearest_known(result)[1])
    return plot_bands(transform, **{**settings, **options})


def _prediction(result: Distillation, **options: Any) -> list[Artist]:
    return plot_prediction(result.contributions, options.pop("example", 0), **options)


def _component(result: Distillation, **options: Any) -> list[Artist]:
    example = options.pop("example", 0)
    return plot_component(result.contributions, example, **{"axis": time_axis(result), **options})


def _agreement(result: Distillation, **options: Any) -> list[Artist]:
    output = options.pop("output", 0)
    theirs = result.outputs.reshape(len(result.outputs), -1)[:, output]
    ours = result.contributions.predictions[:, output]
    return plot_agreement(theirs, ours, **options)


def _comparison(result: Distillation, **options: Any) -> list[Artist]:
    return plot_comparison(_made(result.comparison, "comparison", "compare_cv=None"), **options)


def _search(result: Distillation, **options: Any) -> list[Artist]:
    return plot_search((result.learned or result.student).candidates_, **options)


def _attributions(result: Distillation, **options: Any) -> list[Artist]:
    settings = {"axis": time_axis(result), **options}
    return plot_attributions(_attributed(result), result.student.transform_, **settings)


def _scales(result: Distillation, **options: Any) -> list[Artist]:
    transform = result.student.transform_
    wavelets = {name: transform.with_wavelet(each) for name, each in others(result).items()}
    name = transform.wavelets[0].name or "learned"
    return plot_scales(_attributed(result), {**wavelets, name: transform}, **options)


def _stability(result: Distillation, **options: Any) -> list[Artist]:
    settings = {"sampling_rate": result.sampling_rate, **options}
    made = _made(result.stability, "refits", "refits=None")
    return plot_stability(made, result.student.transform_, **settings)


def _kept(result: Distillation, **options: Any) -> list[Artist]:
    settings = {"names": result.contributions.names, **options}
    return plot_kept(_made(result.stability, "refits", "refits=None"), **settings)


def _attributed(result: Distillation) -> Attributions:
    return _made(result.attributions, "attributions", "method=None, or a model that is no module")


def _made(value: T | None, what: str, why: str) -> T:
    if value is None:
        raise ValueError(f"the result has no {what} to draw (it was made with {why}).")
    return value


#: The pictures by name.
PICTURES: Mapping[str, Callable[..., list[Artist]]] = MappingProxyType(
    {
        "weights": _weights,
        "wavelet": _wavelet,
        "bands": _bands,
        "prediction": _prediction,
        "component": _component,
        "agreement": _agreement,
        "comparison": _comparison,
        "search": _search,
        "attributions": _attributions,
        "scales": _scales,
        "stability": _stability,
        "kept": _kept,
    }
)
