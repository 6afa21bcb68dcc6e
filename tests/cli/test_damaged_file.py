"""A damaged SQLite file: every command says so in one line, and the doctor what to do."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal

NOISE = bytes(range(256)) * 16


@pytest.fixture
def damaged(lite: Terminal) -> Callable[[int | None], Terminal]:
    """A clinic's database in whose file noise stands: over one page, or over its beginning."""

    def damage(page: int | None) -> Terminal:
        lite.set_up()
        path = Path(lite.url.removeprefix("sqlite:///"))
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (size,) = database.execute("PRAGMA page_size").fetchone()
        database.close()
        with path.open("r+b") as file:
            file.seek((page - 1) * size if page else 0)
            file.write(NOISE[:size] if page else NOISE[:100])
        return lite

    return damage


def page_of(lite: Terminal, table: str) -> int:
    with sqlite3.connect(lite.url.removeprefix("sqlite:///")) as database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    database.close()
    return int(page)


def test_the_doctor_finds_a_damaged_page_and_says_what_to_do(damaged, lite):
    shell = damaged(page_of(lite, "entry"))
    said = shell.run("doctor", "--json")
    found = {row["check"]: row for row in json.loads(said.output)}
    assert (said.exit_code, found["file"]["status"]) == (2, "FAIL")
    assert "BACKUP" in found["file"]["mend"]


def test_a_command_that_meets_a_damaged_page_says_so_in_one_line(damaged, lite):
    page = page_of(lite, "staff")
    said = damaged(page).run("staff", "list")
    assert said.exit_code == 1
    assert said.stderr == (
        "Error: The database is damaged: database disk image is malformed. Run: python -m diary doctor\n"
    )


def test_a_file_that_is_no_database_is_told_by_the_doctor_and_by_every_command(damaged):
    shell = damaged(None)
    said = shell.run("doctor", "--json")
    found = {row["check"]: row for row in json.loads(said.output)}
    assert (said.exit_code, found["database"]["status"]) == (2, "FAIL")
    assert "BACKUP" in found["database"]["mend"]
    for command in ("verify", "serve", "night"):
        said = shell.run(command)
        assert said.exit_code == 1
        assert "is damaged, or no database" in said.stderr
        assert len(said.stderr.splitlines()) == 1
