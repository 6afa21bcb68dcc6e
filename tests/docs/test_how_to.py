"""The how-to pages keep their word: what they tell to type works, and answers what they say it does."""

import csv
import io
import json
import re
import time
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from click.testing import CliRunner

from diary.cli.program import diary
from diary.gateways.webhook import signature
from tests.cli.terminal import Terminal
from tests.docs.walkthrough import walk, walk_inside
from tests.jobs.processes import environment

DOCS = Path(__file__).parents[2] / "docs"
HOW_TO = DOCS / "how-to"
PAGES = sorted([*HOW_TO.glob("*.md"), *(DOCS / "runbook").glob("*.md")])


def page(name: str) -> str:
    return (HOW_TO / name).read_text("utf-8")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_link_of_a_page_leads_to_something_that_stands_here(path):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", [DOCS.parent / "README.md", *PAGES], ids=lambda path: path.stem)
def test_every_command_that_a_page_names_exists(path):
    named = re.findall(r"python -m diary ([a-z-]+)((?: --[a-z-]+)*)", path.read_text("utf-8"))
    for command, options in named:
        told = CliRunner().invoke(diary, [command, "--help"]).output
        assert told.startswith("Usage: "), command
        assert [option for option in options.split() if option not in told] == []


def test_the_runbook_lists_each_of_its_pages():
    index = (DOCS / "runbook" / "README.md").read_text("utf-8")
    pages = {path.name for path in (DOCS / "runbook").glob("*.md")} - {"README.md"}
    assert set(re.findall(r"\]\(([a-z-]+\.md)\)", index)) == pages


def test_every_finding_of_the_watchdog_has_a_page_in_the_runbook():
    index = (DOCS / "runbook" / "README.md").read_text("utf-8")
    source = (DOCS.parent / "diary" / "services" / "watch.py").read_text("utf-8")
    codes = re.findall(r'Finding\("([a-z_]+)"', source)
    assert len(set(codes)) == 5
    assert [code for code in codes if f"`{code}`" not in index] == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    empty = tmp_path / "reader"
    empty.mkdir()
    return empty


def test_existing_diaries_come_in_as_the_page_says(sqlite_url, tmp_path, folder):
    Terminal(sqlite_url, tmp_path).set_up()
    typed = walk(page("import.md"), folder, env=environment(database_url=sqlite_url))
    assert sum("diary import" in line for line in typed) == 4
    assert any("diary verify" in line for line in typed)


def test_they_come_in_alike_on_the_other_database(postgresql_url, folder):
    terminal = Terminal(postgresql_url, folder)
    terminal.set_up()
    assert any("diary verify" in line for line in walk_inside(page("import.md"), terminal))


def test_the_forecast_is_shown_hidden_and_taught_as_the_page_says(database_url, folder):
    terminal = Terminal(database_url, folder)
    terminal.set_up()
    typed = walk_inside(page("forecast.md"), terminal)
    assert sum("diary forecast" in line for line in typed) == 8


def test_other_programs_are_told_as_the_page_says(sqlite_url, tmp_path, folder):
    Terminal(sqlite_url, tmp_path).set_up()
    told = page("webhooks.md")
    (checks,) = re.findall(r"```python\n(.*?)```\n", told, re.DOTALL)
    typed = walk(
        told.replace(f"```python\n{checks}```\n", ""), folder, env=environment(database_url=sqlite_url)
    )
    assert sum("diary webhook" in line for line in typed) == 4
    body = b'{"type": "alert.opened", "data": {"alert": "0193b5c2"}}'
    secret = json.loads((folder / "webhook.json").read_text("utf-8"))["secret"]
    headers = signature(secret, key="one", at_s=int(time.time()), body=body)
    said = io.StringIO()
    with redirect_stdout(said):
        exec(checks, {"secret": secret, "body": body, "headers": headers})  # noqa: S102 - this page's own  # noqa: S102 - the page as it stands here
    assert said.getvalue() == "alert.opened {'alert': '0193b5c2'}\n"


def test_the_nights_of_a_file_are_replayed_as_the_page_says(folder):
    typed = walk(page("backtest.md"), folder, env={})
    assert sum("diary backtest" in line for line in typed) >= 2
    with (folder / "cohort-nights.csv").open() as text:
        assert len(list(csv.DictReader(text))) == 200 * 120


def test_what_diaries_tell_is_shown_as_the_page_says(sqlite_url, folder):
    """In one process: the page's commands need no shell but for where they write."""
    terminal = with_diaries(sqlite_url, folder)
    told = page("learn-from-diaries.md").replace(" > durability.json", "")
    typed = walk_inside(told, terminal)
    assert sum("diary durability" in line for line in typed) == 3
    assert (folder / "weeks.csv").read_text("utf-8").startswith("factor,group,week,")


def test_a_study_is_run_as_the_page_says(sqlite_url, folder):
    terminal = with_diaries(sqlite_url, folder)
    typed = walk_inside(page("run-a-study.md"), terminal)
    assert sum("diary study" in line for line in typed) == 7
    sums = (folder / "frozen" / "SHA256SUMS").read_text("utf-8")
    for name in re.findall(r"`(\w+\.csv)`", page("run-a-study.md").partition("The record:")[2]):
        assert (f"  {name}\n" in sums) == (name != "arms.csv"), name


def with_diaries(url: str, folder: Path) -> Terminal:
    """A clinic into which the diaries of the page about importing came."""
    terminal = Terminal(url, folder)
    terminal.set_up()
    for name, text in re.findall(r"```csv (\S+)\n(.*?)```\n", page("import.md"), re.DOTALL):
        terminal.write(name, text)
    done = terminal.run("import", f"{folder}/diaries.csv", "--infusions", f"{folder}/infusions.csv")
    assert done.exit_code == 0, done.output
    return terminal
