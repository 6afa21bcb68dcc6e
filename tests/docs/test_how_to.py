"""The how-to pages keep their word: what they tell to type works, and answers what they say it does."""

import csv
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from diary.cli.program import diary
from tests.cli.terminal import Terminal
from tests.docs.walkthrough import walk
from tests.jobs.processes import environment

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"


def page(name: str) -> str:
    return (HOW_TO / name).read_text("utf-8")


@pytest.mark.parametrize("name", sorted(path.name for path in HOW_TO.glob("*.md")))
def test_every_link_of_a_page_leads_to_something_that_stands_here(name):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page(name))
    assert [target for target in targets if not (HOW_TO / target).exists()] == []


@pytest.mark.parametrize("name", ["../../README.md", *sorted(path.name for path in HOW_TO.glob("*.md"))])
def test_every_command_that_a_page_names_exists(name):
    named = re.findall(r"python -m diary ([a-z-]+)((?: --[a-z-]+)*)", page(name))
    for command, options in named:
        told = CliRunner().invoke(diary, [command, "--help"]).output
        assert told.startswith("Usage: "), command
        assert [option for option in options.split() if option not in told] == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    empty = tmp_path / "reader"
    empty.mkdir()
    return empty


def test_existing_diaries_come_in_as_the_page_says(database_url, tmp_path, folder):
    Terminal(database_url, tmp_path).set_up()
    typed = walk(page("import.md"), folder, env=environment(database_url=database_url))
    assert sum("diary import" in line for line in typed) == 4
    assert any("diary verify" in line for line in typed)


def test_the_nights_of_a_file_are_replayed_as_the_page_says(folder):
    typed = walk(page("backtest.md"), folder, env={})
    assert sum("diary backtest" in line for line in typed) >= 2
    with (folder / "cohort-nights.csv").open() as text:
        assert len(list(csv.DictReader(text))) == 200 * 120
