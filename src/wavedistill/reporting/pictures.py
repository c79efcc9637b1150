"""Pictures for a page: SVG in the text of the page, in the colours of its theme."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wavedistill.students import Distillation

__all__ = ["Picture", "drawn", "picture"]

#: Inches: as wide as a phone's page is at the size of type on it.
_WIDTH, _HEIGHT = 4.9, 3.1
_SETTINGS: dict[str, Any] = {
    # Text stays text, so that it is found and read aloud; names of classes are no formulae.
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 9.5,
}
#: Colours of the theme in the place of those of figures on white paper.
_COLOURS = {
    "#000000": "var(--ink)",
    "#333333": "var(--ink)",
    "#262626": "var(--ink)",
    "#dddddd": "var(--pale)",
    "#ffffff": "var(--paper)",
}
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


@dataclass(frozen=True)
class Picture:
    """A picture of a page: SVG, what it shows, and the sentence below it."""

    svg: Markup
    alt: str
    caption: str


def picture(
    draw: Callable[[Axes], object],
    alt: str,
    caption: str,
    *,
    name: str,
    width: float = _WIDTH,
    height: float = _HEIGHT,
) -> Picture:
    """Draw one picture.

    Parameters
    ----------
    draw : callable
        Draws on the axes that it is given.
    alt : str
        What the picture shows, for who cannot see it.
    caption : str
    name : str
        A name of its own on the page.
    width, height : float
        In inches, at the page's size of type.
    """
    settings: Any = {**_SETTINGS, "svg.hashsalt": name}
    with mpl.rc_context(settings):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure.add_subplot())
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, metadata=_NO_METADATA)
    return Picture(_inline(file.getvalue()), alt, caption)


def drawn(
    result: Distillation, kind: str, alt: str, caption: str, height: float = 3.1, **options: Any
) -> Picture:
    """One of the pictures of a result (`plot_result`)."""
    unique = " ".join([kind, *map(str, options.values())])
    return picture(
        lambda ax: result.plot(kind, ax=ax, **options), alt, caption, name=unique, height=height
    )


def _inline(svg: str) -> Markup:
    """The drawing itself, as large as its place, in the colours of the theme."""
    text = svg[svg.index("<svg") :]
    text = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1)
    # Names of groups would stand many times on one page; nothing refers to them.
    text = re.sub(r'<g id="[^"]*"', "<g", text)
    text = text.replace("<svg", '<svg aria-hidden="true"', 1)
    for colour, theme in _COLOURS.items():
        text = text.replace(colour, theme)
    # Matplotlib escapes what stands in the text of a figure.
    return Markup(text)
