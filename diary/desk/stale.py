"""Finds the row that a form is about, and refuses when a colleague was quicker: nothing is written then."""

from typing import TypeVar

from diary.desk.forms import sent_version
from diary.desk.frame import ago
from diary.desk.words import DONE
from diary.domain.errors import Refusal
from diary.services.alert_lines import staff_names
from diary.storage import alerts as alert_rows
from diary.storage import bookings as booking_rows
from diary.storage.courses import course_by_uid
from diary.storage.patients import patient_by_uid
from diary.storage.tables.alert import Alert, AlertEvent
from diary.storage.tables.booking import Booking, BookingEvent
from diary.storage.tables.course import Course
from diary.storage.tables.patient import Patient
from diary.web.work import Work

Row = TypeVar("Row")


def found(row: Row | None) -> Row:
    """The row; another clinic's is as if it did not exist.

    Raises:
        Refusal: not_found.
    """
    if row is None:
        raise Refusal("not_found", "There is no such page here. It may have been another clinic's.")
    return row


def patient_to_change(unit: Work, uid: str) -> Patient:
    """The patient, held until the unit ends, so that a phone and the desk cannot both be first."""
    return found(patient_by_uid(unit.session, uid, lock=True))


def patient_as_seen(unit: Work, uid: str) -> Patient:
    """The patient, in the version that the form was made from.

    Raises:
        Refusal: changed_meanwhile; not_found.
    """
    patient = patient_to_change(unit, uid)
    if patient.version != sent_version():
        raise Refusal("changed_meanwhile", "This patient's record was changed. Nothing was written.")
    return patient


def alert_as_seen(unit: Work, uid: str) -> Alert:
    """The alert, in the version that the form was made from; else who did what to it meanwhile."""
    alert = found(alert_rows.alert_by_uid(unit.session, uid, lock=True))
    if alert.version != sent_version():
        raise _quicker(unit, alert_rows.events_of(unit.session, alert.id))
    return alert


def booking_as_seen(unit: Work, uid: str) -> Booking:
    """The booking, in the version that the form was made from; else who did what to it meanwhile."""
    booking = found(booking_rows.booking_by_uid(unit.session, uid, lock=True))
    if booking.version != sent_version():
        raise _quicker(unit, booking_rows.events_of(unit.session, booking.id))
    return booking


def course_as_seen(unit: Work, uid: str) -> Course:
    """The course, in the version that the form was made from."""
    course = found(course_by_uid(unit.session, uid, lock=True))
    if course.version != sent_version():
        raise Refusal("changed_meanwhile", "This course was changed meanwhile. Nothing was written.")
    return course


def _quicker(unit: Work, events: list[AlertEvent] | list[BookingEvent]) -> Refusal:
    last = events[-1]
    _, name = staff_names(unit.session).get(last.actor_id or 0, ("", "A colleague"))
    who = {"staff": name, "system": "The night"}.get(last.actor_kind, "The patient")
    when = ago(unit.now - last.at)
    return Refusal("changed_meanwhile", f"{who} {DONE[last.action]} {when}. Nothing of yours was written.")
