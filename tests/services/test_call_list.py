"""Whom to call when days fall free: authorised, past the interval, by what waiting costs; nobody else."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from diary.services import bookings, clinics
from diary.services.call_list import call_list, waiting_list
from diary.services.clinics import ALWAYS, new_forecast
from diary.storage.bookings import live_booking_of
from diary.storage.chairs import chair_by_uid
from diary.storage.courses import courses_of
from diary.storage.patients import patient_by_id
from diary.storage.protocols import protocol_at
from diary.storage.tables.night import Assessment
from tests.little_clinic import LittleClinic, at, day_number
from tests.services import booking_steps
from tests.services.test_chairs import bed

TODAY = day_number(85)
NOW = at(TODAY)
FREE = (TODAY + timedelta(days=10), TODAY + timedelta(days=14))


def waits(clinic: LittleClinic, pseudonym: str, *, until: date | None = None) -> int:
    """Somebody on day 85 with an authorisation and no days."""
    patient_id = clinic.treated(pseudonym, "2 " * 84)
    with clinic.unit(write=True) as session:
        booking = booking_steps.request(session, patient_id)
        bookings.authorise(session, booking, reference="A-1", expires_on=until, now=NOW)
    return patient_id


def foreseen(clinic: LittleClinic, chances: dict[int, float]) -> None:
    """Last night found these chances, alike for each of its days, by patient."""
    clinic.run_nights(day_number(84), first=day_number(84))
    with clinic.unit(write=True) as session:
        for patient_id, chance in chances.items():
            (course,) = courses_of(session, patient_id)
            same = dict.fromkeys(("p_lost", "p_lost_14d", "p_lost_28d", "p_lost_lead"), chance)
            session.execute(update(Assessment).where(Assessment.course_id == course.id).values(**same))


def called(clinic: LittleClinic, chair_uid: str, days: tuple[date, date] = FREE) -> list[str]:
    """Pseudonyms, in the order of the list."""
    with clinic.unit(write=True) as session:
        waiting = waiting_list(session, names=False, now=NOW)
        found = call_list(session, waiting, chair_by_uid(session, chair_uid), days=days, now=NOW)
        return [one.waiting.patient.pseudonym for one in found]


@pytest.fixture
def shown(sqlite_clinic: LittleClinic) -> LittleClinic:
    with sqlite_clinic.unit(write=True) as session:
        new_forecast(session, mode="on", prior={}, note="", now=ALWAYS)
    return sqlite_clinic


def test_whoever_loses_most_by_waiting_is_called_first(shown):
    uid = bed(shown)
    foreseen(
        shown, {waits(shown, name): chance for name, chance in (("P-1", 0.2), ("P-2", 0.9), ("P-3", 0.5))}
    )

    with shown.unit(write=True) as session:
        lost = {one.patient.pseudonym: one.days_lost for one in waiting_list(session, names=False, now=NOW)}
    assert lost["P-2"] == pytest.approx(0.9 * 28)
    assert called(shown, uid) == ["P-2", "P-3", "P-1"]


def test_days_after_the_authorisation_too_short_days_and_chairs_suit_nobody(shown):
    uid = bed(shown)
    waits(shown, "P-1", until=FREE[1])
    waits(shown, "P-2", until=FREE[1] - timedelta(days=1))

    assert called(shown, uid) == ["P-1"]
    assert called(shown, uid, (FREE[0], FREE[1] - timedelta(days=1))) == [], "four days are no five"
    assert called(shown, bed(shown, "Chair 1", kind="chair")) == [], "an inpatient treatment needs a bed"


def test_below_the_minimum_interval_nobody_is_called(shown):
    uid = bed(shown)
    waits(shown, "P-1")
    with shown.unit(write=True) as session:
        _, protocol = protocol_at(session, NOW)
        since = (FREE[0] - day_number(0)).days
        values = protocol.to_values() | {"minimum_interval_days": since}
        earlier = NOW - timedelta(days=1)
        clinics.new_protocol(session, type(protocol).from_values(values), note="", now=earlier)
    assert called(shown, uid) == ["P-1"], "from its very day on"

    with shown.unit(write=True) as session:
        values |= {"minimum_interval_days": since + 1}
        clinics.new_protocol(session, type(protocol).from_values(values), note="", now=NOW)
    assert called(shown, uid) == []


def test_for_days_that_begin_within_48_hours_only_those_are_called_who_can_come(shown):
    uid = bed(shown)
    soon = (TODAY + timedelta(days=2), TODAY + timedelta(days=6))
    for pseudonym, short_notice in (("P-1", True), ("P-2", False)):
        patient_id = waits(shown, pseudonym)
        with shown.unit(write=True) as session:
            booking = live_booking_of(session, patient_id)
            bookings.step(session, booking, "wait", note=None, short_notice=short_notice, now=NOW)

    assert called(shown, uid, soon) == ["P-1"]
    assert sorted(called(shown, uid)) == ["P-1", "P-2"]


def test_whoever_declined_these_days_or_is_paused_is_not_called(shown):
    uid = bed(shown)
    declined, paused = waits(shown, "P-1"), waits(shown, "P-2")
    with shown.unit(write=True) as session:
        booking = live_booking_of(session, declined)
        bookings.offer(
            session, booking, first_day=FREE[0], last_day=FREE[1], chair=None, override_reason=None, now=NOW
        )
        bookings.step(session, booking, "decline", note=None, now=NOW)
        patient_by_id(session, paused).follow_state = "paused"

    assert called(shown, uid) == []
    later = (FREE[1] + timedelta(days=7), FREE[1] + timedelta(days=11))
    assert called(shown, uid, later) == ["P-1"], "other days may suit"
