"""The page in a browser: no error, no request, nothing beyond the edge at any width.

It needs Playwright and a Chromium; `tools/browser.py` installs the latter where it can.
"""

from __future__ import annotations

import os
import shutil
from typing import Any

import pytest

WIDTHS = (360, 820, 1440)
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"there is no Chromium on this machine: none of {', '.join(NAMES)}")
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=found, args=OPTIONS)
        yield running
        running.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["classes", "images"])
def test_no_error_no_request_and_nothing_beyond_the_edge(browser, name, request, tmp_path):
    path = request.getfixturevalue(name).report(tmp_path / "report.html")
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, offline=True)
        page = context.new_page()
        errors: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message, errors=errors: errors.append(message.text))
        page.on("pageerror", lambda error, errors=errors: errors.append(str(error)))
        page.on("request", lambda sent, asked=asked: asked.append(sent.url))
        page.goto(path.as_uri())
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert _beyond(page) == []
        assert errors == []
        assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
        _check_contrast(page)
        context.close()


@pytest.mark.slow
def test_tabs_need_no_script_and_print_shows_them_all(browser, classes, tmp_path):
    path = classes.report(tmp_path / "report.html")
    page = browser.new_context(java_script_enabled=True).new_page()
    page.goto(path.as_uri())
    panels = page.locator(".panel")
    assert [panels.nth(i).is_visible() for i in range(3)] == [True, False, False]
    page.locator(".tabs > label").nth(2).click()
    assert [panels.nth(i).is_visible() for i in range(3)] == [False, False, True]
    page.keyboard.press("ArrowLeft")
    assert panels.nth(1).is_visible()
    page.emulate_media(media="print")
    assert all(panels.nth(i).is_visible() for i in range(3))
    assert not page.locator("nav").is_visible()


def _beyond(page: Any) -> list[str]:
    """What reaches beyond the right edge and cannot be scrolled to by itself."""
    found: list[str] = page.evaluate(
        """() => {
          const edge = document.documentElement.clientWidth + 1;
          return [...document.querySelectorAll('main *, header *')]
            .filter(e => !e.closest('.scroll, svg, pre, .tabs > input'))
            .filter(e => e.getBoundingClientRect().right > edge)
            .map(e => e.tagName + '.' + e.className);
        }"""
    )
    return found


def _check_contrast(page: Any) -> None:
    """Text stands out from the page by 4.5 to 1 or more (WCAG 2.1, AA)."""

    def luminance(colour: str) -> float:
        numbers = [float(v) / 255 for v in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in numbers]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    for selector in ("body", "figcaption", "dt", "nav a", "th"):
        colour = page.evaluate(f"getComputedStyle(document.querySelector({selector!r})).color")
        light, dark = sorted((luminance(paper), luminance(colour)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) > 4.5, (selector, colour, paper)
