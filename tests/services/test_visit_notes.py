"""Patients hear of their dates: offered, confirmed, cancelled, the day before; in words that say nothing."""

from datetime import datetime, timedelta

import pytest

from diary.domain.delivery import Tried
from diary.gateways.push import Push
from diary.services import bookings, patients
from diary.services.dispatch import Done, Try, settle, take
from diary.services.zones import note_zone
from diary.storage.outbox import LANES
from diary.storage.patients import patient_by_id
from diary.storage.tables.booking import Booking
from diary.storage.tables.outbox import Message
from diary.storage.unit import own
from tests.little_clinic import LittleClinic, at
from tests.services.booking_steps import FIRST_DAY, LAST_DAY, TODAY, booked, booking_by_id, go_on, offer
from tests.services.test_reach import subscribe

DAY_BEFORE = at(FIRST_DAY - timedelta(days=1), hour=10)


@pytest.fixture
def patient_id(sqlite_clinic: LittleClinic) -> int:
    patient_id = sqlite_clinic.treated("P-1", "3 " * 40)
    subscribe(sqlite_clinic, patient_id, "https://push.example/a")
    return patient_id


def heard(clinic: LittleClinic, now: datetime = TODAY) -> list[str]:
    """The titles of the notes that leave at this moment."""
    with clinic.unit(write=True) as session:
        jobs = take(session, LANES[1], url="", owner="me", limit=9, now=now, wall_now=now)
        for job in jobs:
            tries = tuple(Try("push", parcel, Tried("delivered")) for parcel in job.parcels)
            settle(session, [Done(job, tries)], owner="me", now=now)
    notes = [parcel.note for job in jobs for parcel in job.parcels if isinstance(parcel, Push)]
    assert all(note["url"] == "/app/offer" for note in notes)
    return sorted(note["title"] for note in notes)


def offer_other_days(clinic: LittleClinic, booking: Booking) -> None:
    week = timedelta(days=7)
    with clinic.unit(write=True) as session:
        mine = booking_by_id(session, booking.id)
        mine.authorisation_expires_on = None
        offer(session, mine, FIRST_DAY + week, LAST_DAY + week)


def test_days_are_offered_and_confirmed_and_the_day_before_is_said_on_that_day(sqlite_clinic, patient_id):
    booking = booked(sqlite_clinic, patient_id, "offered")
    assert heard(sqlite_clinic) == ["A question for you"]
    go_on(sqlite_clinic, booking, "accept")
    assert heard(sqlite_clinic) == []
    go_on(sqlite_clinic, booking, "confirm")
    assert heard(sqlite_clinic) == ["News of your dates"]
    assert heard(sqlite_clinic, DAY_BEFORE - timedelta(minutes=1)) == []
    assert heard(sqlite_clinic, DAY_BEFORE) == ["Your dates begin tomorrow"]
    assert heard(sqlite_clinic, DAY_BEFORE + timedelta(days=3)) == []


def test_days_that_move_before_the_phone_was_reached_are_one_question(sqlite_clinic, patient_id):
    booking = booked(sqlite_clinic, patient_id, "offered")
    offer_other_days(sqlite_clinic, booking)
    assert heard(sqlite_clinic) == ["A question for you"]


def test_cancelled_days_are_news_and_nobody_is_expected_on_the_day_before(sqlite_clinic, patient_id):
    booking = booked(sqlite_clinic, patient_id, "confirmed")
    heard(sqlite_clinic)
    go_on(sqlite_clinic, booking, "cancel")
    assert heard(sqlite_clinic) == ["News of your dates"]
    assert heard(sqlite_clinic, DAY_BEFORE) == []


def test_who_never_heard_of_days_hears_of_no_end(sqlite_clinic, patient_id):
    booked(sqlite_clinic, patient_id, "cancelled")
    assert heard(sqlite_clinic) == []


def test_who_is_paused_hears_of_no_days_either(sqlite_clinic, patient_id):
    booked(sqlite_clinic, patient_id, "confirmed")
    pause(sqlite_clinic, patient_id, TODAY)
    assert heard(sqlite_clinic) == []
    assert heard(sqlite_clinic, DAY_BEFORE) == []


def pause(clinic: LittleClinic, patient_id: int, now: datetime) -> None:
    with clinic.unit(write=True) as session:
        patients.pause(session, patient_by_id(session, patient_id), until=None, note=None, now=now)


def follow(clinic: LittleClinic, patient_id: int, now: datetime) -> None:
    with clinic.unit(write=True) as session:
        patients.follow(session, patient_by_id(session, patient_id), now=now)


def test_who_is_followed_again_hears_of_days_that_still_stand(sqlite_clinic, patient_id):
    booking = booked(sqlite_clinic, patient_id, "accepted")
    heard(sqlite_clinic)
    pause(sqlite_clinic, patient_id, TODAY)
    go_on(sqlite_clinic, booking, "confirm")
    assert heard(sqlite_clinic) == []
    follow(sqlite_clinic, patient_id, TODAY)
    assert heard(sqlite_clinic) == ["News of your dates"]
    pause(sqlite_clinic, patient_id, TODAY)
    follow(sqlite_clinic, patient_id, TODAY)
    assert heard(sqlite_clinic) == []
    assert heard(sqlite_clinic, DAY_BEFORE) == ["Your dates begin tomorrow"]


def test_followed_again_on_the_day_before_they_hear_on_that_day_and_later_no_more(sqlite_clinic, patient_id):
    booked(sqlite_clinic, patient_id, "confirmed")
    heard(sqlite_clinic)
    pause(sqlite_clinic, patient_id, TODAY)
    noon = DAY_BEFORE + timedelta(hours=2)
    follow(sqlite_clinic, patient_id, noon)
    assert heard(sqlite_clinic, noon) == ["Your dates begin tomorrow"]
    pause(sqlite_clinic, patient_id, noon)
    follow(sqlite_clinic, patient_id, noon + timedelta(days=1))
    assert heard(sqlite_clinic, noon + timedelta(days=1)) == []


def test_a_step_that_is_undone_with_its_transaction_tells_nobody(sqlite_clinic, patient_id):
    booking = booked(sqlite_clinic, patient_id, "accepted")
    heard(sqlite_clinic)
    with sqlite_clinic.unit(write=True) as session:
        bookings.step(session, booking_by_id(session, booking.id), "confirm", note=None, now=TODAY)
        session.rollback()
    assert heard(sqlite_clinic) == []


def test_an_offer_waits_for_the_morning_where_the_patient_is(sqlite_clinic, patient_id):
    with sqlite_clinic.phone(patient_id) as session:
        note_zone(session, patient_by_id(session, patient_id), "Asia/Tokyo", since_at=TODAY)
    booked(sqlite_clinic, patient_id, "offered")
    evening = TODAY.replace(hour=14)  # 23 o'clock there
    assert heard(sqlite_clinic, evening) == []
    with sqlite_clinic.unit() as session:
        (message,) = session.scalars(own(session, Message))
        assert (message.state, message.tries) == ("new", 0)
        assert message.next_try_at == evening + timedelta(hours=9)
    assert heard(sqlite_clinic, evening + timedelta(hours=9)) == ["A question for you"]
