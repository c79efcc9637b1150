"""The documents name what is there: every room, every command, and who wrote the paper."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def rooms_of_the_map():
    table = read("docs/design.md").partition("## The map of the house")[2]
    return list(re.findall(r"^\| `(\w+)` \| ", table, re.MULTILINE))


def test_the_map_of_the_house_has_every_room():
    package = ROOT / "src" / "wavedistill"
    folders = {path.parent.name for path in package.glob("*/__init__.py")}
    modules = {path.stem for path in package.glob("[!_]*.py")}
    assert set(rooms_of_the_map()) == folders | modules


def test_the_map_has_the_order_of_the_import_contract():
    contract = read("pyproject.toml").partition("layers = [")[2].partition("]")[0]
    layers = [line.split(" | ") for line in re.findall(r'"(.+)"', contract)]
    rank = {room: height for height, layer in enumerate(reversed(layers)) for room in layer}
    ranks = [rank[room] for room in rooms_of_the_map()]
    assert ranks == sorted(ranks)


def test_every_room_for_users_has_a_page_of_reference():
    rooms = read("docs/_reference.py").partition("ROOMS = (")[2].partition("\n)")[0]
    inner = {"cli", "extras", "files", "frequencies", "signals", "studies"}
    assert set(re.findall(r'"(\w+)"', rooms)) == set(rooms_of_the_map()) - inner


def test_the_commands_of_contributing_are_targets_of_make():
    commands = set(re.findall(r"^make (\w+)", read("CONTRIBUTING.md"), re.MULTILINE))
    targets = set(re.findall(r"^(\w+):", read("Makefile"), re.MULTILINE))
    assert commands == {"demo", "test", "quick", "lint", "docs", "bench"}
    assert commands <= targets


def test_the_citation_names_the_papers_authors():
    citation = yaml.safe_load(read("CITATION.cff"))
    paper = citation["preferred-citation"]
    names = [author["family-names"] for author in paper["authors"]]
    assert names == ["Ha", "Singh", "Lanusse", "Upadhyayula", "Yu"]
    assert paper["url"].endswith("2107.09145")
    assert citation["license"] == "MIT"
