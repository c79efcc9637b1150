"""Settings of Sphinx. `make docs` builds the pages; nothing is downloaded."""

import os
import sys
from pathlib import Path

from sphinx_gallery.sorting import ExplicitOrder

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from _reference import (  # noqa: E402
    addresses,
    as_text,
    link_to_public_name,
    refuse_remote,
    skip_routing,
    without_methods,
    write_pages,
)

import wavedistill  # noqa: E402

os.environ.setdefault("MPLBACKEND", "agg")

project = "wavedistill"
author = "The wavedistill developers"
copyright = author
release = version = wavedistill.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "examples"]
templates_path = ["_templates"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# Docstrings give shapes and meanings of arguments, so that signatures stay short without types.
autodoc_typehints = "none"
autosummary_generate = True
autosummary_imported_members = True
numpydoc_show_class_members = False
default_role = "autolink"
# Roles that pages write out must lead somewhere. Single backquotes in docstrings also hold
# arguments and formulas: those that are no public name stay text.
nitpick_ignore_regex = [("py:obj", ".*")]

sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"/plot_",
    "within_subsection_order": "FileNameSortKey",
    "subsection_order": ExplicitOrder(["*"]),
    "abort_on_example_error": True,
    "download_all_examples": False,
    "min_reported_time": 1,
    "remove_config_comments": True,
    "show_memory": False,
    "write_computation_times": False,
    "image_srcset": ["2x"],
    "default_thumb_file": str(HERE / "student.png"),
}

toc_object_entries_show_parents = "hide"

html_theme = "pydata_sphinx_theme"
html_title = "wavedistill"
html_static_path = ["_static"]
html_css_files = ["own.css"]
html_copy_source = False
html_show_sourcelink = False
html_sidebars = {"index": [], "gotchas": [], "ten-minutes": []}
html_theme_options = {
    "show_prev_next": False,
    "show_version_warning_banner": False,
    "header_links_before_dropdown": 7,
    "navbar_align": "left",
    "navbar_persistent": ["search-button"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True

write_pages(HERE / "reference")
wavedistill.attribute.__doc__ = without_methods(wavedistill.attribute.__doc__)


def setup(app):
    """Leave out scikit-learn's routing methods, and let short names lead to their page."""
    app.connect("autodoc-skip-member", skip_routing)
    app.connect("autodoc-process-docstring", as_text, priority=900)
    app.connect("missing-reference", link_to_public_name)
    app.connect("build-finished", refuse_remote)
    app.add_config_value("public_addresses", addresses(), "env")
