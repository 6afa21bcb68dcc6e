"""Reminders in the database: once, a nudge, silence; at the patient's place; and what their phones say."""

from datetime import datetime, timedelta

import pytest

from diary.services import patients, reminders
from diary.services.dispatch import take
from diary.services.zones import note_zone
from diary.storage.outbox import LANES
from diary.storage.patients import patient_by_id
from diary.storage.reminders import feed_presented, reminder_of
from diary.storage.tables.outbox import Message
from diary.storage.unit import Scope, own, present, unit
from tests.little_clinic import LittleClinic, at, day_number

TODAY = day_number(30)
NOON = at(TODAY, hour=12)
NIGHT = at(TODAY, hour=23)


@pytest.fixture
def patient_id(clinic: LittleClinic) -> int:
    patient_id = clinic.treated("P-1", "3 " * 29)
    with clinic.phone(patient_id) as session:
        patient = patient_by_id(session, patient_id)
        reminders.set_reminder(session, patient, wanted=True, minute=1200, now=NOON)
    return patient_id


def live(clinic: LittleClinic, until: datetime, *, since: datetime = NOON) -> None:
    """The job looks every ten minutes."""
    now = since
    while now <= until:
        with clinic.unit(write=True) as session:
            while reminders.remind_due(session, now=now):
                pass
        now += timedelta(minutes=10)


def told(clinic: LittleClinic) -> list[str]:
    with clinic.unit() as session:
        found = session.scalars(own(session, Message).where(Message.patient_id.is_not(None)))
        return [f"{one.kind} {one.dedupe_key[-10:]}" for one in found]


def test_an_evening_has_one_reminder_and_one_nudge(clinic, patient_id):
    live(clinic, NIGHT)
    assert told(clinic) == [f"reminder {TODAY}", f"nudge {TODAY}"]


def test_who_answered_before_hears_nothing(clinic, patient_id):
    clinic.write(patient_id, TODAY, "4")
    live(clinic, NIGHT)
    assert told(clinic) == []


def test_an_answer_stops_the_nudge_and_a_reminder_that_still_waits(clinic, patient_id):
    live(clinic, at(TODAY, hour=20) + timedelta(minutes=20))
    assert told(clinic) == [f"reminder {TODAY}"]
    clinic.answer(patient_id, TODAY, 4, received_at=at(TODAY, hour=20) + timedelta(minutes=30))
    with clinic.unit(write=True) as session:
        now = at(TODAY, hour=21)
        assert take(session, LANES[1], url="", owner="me", limit=9, now=now, wall_now=now) == []
        assert [one.state for one in session.scalars(own(session, Message))] == ["cancelled"]
    live(clinic, NIGHT, since=at(TODAY, hour=21))
    assert len(told(clinic)) == 1


@pytest.mark.parametrize("act", ["pause", "stop"])
def test_who_is_paused_or_no_longer_followed_hears_nothing(clinic, patient_id, act):
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id)
        if act == "pause":
            patients.pause(session, patient, until=None, note=None, now=NOON)
        else:
            patients.stop(session, patient, reason="withdrew", note=None, now=NOON)
    live(clinic, NIGHT)
    assert told(clinic) == []


def test_after_a_week_without_an_answer_reminders_stop_and_an_answer_brings_them_back(clinic, patient_id):
    silent_until = TODAY + timedelta(days=10)
    live(clinic, at(silent_until, hour=23))
    assert told(clinic)[-1] == f"nudge {TODAY + timedelta(days=6)}"
    clinic.answer(patient_id, silent_until + timedelta(days=1), 5)
    live(clinic, at(silent_until + timedelta(days=2), hour=23), since=at(silent_until, hour=23))
    assert told(clinic)[-1] == f"nudge {silent_until + timedelta(days=2)}"


def test_a_traveller_is_reminded_where_they_are(clinic, patient_id):
    with clinic.phone(patient_id) as session:
        note_zone(session, patient_by_id(session, patient_id), "America/New_York", since_at=NOON)
    live(clinic, NIGHT)
    assert told(clinic) == []
    live(clinic, at(TODAY + timedelta(days=1), hour=5), since=NIGHT)
    assert told(clinic) == [f"reminder {TODAY}", f"nudge {TODAY}"]


def test_after_an_outage_no_reminder_comes_late(clinic, patient_id):
    with clinic.unit(write=True) as session:
        assert reminders.remind_due(session, now=at(TODAY, hour=23)) == 1
        row = reminder_of(session, patient_id)
        assert (row.step, row.day) == ("reminder", TODAY + timedelta(days=1))
    assert told(clinic) == []


def test_a_calendar_s_address_is_a_secret_that_can_be_taken_back(clinic, patient_id):
    with clinic.phone(patient_id) as session:
        patient = patient_by_id(session, patient_id)
        first, second = (reminders.new_feed(session, patient, now=NOON) for _ in range(2))
    assert [opened(clinic, token) for token in (first, second)] == [None, patient_id]
    with clinic.phone(patient_id) as session:
        reminders.end_feed(session, patient_by_id(session, patient_id), now=NOON)
    assert opened(clinic, second) is None


def opened(clinic: LittleClinic, token: str) -> int | None:
    digest = reminders.token_digest(token)
    with unit(clinic.engine, Scope(None, "patient"), write=False) as session:
        present(session, digest)
        row = feed_presented(session, digest)
        return row.patient_id if row is not None else None
