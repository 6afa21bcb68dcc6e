"""An offer: the days that the clinic offers, answered with I can, I cannot, or call me first."""

from typing import Final

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from diary.phone.door import phone_work, show
from diary.phone.forms import chosen_word, hidden_id
from diary.services import bookings
from diary.services.alerts import ask_for_call
from diary.services.own_diary import contact_of
from diary.storage.bookings import live_booking_of
from diary.storage.courses import courses_of
from diary.storage.tables.booking import Booking
from diary.web.work import Work

STEPS: Final = {"can": "accept", "cannot": "decline"}
CALL: Final = "call"
# What is told of a booking; of the others, which are staff's to work on, nothing.
TOLD: Final = frozenset({"offered", "accepted", "confirmed", "declined"})


def offer() -> ResponseReturnValue:
    """The days that are offered, and what became of them."""
    with phone_work(write=False) as unit:
        booking = live_booking_of(unit.session, unit.patient.id)
        contact = contact_of(unit.session)
    told = booking if booking is not None and booking.state in TOLD else None
    return show("offer.html", unit, booking=told, contact=contact, changed="changed" in request.args)


def answer_offer() -> ResponseReturnValue:
    """Answer these very days; those that the clinic changed meanwhile are shown again instead."""
    answer = chosen_word("answer", (*STEPS, CALL))
    with phone_work(write=True) as unit:
        if answer == CALL:
            _ask_for_call(unit)
            return redirect(url_for("phone.call"), 303)
        booking = live_booking_of(unit.session, unit.patient.id, lock=True)
        if booking is None or not _is_as_seen(booking):
            return redirect(url_for("phone.offer", changed="yes"), 303)
        bookings.step(unit.session, booking, STEPS[answer], note=None, now=unit.now)
    return redirect(url_for("phone.offer"), 303)


def offered_days(unit: Work) -> dict[str, str] | None:
    """The offer that waits for an answer, for the page that a phone keeps."""
    booking = live_booking_of(unit.session, unit.patient.id)
    if booking is None or booking.state != "offered":
        return None
    assert booking.offered_first_day is not None
    return {"first_day": booking.offered_first_day.isoformat()}


def _is_as_seen(booking: Booking) -> bool:
    seen = (hidden_id("booking"), request.form.get("version", ""))
    return booking.state == "offered" and seen == (booking.uid, str(booking.version))


def _ask_for_call(unit: Work) -> None:
    present = (course.id for course in courses_of(unit.session, unit.patient.id) if course.status == "open")
    ask_for_call(unit.session, unit.patient, course_id=next(present, None), now=unit.now)
