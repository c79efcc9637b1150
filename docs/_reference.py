"""Pages of reference: every public name, room by room, from the lists that the package keeps."""

import importlib
import inspect
import re
from pathlib import Path

from sphinx.errors import ExtensionError

import wavedistill

#: The rooms that users import from, in the order of the reference.
ROOMS = (
    "students",
    "attribution",
    "faithfulness",
    "distillation",
    "wavelets",
    "plotting",
    "reporting",
    "interop",
    "datasets",
    "kernels",
    "checks",
    "modes",
)
#: Modules below a room whose names the documentation mentions.
BELOW = ("attribution.methods", "students.components")

#: A bar, or the star of ``*shape)``, that a docstring means as it stands.
_STRAY = re.compile(r"(?<!\\)\||(?<=\s)\*(?=[\w.]+\))")

#: What a page would fetch from elsewhere when it is opened.
_REMOTE = re.compile(r'<(?:script|link|img)\b[^>]*(?:src|href)="https?://[^"]*"')


def addresses():
    """Where each public name is documented: at the top if it is there, else in its room."""
    found = {f"wavedistill.{name}": f"wavedistill.{name}" for name in wavedistill.__all__}
    for room in (*ROOMS, *BELOW):
        for name in public_names(room):
            at_top = name in wavedistill.__all__
            found[f"wavedistill.{room}.{name}"] = (
                f"wavedistill.{name if at_top else f'{room}.{name}'}"
            )
    return found


def public_names(room):
    """The names that a room lists as its own; of `checks`, those that users meet."""
    names = list(importlib.import_module(f"wavedistill.{room}").__all__)
    return [name for name in names if room != "checks" or name in wavedistill.__all__]


def write_pages(folder):
    """Write a page for each room, and leave alone those that say the same already."""
    for room in ROOMS:
        module = importlib.import_module(f"wavedistill.{room}")
        title = f"wavedistill.{room}"
        text = f"{title}\n{'=' * len(title)}\n\n{inspect.getdoc(module)}\n\n"
        names = public_names(room)
        top = [name for name in names if name in wavedistill.__all__]
        if top:
            text += _table("Names of wavedistill itself", "wavedistill", top, "As ``wd.NAME``.")
        rest = [name for name in names if name not in wavedistill.__all__]
        if rest:
            text += _table("Names of this room" if top else "Names", title, rest)
        for below in BELOW:
            if below.partition(".")[0] == room:
                path = f"wavedistill.{below}"
                text += _table(f"Names of {path}", path, public_names(below))
        write_if_new(Path(folder) / f"{room}.rst", text)


def write_if_new(path, text):
    """Sphinx reads again what has a new date, so a page that is right keeps its own."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _table(title, module, names, note=""):
    rows = "".join(f"   {name}\n" for name in names)
    return (
        f"{title}\n{'-' * len(title)}\n\n{note}\n\n.. currentmodule:: {module}\n\n"
        f".. autosummary::\n   :toctree: generated\n   :nosignatures:\n\n{rows}\n"
    )


def skip_routing(app, what, name, obj, skip, options):
    """Leave out the methods that scikit-learn adds to route arguments."""
    return True if re.fullmatch(r"set_\w+_request|set_output|get_metadata_routing", name) else None


def as_text(app, what, name, obj, options, lines):
    """Bars and stars of formulas are no markup: a docstring is written to be read as it stands."""
    for number, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...")):
            parts = line.split("``")
            parts[::2] = [_STRAY.sub(r"\\\g<0>", part) for part in parts[::2]]
            lines[number] = "``".join(parts)


def without_methods(docstring):
    """The docstring of `attribute` without the list of methods, which has a page of its own."""
    body, found, _ = docstring.partition("\nMethods and their parameters\n")
    if not found:
        raise ValueError("attribute's docstring has no list of methods any more; mend conf.py.")
    notes = "`wavedistill.attribution.methods` has the methods and their parameters."
    return f"{body}\nNotes\n-----\n{notes}\n"


def link_to_public_name(app, env, node, contnode):
    """A public name leads to its page, however it is written."""
    if node.get("refdomain") != "py":
        return None
    target = node["reftarget"].removeprefix("wd.").removeprefix("wavedistill.")
    known = app.config.public_addresses
    head, _, member = target.partition(".")
    for address, place in known.items():
        short = address.removeprefix("wavedistill.")
        for name, tail in ((target, ""), (head, f".{member}" if member else "")):
            if short == name or short.endswith(f".{name}"):
                found = env.domains["py"].resolve_xref(
                    env, node["refdoc"], app.builder, "obj", place + tail, node, contnode
                )
                if found is not None:
                    return found
    return None


def refuse_remote(app, exception):
    """Pages must work without a network: no script, style or picture may come from elsewhere."""
    if exception is not None or app.builder.name != "html":
        return
    for page in sorted(Path(app.outdir).rglob("*.html")):
        found = _REMOTE.search(page.read_text(encoding="utf-8"))
        if found:
            raise ExtensionError(f"{page.name} asks another computer: {found[0]}")
