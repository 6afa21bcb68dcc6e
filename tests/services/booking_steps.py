"""Bookings as tests of services take them: by the shortest way into a state, and what they wrote."""

from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from diary.services import bookings
from diary.services.alerts import News, raise_alert
from diary.storage.bookings import events_of as booking_events
from diary.storage.courses import courses_of
from diary.storage.patients import patient_by_id
from diary.storage.tables.alert import Alert
from diary.storage.tables.booking import Booking
from diary.storage.tables.outbox import Message
from diary.storage.tables.staff import Staff
from diary.storage.unit import own
from tests.little_clinic import LittleClinic, a_regimen, at, day_number

# Relief fades without an abrupt rise: on day 45 two weeks running are under the line.
LOST = "2 " * 24 + "4 " * 7 + "6 " * 14
TODAY = at(day_number(46))
FIRST_DAY, LAST_DAY = day_number(74), day_number(78)

# How a booking comes into each state.
WAYS = {
    "requested": "",
    "authorised": "authorise",
    "waiting_list": "authorise wait",
    "offered": "authorise offer",
    "accepted": "authorise offer accept",
    "declined": "authorise offer decline",
    "confirmed": "authorise offer accept confirm",
    "done": "authorise offer accept confirm complete",
    "refused": "refuse",
    "cancelled": "cancel",
    "no_show": "authorise offer accept confirm no_show",
}


def booking_by_id(session: Session, booking_id: int) -> Booking:
    """A booking as it stands now."""
    return session.scalars(own(session, Booking).where(Booking.id == booking_id)).one()


def request(session: Session, patient_id: int, alert: Alert | None = None) -> Booking:
    return bookings.request_booking(
        session,
        patient_by_id(session, patient_id, lock=True),
        regimen=a_regimen(session),
        alert=alert,
        note="left hand worse",
        now=TODAY,
    )


def take(session: Session, booking: Booking, action: str) -> None:
    if action == "authorise":
        bookings.authorise(session, booking, reference="A-17", expires_on=LAST_DAY, now=TODAY)
    elif action == "offer":
        offer(session, booking)
    elif action == "complete":
        bookings.complete_booking(session, booking, now=TODAY)
    else:
        bookings.step(session, booking, action, note=f"why {action}", now=TODAY)


def offer(
    session: Session,
    booking: Booking,
    first: date = FIRST_DAY,
    last: date = LAST_DAY,
    *,
    reason: str | None = None,
) -> None:
    bookings.offer(session, booking, first_day=first, last_day=last, override_reason=reason, now=TODAY)


def booked(
    clinic: LittleClinic, patient_id: int, state: str = "requested", *, by: Staff | None = None
) -> Booking:
    """A booking of the patient that came into this state the shortest way."""
    with clinic.desk(by) if by else clinic.unit(write=True) as session:
        booking = request(session, patient_id, bookings.park_target(session, patient_id))
        for action in WAYS[state].split():
            take(session, booking, action)
        return booking


def go_on(clinic: LittleClinic, booking: Booking, *actions: str) -> str:
    """Take steps with a booking as it stands now; its state after them."""
    with clinic.unit(write=True) as session:
        booking = booking_by_id(session, booking.id)
        for action in actions:
            take(session, booking, action)
        return booking.state


def written(clinic: LittleClinic, booking: Booking) -> tuple[object, ...]:
    """All that a step could have changed."""
    with clinic.unit() as session:
        row = booking_by_id(session, booking.id)
        steps = [(step.action, step.state_after) for step in booking_events(session, booking.id)]
        messages = len(session.scalars(own(session, Message)).all())
        columns = {column.key: getattr(row, column.key) for column in Booking.__table__.columns}
        statuses = [alert.status for alert in clinic.alerts(booking.patient_id)]
        return columns, steps, messages, statuses


def open_alert(clinic: LittleClinic, patient_id: int, kind: str) -> Alert:
    with clinic.unit(write=True) as session:
        (course,) = courses_of(session, patient_id)
        level = "confirmed" if kind == "loss" else None
        news = News(patient_id, course.id, kind, facts={}, level=level)
        return raise_alert(session, news, now=at(day_number(40)))


def statuses(clinic: LittleClinic, patient_id: int) -> dict[str, str]:
    return {alert.kind: alert.status for alert in clinic.alerts(patient_id)}


def act(clinic: LittleClinic, alert: Alert, does: Callable[[Session, Alert], None]) -> None:
    with clinic.unit(write=True) as session:
        does(session, session.merge(alert))
