"""What chairs and beds will be asked for in the coming weeks, beside what is booked and what is free."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from diary.domain.demand import WEEK, Demand, Prospect, weekly_demand
from diary.domain.outlook import unpack
from diary.services.chairs import seats_from
from diary.services.clinics import local_day
from diary.storage.bookings import patients_booked
from diary.storage.chairs import chairs_in_use, holding
from diary.storage.naming import rows_by_id
from diary.storage.nights import Foreseen, foreseen_courses
from diary.storage.protocols import foresight_at, protocol_at
from diary.storage.tables.booking import Booking
from diary.storage.tables.course import Regimen
from diary.storage.unit import own

WEEKS: Final = 8
# Live, and without days yet.
WAITING: Final = ("requested", "authorised", "waiting_list", "declined")


@dataclass(frozen=True, slots=True)
class WeekAhead:
    """One week; all counts are of days that one chair or bed can be used for one infusion."""

    monday: date
    open_days: int
    booked_days: int
    demand: Demand

    @property
    def free_days(self) -> int:
        """Open, and held by nobody; below 0 where days were offered without a chair."""
        return self.open_days - self.booked_days

    @property
    def short_by(self) -> tuple[int, int]:
        """How many days will be missing: at the low and at the high end of what may be asked for."""
        low, high = (
            max(0, asked - self.free_days) for asked in (self.demand.low_days, self.demand.high_days)
        )
        return low, high


@dataclass(frozen=True, slots=True)
class WeeksAhead:
    """The coming weeks, and what is not in them."""

    weeks: tuple[WeekAhead, ...]
    earliest: date
    """Whoever is asked for today can be treated from here on."""
    courses: int
    """So many are foreseen."""
    waiting: int
    """Bookings that have no days yet."""
    waiting_days: int
    """What those ask for."""


def weeks_ahead(session: Session, *, now: datetime) -> WeeksAhead | None:
    """The coming weeks from today's on; None where the forecast is in the shadow."""
    if not foresight_at(session, now).shown:
        return None
    today = local_day(session, now)
    _, protocol = protocol_at(session, now)
    first = today - timedelta(days=today.weekday())
    mondays = [first + week * WEEK for week in range(WEEKS)]
    earliest = today + timedelta(days=protocol.lead_days)
    waiting = list(session.scalars(own(session, Booking).where(Booking.state.in_(WAITING))))
    booked = patients_booked(session)
    foreseen = [one for one in foreseen_courses(session) if one.patient_id not in booked]
    days_of = _infusion_days(
        session, [*(one.regimen_id for one in foreseen), *(row.regimen_id for row in waiting)]
    )
    prospects = [_prospect(one, days_of) for one in foreseen]
    demands = weekly_demand(prospects, mondays=mondays, earliest=earliest)
    seats = seats_from(session, chairs_in_use(session), first)
    held = holding(session, first)
    weeks = [
        WeekAhead(
            demand.monday,
            sum(seat.is_open(day) for seat in seats for day in _days(demand.monday)),
            sum(_is_held(row, day) for row in held for day in _days(demand.monday)),
            demand,
        )
        for demand in demands
    ]
    return WeeksAhead(
        tuple(weeks),
        earliest,
        len(prospects),
        len(waiting),
        sum(days_of[row.regimen_id] for row in waiting),
    )


def _prospect(one: Foreseen, days_of: dict[int, int]) -> Prospect:
    days = unpack(one.outlook).loss_days
    ends = tuple(None if day is None else one.last_infusion_day + timedelta(days=day) for day in days)
    as_given = (one.last_infusion_day - one.first_infusion_day).days + 1
    return Prospect(ends, as_given if one.regimen_id is None else days_of[one.regimen_id])


def _infusion_days(session: Session, regimen_ids: Sequence[int | None]) -> dict[int, int]:
    return {row.id: row.infusion_days for row in rows_by_id(session, Regimen, regimen_ids).values()}


def _days(monday: date) -> list[date]:
    return [monday + timedelta(days=day) for day in range(7)]


def _is_held(booking: Booking, day: date) -> bool:
    assert booking.offered_first_day is not None
    assert booking.offered_last_day is not None
    return booking.offered_first_day <= day <= booking.offered_last_day
