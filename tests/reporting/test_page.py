"""The page has what was found, escapes what users write, and stands alone."""

import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

import wavedistill as wd
from wavedistill.students import Distillation

VOID = {"meta", "link", "input", "br", "hr", "img", "path", "use", "rect"}


class Page(HTMLParser):
    """What a page is made of: its tags in order, its text, and tags that are never closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def made(result, tmp_path) -> tuple[str, Page]:
    text = result.report(tmp_path / "report.html").read_text(encoding="utf-8")
    return text, Page(text)


@pytest.mark.parametrize("name", ["classes", "numbers", "images"])
def test_every_page_is_whole_and_stands_alone(name, request, tmp_path):
    text, page = made(request.getfixturevalue(name), tmp_path)
    assert page.open == []
    tags = [tag for tag, _ in page.tags]
    assert "script" not in tags
    assert not re.search(r'(?:src|href)="(?!#|data:)', text)
    assert "url(http" not in text
    assert "@import" not in text
    figures = [attrs for tag, attrs in page.tags if tag == "figure"]
    assert all(attrs["role"] == "img" and attrs["aria-label"] for attrs in figures)
    assert len(figures) == tags.count("svg") > 6
    ids = [attrs["id"] for tag, attrs in page.tags if attrs.get("id") and tag != "path"]
    assert len(ids) == len(set(ids))
    links = [attrs["href"] or "" for tag, attrs in page.tags if tag == "a"]
    assert {link[1:] for link in links} <= set(ids)


def test_the_verdict_comes_first_and_the_student_is_whole(classes, tmp_path):
    _, page = made(classes, tmp_path)
    words = page.words
    first = " ".join(classes.verdict.split())
    assert words.index(first) < words.index("What was asked")
    for name in classes.student.feature_names(100.0):
        assert name in words
    for row in classes.comparison.rows:
        assert row.model in words
    assert str(classes.student.n_numbers_) in words
    assert "resampled examples" in words
    assert "score of three" in words
    assert "The class with the largest score wins." in words
    for model in ("random teacher", "permuted teacher"):
        assert (model in words) == any(row.model == model for row in classes.comparison.rows)
    assert classes.note in words
    for version in classes.run.versions.values():
        assert version in words
    assert "random_state=0" in words
    weight = np.abs(classes.student.coef_).max()
    assert f"{weight:.4g}" in words.replace("\N{MINUS SIGN}", "")


def test_what_users_write_is_text(classes, tmp_path):
    found: Distillation = classes
    text = found.report(tmp_path / "r.html", title="<script>alert(1)</script>").read_text("utf-8")
    assert "<script" not in text
    assert "<b>" not in text
    page = Page(text)
    assert "<script>alert(1)</script>" in page.words
    assert "<b>one</b> & $x" in page.words


def test_what_was_left_out_is_named(numbers, images, tmp_path):
    words = made(numbers, tmp_path)[1].words
    assert "The comparison was left out" in words
    assert "No student was fitted anew" in words
    assert "flat multipliers" in words
    assert "none; the student learned from the model alone" in words
    words = made(images, tmp_path)[1].words
    assert "There are no attributions" in words
    assert "12 x 10" in words


def test_the_kinds_of_features_that_were_tried_are_on_the_page(tmp_path):
    X = np.random.default_rng(0).standard_normal((60, 32)).cumsum(axis=1)
    found = wd.distill(X[:, 0], X, wavelet="haar", levels=2, compare_cv=None, refits=None)
    tried = found.student.readings_
    assert {"energy", "packets", "events"} < {each.reading for each in tried}
    chosen = [each for each in tried if each.reading == found.student.reading_.label]
    assert chosen[0].features == len(found.student.columns_)
    assert chosen[0].error == found.student.comparison_["student"]
    words = made(found, tmp_path)[1].words
    assert "Several kinds of features were tried" in words
    assert f"{chosen[0].error:.5f}" in words


def test_warnings_are_on_the_page(tmp_path):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 16))

    def model(x):
        import warnings

        warnings.warn("the model is odd <here>", UserWarning, stacklevel=1)
        return np.log(np.mean(x**2, axis=1))

    settings: dict[str, Any] = {
        "levels": 1,
        "support": 2,
        "cv": 3,
        "compare_cv": None,
        "refits": None,
        "reading": "energy",
    }
    with pytest.warns(UserWarning, match="odd"):
        found = wd.distill(model, X, **settings)
    assert found.run.warnings == ("the model is odd <here>",)
    assert "the model is odd <here>" in made(found, tmp_path)[1].words


def test_bad_input_is_refused_and_a_file_stays(numbers, tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.html"):
        numbers.report(tmp_path / "report.pdf")
    with pytest.raises(TypeError, match="result is a dict"):
        wd.report({}, tmp_path / "report.html")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
