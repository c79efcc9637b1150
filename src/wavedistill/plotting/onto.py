"""Where one picture goes: the axes that were given, or those of a new figure."""

from __future__ import annotations

from matplotlib.axes import Axes

__all__ = ["onto"]


def onto(ax: Axes | None, width: float = 5.6, height: float = 3.6) -> Axes:
    """The axes that were given, or those of a new figure of a size in inches.

    The new figure is one of `matplotlib.pyplot`, so that notebooks show it.
    """
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    axes: Axes = plt.subplots(figsize=(width, height), layout="constrained")[1]
    return axes
