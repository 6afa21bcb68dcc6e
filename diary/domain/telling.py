"""When staff are told, and who hears next: the morning digest, the ladder of an alert that nobody takes."""

from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from diary.domain.days import Zones, first_showing
from diary.domain.working_days import WorkingDays

DIGEST_AT: Final = time(7, 30)
# The hours in which an unanswered alert grows older. No clinic's own: its digest comes before them.
WORK_FROM: Final = time(8)
WORK_TO: Final = time(17)

Rung = Literal["told", "colleagues", "admins", "banner"]
RUNGS: Final[tuple[Rung, ...]] = ("told", "colleagues", "admins", "banner")
"""Whoever it was told at first, then everybody who treats, then the admins, then a red banner that stays."""


def next_digest(now: datetime, zones: Zones, days: WorkingDays) -> datetime:
    """The first 07:30 of a working day at the clinic from `now` on; where none is near, tomorrow's.

    >>> from datetime import UTC
    >>> amsterdam = [(datetime(1900, 1, 1, tzinfo=UTC), "Europe/Amsterdam")]
    >>> saturday = datetime(2026, 8, 1, 2, tzinfo=UTC)
    >>> print(next_digest(saturday, amsterdam, WorkingDays()))
    2026-08-03 05:30:00+00:00
    """
    zone = zone_at(now, zones)
    day = now.astimezone(zone).date()
    if first_showing(datetime.combine(day, DIGEST_AT), zone) < now:
        day += timedelta(days=1)
    working = days.first_from(day) or day
    return first_showing(datetime.combine(working, DIGEST_AT), zone)


def working_time(since: datetime, until: datetime, zones: Zones, days: WorkingDays) -> timedelta:
    """How much of a stretch lay between 8 and 17 o'clock of working days at the clinic.

    >>> from datetime import UTC
    >>> amsterdam = [(datetime(1900, 1, 1, tzinfo=UTC), "Europe/Amsterdam")]
    >>> friday, monday = datetime(2026, 7, 31, 14, tzinfo=UTC), datetime(2026, 8, 3, 8, tzinfo=UTC)
    >>> working_time(friday, monday, amsterdam, WorkingDays()) == timedelta(hours=3)
    True
    """
    zone = zone_at(until, zones)
    day, last, total = since.astimezone(zone).date(), until.astimezone(zone).date(), timedelta(0)
    while day <= last:
        if days.holds(day):
            opens, closes = (first_showing(datetime.combine(day, at), zone) for at in (WORK_FROM, WORK_TO))
            total += max(timedelta(0), min(until, closes) - max(since, opens))
        day += timedelta(days=1)
    return total


def rung(waited: timedelta, *, step_hours: int) -> Rung:
    """How far an alert has climbed that nobody has taken for so much working time.

    >>> [rung(timedelta(hours=hours), step_hours=8) for hours in (7, 8, 16, 24, 99)]
    ['told', 'colleagues', 'admins', 'banner', 'banner']
    """
    return RUNGS[min(len(RUNGS) - 1, int(waited / timedelta(hours=step_hours)))]


def local_day(now: datetime, zones: Zones) -> date:
    """The calendar day at the clinic."""
    return now.astimezone(zone_at(now, zones)).date()


def zone_at(moment: datetime, zones: Zones) -> ZoneInfo:
    """Where the clinic was."""
    name = next((zone for since_at, zone in reversed(zones) if since_at <= moment), zones[0][1])
    return ZoneInfo(name)
