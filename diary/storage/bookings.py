"""Queries about bookings."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from diary.domain.booking_states import LIVE
from diary.storage.tables.booking import Booking, BookingEvent
from diary.storage.tables.course import Regimen
from diary.storage.tables.patient import Patient
from diary.storage.unit import clinic_of, held, own

# Authorised, and without days: these can be called when days fall free.
WAIT_FOR_DAYS: Final = ("authorised", "waiting_list", "declined")
# So many are read and ordered; a clinic with more waits for chairs, not for a list.
WAITING_MOST: Final = 500


def booking_by_uid(session: Session, uid: str, *, lock: bool = False) -> Booking | None:
    """A booking of this clinic; with `lock`, nobody else changes it meanwhile."""
    statement = own(session, Booking).where(Booking.uid == uid)
    return session.scalars(held(statement) if lock else statement).one_or_none()


def bookings_by_id(session: Session, booking_ids: Sequence[int]) -> dict[int, Booking]:
    """Bookings of this clinic whose ids other rows hold."""
    rows = session.scalars(own(session, Booking).where(Booking.id.in_(booking_ids)))
    return {booking.id: booking for booking in rows}


def live_booking_of(session: Session, patient_id: int, *, lock: bool = False) -> Booking | None:
    """The patient's booking under way, if any: there is at most one. With `lock`, nobody else changes it."""
    statement = own(session, Booking).where(Booking.patient_id == patient_id, Booking.state.in_(LIVE))
    return session.scalars(held(statement) if lock else statement).one_or_none()


def courses_booked(session: Session, course_ids: Sequence[int]) -> set[int]:
    """Which of these courses led to a booking that is under way; one left over from before leads nowhere."""
    statement = own(session, Booking).where(Booking.course_id.in_(course_ids), Booking.state.in_(LIVE))
    return {booking.course_id for booking in session.scalars(statement) if booking.course_id is not None}


def patients_booked(session: Session) -> set[int]:
    """Patients of this clinic who have a booking under way."""
    statement = own(session, Booking).with_only_columns(Booking.patient_id).where(Booking.state.in_(LIVE))
    return set(session.scalars(statement))


def bookings_of(session: Session, patient_id: int) -> list[Booking]:
    """All bookings of a patient, newest first."""
    statement = own(session, Booking).where(Booking.patient_id == patient_id).order_by(Booking.id.desc())
    return list(session.scalars(statement))


def bookings_page(
    session: Session,
    *,
    states: Sequence[str] | None,
    patient_id: int | None,
    before_id: int | None,
    limit: int,
) -> list[Booking]:
    """Bookings, newest first, at most `limit`, beginning behind `before_id`."""
    statement = own(session, Booking)
    if patient_id is not None:
        statement = statement.where(Booking.patient_id == patient_id)
    if states is not None:
        statement = statement.where(Booking.state.in_(states))
    if before_id is not None:
        statement = statement.where(Booking.id < before_id)
    return list(session.scalars(statement.order_by(Booking.id.desc()).limit(limit)))


def waiting_for_days(session: Session) -> list[tuple[Booking, Patient, Regimen]]:
    """Bookings that are authorised and have no days, with whose and what they are, the oldest first."""
    statement = (
        select(Booking, Patient, Regimen)
        .join(Patient, and_(Patient.clinic_id == Booking.clinic_id, Patient.id == Booking.patient_id))
        .join(Regimen, and_(Regimen.clinic_id == Booking.clinic_id, Regimen.id == Booking.regimen_id))
        .where(Booking.clinic_id == clinic_of(session), Booking.state.in_(WAIT_FOR_DAYS))
        .order_by(Booking.id)
        .limit(WAITING_MOST)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]


def events_of(session: Session, booking_id: int) -> list[BookingEvent]:
    """The steps of a booking, first to last."""
    statement = own(session, BookingEvent).where(BookingEvent.booking_id == booking_id)
    return list(session.scalars(statement.order_by(BookingEvent.id)))
