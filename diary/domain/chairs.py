"""Chairs and beds: whether infusion days fit into one, and the nearest days that do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Final

from diary.domain.infusions import Block, overlaps

EVERY_DAY: Final = (1, 2, 3, 4, 5, 6, 7)
"""Weekdays by ISO 8601: Monday is 1."""
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Chair:
    """A chair or bed, by its id, with what stands in the way of a booking.

    One infusion at a time holds it, for whole days: from the first to the last of a `taken` block, the days
    between included. On a day that is `closed`, or no weekday of its own, nobody is infused there.
    """

    id: int
    weekdays: tuple[int, ...] = EVERY_DAY
    taken: tuple[Block, ...] = ()
    closed: tuple[Block, ...] = ()

    def is_open(self, day: date) -> bool:
        """Whether somebody can be infused there on this day, if nobody else is."""
        return day.isoweekday() in self.weekdays and not _among(day, self.closed)


@dataclass(frozen=True, slots=True)
class Slot:
    """Days in one chair on which a whole treatment fits."""

    chair_id: int
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Need:
    """What a treatment asks for: so many infusion days, with at most so many days from one to the next."""

    infusion_days: int
    step_max_days: int = 1


def in_the_way(chair: Chair, block: Block) -> Block | None:
    """The booking that already holds the chair on some of these days; None when none does.

    >>> bed = Chair(1, taken=((date(2026, 12, 7), date(2026, 12, 11)),))
    >>> in_the_way(bed, (date(2026, 12, 11), date(2026, 12, 15)))
    (datetime.date(2026, 12, 7), datetime.date(2026, 12, 11))
    >>> in_the_way(bed, (date(2026, 12, 12), date(2026, 12, 15)))
    """
    return next((taken for taken in chair.taken if overlaps(taken, block)), None)


def closed_day(chair: Chair, block: Block, *, step_max_days: int) -> date | None:
    """The day that makes these days impossible because the chair is closed; None when none does.

    The first and the last day are infusion days. Between them closed days may lie, up to the regimen's gap.
    """
    if not chair.is_open(block[1]):
        return block[1]
    expected = block[0]
    day = block[0]
    while day <= block[1]:
        if chair.is_open(day):
            expected = day + timedelta(days=step_max_days)
        elif day >= expected:
            return day
        day += ONE_DAY
    return None


def slots_of(chair: Chair, need: Need, *, first_day: date, last_day: date) -> Iterator[Slot]:
    """Every day on which a whole treatment can begin in this chair, and when it then ends, earliest first.

    Args:
        chair: where.
        need: what fits.
        first_day: the first day on which it may begin.
        last_day: the last day on which it may end.

    >>> weekdays = Chair(1, weekdays=(1, 2, 3, 4, 5), closed=((date(2026, 12, 25), date(2026, 12, 25)),))
    >>> two_weeks = Need(infusion_days=7, step_max_days=4)
    >>> slot, *_ = slots_of(weekdays, two_weeks, first_day=date(2026, 12, 19), last_day=date(2027, 1, 15))
    >>> slot.first_day.isoformat(), slot.last_day.isoformat()
    ('2026-12-21', '2026-12-30')
    """
    first = first_day
    while first <= last_day:
        end = _end(chair, need, first, last_day)
        if end is not None:
            yield Slot(chair.id, first, end)
        first += ONE_DAY


def nearest_slots(
    chairs: Sequence[Chair], need: Need, *, first_day: date, last_day: date, most: int
) -> list[Slot]:
    """The earliest days on which a treatment fits, at most so many; of the same days the first chair's.

    >>> beds = [Chair(1, taken=((date(2026, 12, 7), date(2026, 12, 8)),)), Chair(2)]
    >>> days = {"first_day": date(2026, 12, 6), "last_day": date(2026, 12, 31), "most": 2}
    >>> [(slot.chair_id, slot.first_day.day) for slot in nearest_slots(beds, Need(3), **days)]
    [(2, 6), (2, 7)]
    """
    found: dict[Block, Slot] = {}
    for chair in chairs:
        for slot in islice(slots_of(chair, need, first_day=first_day, last_day=last_day), most):
            found.setdefault((slot.first_day, slot.last_day), slot)
    return [found[days] for days in sorted(found)[:most]]


def _end(chair: Chair, need: Need, first: date, last_day: date) -> date | None:
    """The last infusion day of a treatment that begins on this day; None where it does not fit."""
    if not chair.is_open(first):
        return None
    left, latest, day = need.infusion_days, first, first
    while day <= last_day and (day - latest).days <= need.step_max_days and not _among(day, chair.taken):
        if chair.is_open(day):
            left, latest = left - 1, day
            if left == 0:
                return day
        day += ONE_DAY
    return None


def _among(day: date, blocks: Sequence[Block]) -> bool:
    return any(first <= day <= last for first, last in blocks)
