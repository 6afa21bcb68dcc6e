"""Tells patients of their dates: offered, confirmed, cancelled, and the day before. Never which dates.

Written in the transaction of the booking's own step. The key of a message names the version that the booking
then had: after the next step it has lost its point, and that step has written its own.
"""

from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy.orm import Session

from diary.domain.days import first_showing
from diary.domain.telling import zone_at
from diary.services import outbox
from diary.services.clinics import local_day
from diary.storage.bookings import bookings_of
from diary.storage.outbox import messages_by_key
from diary.storage.protocols import zones_of
from diary.storage.tables.booking import Booking
from diary.storage.unit import clinic_of

# In the morning, so that whoever has a question can still call.
DAY_BEFORE_AT: Final = time(10)
# In these states the patient counts on days, or is asked about some.
HAS_DAYS: Final = ("offered", "accepted", "confirmed")


def tell_patient(session: Session, booking: Booking, *, before: str, now: datetime) -> None:
    """What the step that the booking just took means for the patient, if anything."""
    if booking.state == "offered":
        _write(session, booking, "offer", now=now)
    elif booking.state == "confirmed":
        _write(session, booking, "visit", now=now)
        _write_day_before(session, booking, now=now)
    elif booking.state == "cancelled" and before in HAS_DAYS:
        _write(session, booking, "visit", now=now)


def tell_again(session: Session, patient_id: int, *, now: datetime) -> None:
    """Followed again: what a pause cancelled of days that still stand and lie ahead is told after all."""
    today = local_day(session, now)
    for booking in bookings_of(session, patient_id):
        first_day = booking.offered_first_day
        if booking.state != "confirmed" or first_day is None or first_day <= today:
            continue
        day_before_at, _ = _day_before(session, booking, now=now)
        moments = {_key("visit", booking): now, _key("visit", booking, before=True): day_before_at}
        for message in messages_by_key(session, list(moments)):
            if message.state == "cancelled":
                outbox.revive(message, at=max(now, moments[message.dedupe_key]))
    session.flush()


def version_told(dedupe_key: str) -> int:
    """Which version of its booking a message was written for.

    >>> version_told("visit:0193b5c2:7:before")
    7
    """
    return int(dedupe_key.split(":")[2])


def is_tomorrow(session: Session, booking: Booking, *, now: datetime) -> bool:
    """Whether the patient comes tomorrow, by the clinic's calendar."""
    tomorrow = local_day(session, now) + timedelta(days=1)
    return booking.state == "confirmed" and booking.offered_first_day == tomorrow


def _write_day_before(session: Session, booking: Booking, *, now: datetime) -> None:
    due_at, ends_at = _day_before(session, booking, now=now)
    if due_at > now:
        _write(session, booking, "visit", now=now, due_at=due_at, ends_at=ends_at)


def _day_before(session: Session, booking: Booking, *, now: datetime) -> tuple[datetime, datetime]:
    """When the day before is told of, and until when."""
    assert booking.offered_first_day is not None
    zone = zone_at(now, zones_of(session, clinic_of(session)))
    day = booking.offered_first_day - timedelta(days=1)
    return (
        first_showing(datetime.combine(day, DAY_BEFORE_AT), zone),
        first_showing(datetime.combine(booking.offered_first_day, time()), zone),
    )


def _key(kind: str, booking: Booking, *, before: bool = False) -> str:
    return f"{kind}:{booking.uid}:{booking.version}" + (":before" if before else "")


def _write(
    session: Session,
    booking: Booking,
    kind: str,
    *,
    now: datetime,
    due_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> None:
    key = _key(kind, booking, before=due_at is not None)
    letter = outbox.Letter(
        kind,
        key,
        patient_id=booking.patient_id,
        booking_id=booking.id,
        due_at=due_at,
        expires_at=ends_at,
    )
    outbox.enqueue(session, letter, now=now)
