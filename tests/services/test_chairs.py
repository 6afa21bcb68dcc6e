"""Chairs and beds: nobody is booked twice, and a refusal names the nearest days that fit."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest

from config.protocol import Protocol
from diary.domain.errors import Refusal
from diary.services import bookings, clinics
from diary.services.chair_board import chair_board
from diary.services.chairs import add_chair, close_days, free_slots, open_days, retire_chair
from diary.storage.chairs import chair_by_uid
from diary.storage.engine import make_engine
from diary.storage.tables.booking import Booking, Chair
from diary.storage.unit import Scope, own, unit
from tests.little_clinic import LittleClinic, a_regimen, at, day_number
from tests.services.booking_steps import TODAY, booking_by_id, request, take

EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# A Monday, well past the day of the tests; the regimen of the little clinic is five days in a bed.
MONDAY = TODAY.date() + timedelta(days=35 - TODAY.date().weekday())
FRIDAY = MONDAY + timedelta(days=4)


def bed(clinic: LittleClinic, name: str = "Bed 1", *, kind: str = "bed", weekdays=EVERY_DAY) -> str:
    with clinic.unit(write=True) as session:
        return add_chair(session, name=name, kind=kind, weekdays=weekdays, now=TODAY).uid


def authorised(clinic: LittleClinic, pseudonym: str) -> int:
    """A booking that waits for days; its id."""
    patient_id = clinic.treated(pseudonym, "2 " * 20)
    with clinic.unit(write=True) as session:
        booking = request(session, patient_id)
        take(session, booking, "authorise")
        booking.authorisation_expires_on = None
        return booking.id


def offer(clinic: LittleClinic, booking_id: int, uid: str, first: date = MONDAY, last: date = FRIDAY) -> None:
    with clinic.unit(write=True) as session:
        chair = chair_by_uid(session, uid, lock=True)
        bookings.offer(
            session,
            booking_by_id(session, booking_id),
            first_day=first,
            last_day=last,
            chair=chair,
            override_reason=None,
            now=TODAY,
        )


def refused(
    clinic: LittleClinic, booking_id: int, uid: str, first: date = MONDAY, last: date = FRIDAY
) -> Refusal:
    with pytest.raises(Refusal) as found:
        offer(clinic, booking_id, uid, first, last)
    return found.value


def test_a_bed_that_is_offered_is_held_until_the_patient_declines(clinic):
    uid = bed(clinic)
    first, second = authorised(clinic, "P-1"), authorised(clinic, "P-2")
    offer(clinic, first, uid)

    refusal = refused(clinic, second, uid, FRIDAY, FRIDAY + timedelta(days=4))
    assert refusal.code == "chair_taken"
    after = FRIDAY + timedelta(days=1)
    assert f"The nearest that fits: Bed 1, {after} to {after + timedelta(days=4)}." in refusal.message

    with clinic.unit(write=True) as session:
        bookings.step(session, booking_by_id(session, first), "decline", note=None, now=TODAY)
    offer(clinic, second, uid)


def test_other_days_may_be_offered_to_the_same_patient_in_the_same_bed(clinic):
    uid, booking_id = bed(clinic), authorised(clinic, "P-1")
    offer(clinic, booking_id, uid)

    offer(clinic, booking_id, uid, MONDAY + timedelta(days=1), FRIDAY + timedelta(days=1))

    with clinic.unit() as session:
        assert booking_by_id(session, booking_id).offered_first_day == MONDAY + timedelta(days=1)


def test_the_nearest_that_fits_may_be_another_bed(clinic):
    uid = bed(clinic)
    bed(clinic, "Bed 2")
    offer(clinic, authorised(clinic, "P-1"), uid)

    assert f"Bed 2, {MONDAY} to {FRIDAY}." in refused(clinic, authorised(clinic, "P-2"), uid).message


def test_no_days_are_offered_over_a_closure_until_it_is_taken_back(clinic):
    uid, booking_id = bed(clinic), authorised(clinic, "P-1")
    holiday = MONDAY + timedelta(days=2)
    with clinic.unit(write=True) as session:
        close_days(session, None, first_day=holiday, last_day=holiday, reason="holiday", now=TODAY)

    refusal = refused(clinic, booking_id, uid)
    assert refusal.code == "chair_closed"
    assert f"closed on {holiday}" in refusal.message

    with clinic.unit(write=True) as session:
        open_days(session, None, first_day=holiday, last_day=holiday, now=TODAY)
    offer(clinic, booking_id, uid)


def test_days_that_somebody_holds_cannot_be_closed_nor_the_bed_retired(clinic):
    uid = bed(clinic)
    offer(clinic, authorised(clinic, "P-1"), uid)
    with clinic.unit(write=True) as session:
        chair = chair_by_uid(session, uid)
        with pytest.raises(Refusal, match=f"{MONDAY} to {FRIDAY}"):
            close_days(session, chair, first_day=FRIDAY, last_day=FRIDAY, reason="repair", now=TODAY)
        with pytest.raises(Refusal, match="Move that booking first"):
            retire_chair(session, chair, now=TODAY)


def test_a_retired_bed_takes_no_booking_and_keeps_its_name(clinic):
    uid, booking_id = bed(clinic), authorised(clinic, "P-1")
    with clinic.unit(write=True) as session:
        retire_chair(session, chair_by_uid(session, uid), now=TODAY)

    assert refused(clinic, booking_id, uid).code == "chair_retired"
    with pytest.raises(Refusal, match="has this name"):
        bed(clinic)


def test_inpatients_get_beds_and_never_chairs(clinic):
    bed(clinic, "Chair 1", kind="chair")
    with clinic.unit() as session:
        assert free_slots(session, a_regimen(session), first_day=MONDAY, most=3) == []
    bed(clinic, "Bed 1")
    with clinic.unit() as session:
        found = free_slots(session, a_regimen(session), first_day=MONDAY, most=3)
    assert [(slot.chair.name, slot.first_day) for slot in found] == [
        ("Bed 1", MONDAY + timedelta(days=days)) for days in range(3)
    ]


def test_days_to_offer_keep_the_minimum_interval_and_the_authorisation(clinic):
    with clinic.unit(write=True) as session:
        clinics.new_protocol(session, Protocol(minimum_interval_days=90), note="", now=at(day_number(1)))
    bed(clinic)
    booking_id = authorised(clinic, "P-1")
    with clinic.unit(write=True) as session:
        booking = booking_by_id(session, booking_id)
        free = bookings.slots_to_offer(session, booking, now=TODAY)
        booking.authorisation_expires_on = free[1].last_day
        within = bookings.slots_to_offer(session, booking, now=TODAY)
    assert free[0].first_day == day_number(90)
    assert within == free[:2]


def test_of_sixteen_who_offer_one_bed_at_once_one_has_it(database_url, clinic):
    uid = bed(clinic)
    booking_ids = [authorised(clinic, f"P-{n}") for n in range(16)]
    start = Barrier(16)

    def offer_it(booking_id: int) -> str:
        engine = make_engine(database_url)
        start.wait()
        try:
            with unit(engine, Scope(clinic.clinic_id, "operator", role="nurse"), write=True) as session:
                chair = chair_by_uid(session, uid, lock=True)
                booking = booking_by_id(session, booking_id)
                bookings.offer(
                    session,
                    booking,
                    first_day=MONDAY,
                    last_day=FRIDAY,
                    chair=chair,
                    override_reason=None,
                    now=TODAY,
                )
        except Refusal as refusal:
            return refusal.code
        finally:
            engine.dispose()
        return "offered"

    with ThreadPoolExecutor(16) as threads:
        found = sorted(threads.map(offer_it, booking_ids))

    assert found == ["chair_taken"] * 15 + ["offered"]
    with clinic.unit() as session:
        held = session.scalars(own(session, Booking).where(Booking.chair_id.is_not(None))).all()
        assert [booking.state for booking in held] == ["offered"]


def test_the_board_shows_who_holds_which_bed_what_is_closed_and_what_is_free(clinic):
    uid = bed(clinic, weekdays=("mon", "tue", "wed", "thu", "fri"))
    offer(clinic, authorised(clinic, "P-1"), uid)
    with clinic.unit(write=True) as session:
        board = chair_board(session, day=MONDAY + timedelta(days=3), names=False, now=TODAY)
        assert session.scalars(own(session, Chair)).one().name == "Bed 1"

    assert (board.first_day, board.last_day) == (MONDAY, MONDAY + timedelta(days=27))
    (line,) = board.lines
    assert [(each.state, each.days) for each in line.stretches[:4]] == [
        ("taken", 5),
        ("closed", 2),
        ("free", 5),
        ("closed", 2),
    ]
    assert line.stretches[0].holder.patient.pseudonym == "P-1"
    assert line.free_days == 15
