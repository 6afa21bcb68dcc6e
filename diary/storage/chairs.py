"""Queries about chairs and beds, the days they are closed, and who holds them."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from diary.domain.infusions import Block
from diary.storage.tables.booking import Booking, Chair, ChairClosure
from diary.storage.unit import clinic_of, held, own

# A booking in one of these states keeps its days from everybody else.
HOLDS: Final = ("offered", "accepted", "confirmed")


def chair_by_uid(session: Session, uid: str, *, lock: bool = False) -> Chair | None:
    """A chair or bed of this clinic; with `lock`, nobody else books it meanwhile."""
    statement = own(session, Chair).where(Chair.uid == uid)
    return session.scalars(held(statement) if lock else statement).one_or_none()


def chairs_in_use(session: Session) -> list[Chair]:
    """The clinic's chairs and beds that are not retired, by kind and name."""
    statement = own(session, Chair).where(Chair.retired_at.is_(None))
    return list(session.scalars(statement.order_by(Chair.kind, Chair.name)))


def chairs_page(session: Session, *, after: str | None, limit: int) -> list[Chair]:
    """Chairs and beds in use by name, at most `limit`, beginning behind the name `after`."""
    statement = own(session, Chair).where(Chair.retired_at.is_(None))
    if after is not None:
        statement = statement.where(Chair.name > after)
    return list(session.scalars(statement.order_by(Chair.name).limit(limit)))


def closures_from(session: Session, day: date) -> list[ChairClosure]:
    """Closures that last to this day or beyond, earliest first."""
    statement = own(session, ChairClosure).where(ChairClosure.last_day >= day)
    return list(session.scalars(statement.order_by(ChairClosure.first_day, ChairClosure.id)))


def holding(session: Session, day: date, *, chair_ids: Sequence[int] | None = None) -> list[Booking]:
    """Bookings that hold days from this one on, by day; some hold them without a chair."""
    statement = own(session, Booking).where(Booking.state.in_(HOLDS), Booking.offered_last_day >= day)
    if chair_ids is not None:
        statement = statement.where(Booking.chair_id.in_(chair_ids))
    return list(session.scalars(statement.order_by(Booking.offered_first_day, Booking.id)))


def closures_of(session: Session, chair_id: int | None, days: Block) -> list[ChairClosure]:
    """The closures of just these days, of this chair or, for None, of the whole clinic."""
    first_day, last_day = days
    statement = own(session, ChairClosure).where(
        ChairClosure.chair_id.is_(None) if chair_id is None else ChairClosure.chair_id == chair_id,
        ChairClosure.first_day == first_day,
        ChairClosure.last_day == last_day,
    )
    return list(session.scalars(statement))


def closed_blocks(session: Session, chair_id: int, day: date) -> list[Block]:
    """When this chair is closed from this day on, by itself or with the whole clinic."""
    statement = select(ChairClosure.first_day, ChairClosure.last_day).where(
        ChairClosure.clinic_id == clinic_of(session),
        ChairClosure.last_day >= day,
        or_(ChairClosure.chair_id == chair_id, ChairClosure.chair_id.is_(None)),
    )
    return [(row[0], row[1]) for row in session.execute(statement)]
