"""What chairs and beds will be asked for in the coming weeks, beside what is booked and what is free."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from config.words import CHAIR_KINDS
from diary.domain.chairs import Chair
from diary.domain.demand import WEEK, Demand, Prospect, weekly_demand
from diary.domain.infusions import Block
from diary.domain.outlook import unpack
from diary.services.chairs import KIND_OF_SETTING, offered_days, seats_from
from diary.services.clinics import local_day
from diary.storage.bookings import patients_booked
from diary.storage.chairs import chairs_in_use, holding
from diary.storage.durability import blocks_given
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
    """One week of one kind; all counts are of days that one chair, or bed, can be used for one infusion."""

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
class KindAhead:
    """The coming weeks of beds, or of chairs: neither stands in for the other."""

    kind: str
    places: int
    """So many are in use."""
    weeks: tuple[WeekAhead, ...]


@dataclass(frozen=True, slots=True)
class WeeksAhead:
    """The coming weeks, and what is not in them."""

    kinds: tuple[KindAhead, ...]
    """Those that the clinic has, or that somebody will ask for."""
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
    unplaced = [row for row in holding(session, first) if row.chair_id is None]
    ids = [one.regimen_id for one in foreseen] + [row.regimen_id for row in (*waiting, *unplaced)]
    regimens = rows_by_id(session, Regimen, ids)
    prospects = _prospects(session, foreseen, regimens)
    known = chairs_in_use(session)
    kinds = []
    for kind in CHAIR_KINDS:
        seats = seats_from(session, [chair for chair in known if chair.kind == kind], first)
        without = [
            offered_days(row) for row in unplaced if KIND_OF_SETTING[regimens[row.regimen_id].setting] == kind
        ]
        demands = weekly_demand(prospects[kind], mondays=mondays, earliest=earliest)
        if seats or without or any(demand.high_days for demand in demands):
            weeks = (_week(demand, seats, without) for demand in demands)
            kinds.append(KindAhead(kind, len(seats), tuple(weeks)))
    return WeeksAhead(
        tuple(kinds),
        earliest,
        len(foreseen),
        len(waiting),
        sum(regimens[row.regimen_id].infusion_days for row in waiting),
    )


def _prospects(
    session: Session, foreseen: Sequence[Foreseen], regimens: Mapping[int, Regimen]
) -> Mapping[str, Sequence[Prospect]]:
    """By bed and chair who will ask for one: as their regimen has it, or as they were treated last."""
    planless = blocks_given(session, [one.course_id for one in foreseen if one.regimen_id is None])
    found: dict[str, list[Prospect]] = {kind: [] for kind in CHAIR_KINDS}
    for one in foreseen:
        if one.regimen_id is None:
            _, setting, *_ = planless[one.course_id][-1]
            infusion_days = (one.last_infusion_day - one.first_infusion_day).days + 1
        else:
            regimen = regimens[one.regimen_id]
            setting, infusion_days = regimen.setting, regimen.infusion_days
        days = unpack(one.outlook).loss_days
        ends = tuple(None if day is None else one.last_infusion_day + timedelta(days=day) for day in days)
        found[KIND_OF_SETTING[setting]].append(Prospect(ends, infusion_days))
    return found


def _week(demand: Demand, seats: Sequence[Chair], without: Sequence[Block]) -> WeekAhead:
    """A day is booked where its chair is open; as long as no chair is chosen, where one of the kind is."""
    days = [demand.monday + timedelta(days=day) for day in range(7)]
    open_on = {day: [seat for seat in seats if seat.is_open(day)] for day in days}
    booked = sum(_holds(seat.taken, day) for day in days for seat in open_on[day])
    booked += sum(_holds([block], day) for block in without for day in days if open_on[day] or not seats)
    return WeekAhead(demand.monday, sum(map(len, open_on.values())), booked, demand)


def _holds(blocks: Sequence[Block], day: date) -> bool:
    return any(first <= day <= last for first, last in blocks)
