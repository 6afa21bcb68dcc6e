"""Nights from the command line: run what is due, look without writing, read the ledger."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from diary.services.sandbox import move_clock
from diary.storage.engine import make_engine
from diary.storage.nights import nights_page
from diary.storage.unit import SYSTEM, unit
from tests.cli.terminal import Terminal
from tests.little_clinic import FIRST_DAY, LittleClinic, at, day_number, found

LOST = "2 " * 30 + "8 " * 16


@pytest.fixture
def clinic(shell: Terminal) -> Iterator[LittleClinic]:
    engine = make_engine(shell.url)
    yield found(engine)
    engine.dispose()


def put_clock(clinic: LittleClinic, day) -> None:
    with unit(clinic.engine, SYSTEM, write=True) as session:
        move_clock(session, to=at(day))


def nights_run(clinic: LittleClinic) -> int:
    with clinic.unit() as session:
        return len(nights_page(session, before=None, limit=200))


def test_every_night_that_is_due_is_run_once(shell, clinic):
    clinic.treated("P-1", LOST)
    put_clock(clinic, FIRST_DAY + timedelta(days=3))
    told = json.loads(shell.run("night", "--json").output)
    assert [row["night"] for row in told] == [str(FIRST_DAY + timedelta(days=n)) for n in range(3)]
    assert all(row["seen"] == row["judged"] + row["silent"] + row["failed"] == 1 for row in told)
    assert shell.run("night").output == "No night is due.\n"


@pytest.mark.parametrize("how", [(), ("--executor", "inline"), ("--executor", "processes", "--workers", "2")])
def test_a_night_can_be_worked_on_here_or_in_processes(shell, clinic, how):
    clinic.treated("P-1", LOST)
    put_clock(clinic, FIRST_DAY + timedelta(days=1))
    said = shell.run("night", "--json", *how)
    assert [row["seen"] for row in json.loads(said.output)] == [1]


def test_a_cluster_that_is_not_named_or_not_there_is_said_in_one_line(shell, clinic):
    clinic.treated("P-1", LOST)
    put_clock(clinic, FIRST_DAY + timedelta(days=1))
    said = shell.run("night", "--executor", "dask")
    assert said.exit_code == 2
    assert "Set DIARY_NIGHT_CLUSTER to the address of the Dask scheduler." in said.stderr
    said = shell.run("night", night_cluster="tcp://127.0.0.1:1")
    assert said.exit_code == 1
    assert said.stderr == "Error: No Dask scheduler answers at tcp://127.0.0.1:1.\n"
    assert nights_run(clinic) == 1  # claimed, and free to be tried again
    assert len(json.loads(shell.run("night", "--json").output)) == 1


def test_the_last_night_to_run_can_be_named(shell, clinic):
    put_clock(clinic, FIRST_DAY + timedelta(days=5))
    shell.run("night", "--at", str(FIRST_DAY + timedelta(days=1)))
    assert nights_run(clinic) == 2


def test_a_night_is_not_run_before_its_time(shell, clinic):
    put_clock(clinic, FIRST_DAY)
    said = shell.run("night", "--at", str(FIRST_DAY))
    assert said.exit_code == 1
    assert said.stderr == "Error: Night 2026-01-05 is due at 2026-01-06 03:00 UTC, not yet.\n"
    assert nights_run(clinic) == 0


def test_a_look_at_a_night_writes_nothing(shell, clinic):
    patient_id = clinic.treated("P-1", LOST)
    put_clock(clinic, day_number(47))
    (told,) = json.loads(shell.run("night", "--dry-run", "--at", str(day_number(46)), "--json").output)
    assert (told["seen"], told["judged"]) == (1, 1)
    assert nights_run(clinic) == 0
    assert clinic.alerts(patient_id) == []


def test_the_ledger_can_be_read(shell, clinic):
    put_clock(clinic, FIRST_DAY + timedelta(days=2))
    shell.run("night")
    listed = json.loads(shell.run("night", "list", "--json").output)
    assert [row["night"] for row in listed] == [str(FIRST_DAY + timedelta(days=1)), str(FIRST_DAY)]
    shown = shell.run("night", "show", str(FIRST_DAY)).output
    assert "done" in shown
    assert "curves" in shown
    assert shell.run("night", "show", "2027-01-01").exit_code == 1


def test_a_clinic_that_is_not_there_is_a_wrong_call(shell, clinic):
    said = shell.run("night", "--clinic", "Elsewhere")
    assert said.exit_code == 2
    assert "Little clinic" in said.stderr


def test_what_is_no_day_is_told_how_a_day_is_written(lite):
    lite.set_up()
    for command in (("night", "--at", "2026-13-01"), ("night", "show", "yesterday")):
        said = lite.run(*command)
        assert said.exit_code == 2
        assert "is no day; write it like 2026-09-07" in said.stderr
