"""A patient who says nothing is told from a phone that shows nothing."""

from datetime import date, datetime, timedelta

from diary.services import reminders
from diary.services.phone_reach import PhoneReach, phone_reach
from diary.storage.tables.outbox import Message
from diary.storage.unit import Scope, unit
from tests.little_clinic import LittleClinic, at
from tests.services.test_reach import NOW, a_phone, subscribe

TODAY = NOW.date()
LATER = at(TODAY + timedelta(days=5))


def reach(clinic: LittleClinic, patient_id: int, now: datetime = LATER) -> PhoneReach:
    with clinic.unit() as session:
        return phone_reach(session, [patient_id], now=now)[patient_id]


def deliver(clinic: LittleClinic, patient_id: int, day: date) -> str:
    """A reminder that the phone's maker took at eight in the evening; its uid."""
    with clinic.unit(write=True) as session:
        sent_at = at(day, hour=20)
        message = Message(
            clinic_id=clinic.clinic_id,
            uid=f"uid-{patient_id}-{day}",
            kind="reminder",
            dedupe_key=f"reminder:{patient_id}:{day}",
            patient_id=patient_id,
            state="delivered",
            created_at=sent_at,
            ended_at=sent_at,
            tries=1,
        )
        session.add(message)
        return message.uid


def test_without_a_phone_there_is_none_and_one_that_takes_no_notes_says_so(sqlite_clinic):
    clinic, patient_id = sqlite_clinic, sqlite_clinic.admit("P-1")
    assert reach(clinic, patient_id) == PhoneReach("unpaired", None, None)
    a_phone(clinic, patient_id)
    assert reach(clinic, patient_id) == PhoneReach("no_notes", NOW, None)


def test_three_reminders_that_were_not_shown_within_a_day_are_a_phone_out_of_reach(clinic):
    patient_id = clinic.admit("P-1")
    subscribe(clinic, patient_id, "https://push.example/a")
    uids = [deliver(clinic, patient_id, TODAY + timedelta(days=n)) for n in range(3)]
    other = clinic.admit("P-2")

    assert reach(clinic, patient_id, at(TODAY + timedelta(days=3))).reach == "reached", "the last is fresh"
    assert reach(clinic, patient_id).reach == "unreachable"
    assert reach(clinic, other).reach == "unpaired"

    with unit(clinic.engine, Scope(None, "patient"), write=True) as session:
        reminders.note_shown(session, uids[1], now=LATER)
        reminders.note_shown(session, "made-up", now=LATER)
    assert reach(clinic, patient_id) == PhoneReach("reached", NOW, LATER)


def test_the_newest_notes_do_not_hide_that_the_ones_before_were_not_shown(sqlite_clinic):
    clinic, patient_id = sqlite_clinic, sqlite_clinic.admit("P-1")
    subscribe(clinic, patient_id, "https://push.example/a")
    for days in range(5):
        deliver(clinic, patient_id, TODAY + timedelta(days=days))
    assert reach(clinic, patient_id, at(TODAY + timedelta(days=4), hour=22)).reach == "unreachable"


def test_a_new_phone_is_not_judged_by_what_the_lost_one_did_not_show(sqlite_clinic):
    clinic, patient_id = sqlite_clinic, sqlite_clinic.admit("P-1")
    for days in (-3, -2, -1):
        deliver(clinic, patient_id, TODAY + timedelta(days=days))
    subscribe(clinic, patient_id, "https://push.example/new")
    assert reach(clinic, patient_id).reach == "reached"
