"""The safety pages name tests that exist and run: a threat or a hazard without one is held by nothing."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAFETY = ROOT / "docs" / "safety"
PAGES = sorted(SAFETY.glob("*.md"))
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
REASON = re.compile(r"not applicable: \w|looked up|see the page|forbid|within 7")
# What keeps a test from running in every change.
LEFT_OUT = ("skip", "skipif", "xfail", "soak")


def marks_in(path: str) -> dict[str, list[str]]:
    """The tests of a file, also in its classes, each with its marks."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {
        node.name: [ast.unparse(mark) for mark in node.decorator_list]
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def rows_of(page: str, begins: str) -> dict[str, str]:
    """The rows of a page's table by their number."""
    lines = (SAFETY / page).read_text("utf-8").splitlines()
    return {line.split(" | ")[0].strip("| "): line for line in lines if re.match(rf"\| {begins}\d+ \|", line)}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_test_that_a_page_names_exists_and_runs_in_every_change(path):
    wrong = []
    for file, name in NAMED.findall(path.read_text("utf-8")):
        marks = marks_in(file).get(name) if (ROOT / file).exists() else None
        if marks is None:
            wrong.append(f"{file}::{name} is not there")
        elif any(f"mark.{word}" in mark for mark in marks for word in LEFT_OUT):
            wrong.append(f"{file}::{name} is left out")
    assert wrong == []


def test_each_of_the_twelve_threats_and_each_hazard_is_held_by_a_test():
    threats, hazards = rows_of("threat-model.md", "T"), rows_of("hazards.md", "H")
    assert list(threats) == [f"T{number}" for number in range(1, 13)]
    assert list(hazards) == [f"H{number}" for number in range(1, len(hazards) + 1)]
    assert len(hazards) >= 16
    assert [name for name, row in {**threats, **hazards}.items() if not NAMED.search(row)] == []


@pytest.mark.parametrize(("page", "least"), [("asvs.md", 30), ("asvs_signing.md", 25)])
def test_every_line_of_the_standard_is_answered_by_a_test_or_a_reason(page, least):
    lines = [line for line in (SAFETY / page).read_text("utf-8").splitlines() if re.match(r"\| \d", line)]
    assert len(lines) >= least
    unanswered = [line for line in lines if not NAMED.search(line) and not REASON.search(line)]
    assert unanswered == []


def test_links_between_the_pages_lead_somewhere():
    gone = [
        f"{path.name}: {target}"
        for path in PAGES
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8"))
        if not (path.parent / target).exists()
    ]
    assert gone == []
