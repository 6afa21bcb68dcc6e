"""The table of commands: complete, told without loading them, and with one clear line for each fault."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from config import readers
from diary.cli.program import COMMANDS, UNLISTED, diary
from tests.jobs.processes import environment

ROOT = Path(__file__).parents[2]
# Those that load something of their own; the rest of diary/cli serves them.
OWN_MODULES = {"import": "import_diaries"}


@pytest.mark.parametrize("name", [*COMMANDS, *UNLISTED])
def test_every_command_explains_itself(lite, name):
    said = lite.run(name, "--help")
    assert said.exit_code == 0
    assert said.output.startswith("Usage: ")


def test_every_command_under_a_command_explains_itself(lite):
    for name in COMMANDS:
        command = diary.get_command(click.Context(diary), name)
        for sub in getattr(command, "commands", ()):
            assert lite.run(name, sub, "--help").exit_code == 0


def test_a_module_with_a_command_stands_in_the_table():
    with_command = {
        path.stem for path in (ROOT / "diary/cli").glob("*.py") if "\ndef command(" in path.read_text("utf-8")
    }
    listed = {OWN_MODULES.get(name, name.replace("-", "_")) for name in (*COMMANDS, *UNLISTED)}
    assert with_command == listed


def test_help_loads_no_command():
    listed = "import sys; from diary.cli.program import diary; diary(['--help'], standalone_mode=False); "
    told = subprocess.run(
        [sys.executable, "-c", f"{listed}print(sorted(set(sys.modules) & {{'numpy', 'flask', 'alembic'}}))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.splitlines()[-1] == "[]"


def test_an_unknown_command_is_a_wrong_call(lite):
    said = lite.run("heal")
    assert said.exit_code == 2
    assert "heal" in said.stderr


def test_a_made_secret_is_one_that_the_settings_accept(lite):
    made = {lite.run("secret").output.strip() for _ in range(20)}
    assert len(made) == 20
    assert all(readers.secret(one) == one for one in made)


def test_a_database_that_was_never_set_up_is_said_in_one_line(shell):
    said = shell.run("staff", "list")
    assert said.exit_code == 1
    assert said.stderr == "Error: This database was never set up. Run 'python -m diary setup'.\n"


def test_a_database_that_does_not_answer_is_said_in_one_line(lite):
    gone = lite.run("staff", "list", database_url="postgresql://diary@127.0.0.1:1/diary")
    assert gone.exit_code == 1
    (line,) = gone.stderr.splitlines()
    assert "cannot be reached" in line
    assert "DIARY_DATABASE_URL" in line


def test_the_module_runs_from_the_checkout():
    told = subprocess.run(
        [sys.executable, "-m", "diary", "secret"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(told.stdout.strip()) >= 43


def test_another_python_is_told_where_the_services_own_is():
    told = subprocess.run(
        [sys.executable, "-S", "-m", "diary", "secret"],  # -S: without what is installed in .venv
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert told.stderr == "This Python has no click. Run: make install && . .venv/bin/activate\n"
