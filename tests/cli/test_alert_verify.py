"""`alert verify` works verdicts out again, and says which cannot be had."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from diary.storage.engine import make_engine
from diary.storage.tables.alert import Alert, AlertInput
from diary.storage.unit import own
from tests.cli.terminal import Terminal
from tests.little_clinic import FIRST_DAY, LittleClinic, day_number, found

LOST = "2 " * 30 + "8 " * 30
# The third of the days of 8.
STEP_NIGHT = day_number(33)


@pytest.fixture
def clinic(shell: Terminal) -> Iterator[LittleClinic]:
    engine = make_engine(shell.url)
    yield found(engine)
    engine.dispose()


def test_every_verdict_is_listed_and_agrees(shell, clinic):
    clinic.treated("P-1", LOST)
    clinic.run_nights(day_number(60))
    said = shell.run("alert", "verify", "--json")
    assert said.exit_code == 0
    assert {row["verdict"] for row in json.loads(said.output)} == {"agrees"}
    assert {row["kind"] for row in json.loads(said.output)} == {"step", "loss, confirmed"}


def test_one_alert_can_be_asked_for(shell, clinic):
    clinic.treated("P-1", LOST)
    clinic.run_nights(STEP_NIGHT, first=STEP_NIGHT)
    with clinic.unit() as session:
        uid = session.scalars(own(session, Alert).where(Alert.kind == "step")).one().uid
    assert [row["alert"] for row in json.loads(shell.run("alert", "verify", uid, "--json").output)] == [uid]
    unknown = shell.run("alert", "verify", "no-such-alert")
    assert unknown.exit_code == 1
    assert "There is no alert no-such-alert" in unknown.stderr


def test_a_copy_that_changed_ends_with_1(shell, clinic):
    clinic.treated("P-1", LOST)
    clinic.run_nights(STEP_NIGHT, first=STEP_NIGHT)
    with clinic.unit(write=True) as session:
        copy = session.scalars(own(session, AlertInput)).first()
        copy.days = bytes([*copy.days[:-1], 0])
    said = shell.run("alert", "verify")
    assert said.exit_code == 1
    assert "INPUTS CHANGED" in said.output
    assert "cannot be had again" in said.stderr


def test_before_the_first_alert_there_is_nothing_to_prove(shell, clinic):
    assert clinic.first_night <= FIRST_DAY + timedelta(days=1)
    assert "No night has opened an alert yet." in shell.run("alert", "verify").output
