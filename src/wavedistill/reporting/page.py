"""`report`: a distillation as one self-contained page."""

from __future__ import annotations

import os
from pathlib import Path

import jinja2
from markupsafe import Markup

from wavedistill.files import replacing, writable_target
from wavedistill.reporting.contents import contents
from wavedistill.students import Distillation

__all__ = ["report"]


def report(result: Distillation, path: str | os.PathLike[str], *, title: str = "") -> Path:
    """Write a distillation as one page of HTML, which needs no other file and no network.

    The page has the verdict, the student in full, its wavelet, the comparison, the search, where
    the attributions lie, what stays when the student is fitted anew, examples taken apart, the
    warnings, and what is needed to repeat it. It has no script.

    Parameters
    ----------
    result : Distillation
        What `distill` returned. What was left out of it is missing from the page, which says so.
    path : path
        Such as ``"report.html"``; an existing file is replaced only by a whole one.
    title : str
        The heading of the page.

    Returns
    -------
    Path
        Where the page is.

    Raises
    ------
    TypeError
        If `result` is no `Distillation`.
    ValueError
        If `path` does not end in ``.html`` or ``.htm``.
    """
    if not isinstance(result, Distillation):
        raise TypeError(
            f"result is a {type(result).__name__}; give the Distillation that wd.distill returned."
        )
    target = writable_target(Path(path))
    if target.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"{path} must end in .html, such as report.html.")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    style = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    page = environment.get_template("page.html").render(
        **contents(result, title),
        # Ours, and no place for what users write.
        style=Markup(style),
    )
    with replacing(target) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return target
