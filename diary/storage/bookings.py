"""Queries about bookings."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from diary.domain.booking_states import LIVE
from diary.storage.tables.booking import Booking, BookingEvent
from diary.storage.unit import held, own


def booking_by_uid(session: Session, uid: str, *, lock: bool = False) -> Booking | None:
    """A booking of this clinic; with `lock`, nobody else changes it meanwhile."""
    statement = own(session, Booking).where(Booking.uid == uid)
    return session.scalars(held(statement) if lock else statement).one_or_none()


def booking_by_id(session: Session, booking_id: int) -> Booking:
    """A booking of this clinic whose id another row holds."""
    return session.scalars(own(session, Booking).where(Booking.id == booking_id)).one()


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


def events_of(session: Session, booking_id: int) -> list[BookingEvent]:
    """The steps of a booking, first to last."""
    statement = own(session, BookingEvent).where(BookingEvent.booking_id == booking_id)
    return list(session.scalars(statement.order_by(BookingEvent.id)))
