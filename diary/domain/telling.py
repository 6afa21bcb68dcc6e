"""When staff are told, and who hears next: the morning digest, the ladder of an alert that nobody takes."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from diary.domain.days import Zones, first_showing
from diary.domain.working_days import LOOK_AHEAD_DAYS, WorkingDays

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


def worked_ago(hours: float, now: datetime, zones: Zones, days: WorkingDays) -> datetime:
    """The moment since when the desk has worked so many hours: 8 to 17 o'clock of working days, there.

    Where hardly any day is one, at most a year back.

    >>> from datetime import UTC
    >>> amsterdam = [(datetime(1900, 1, 1, tzinfo=UTC), "Europe/Amsterdam")]
    >>> monday = datetime(2026, 8, 3, 8, tzinfo=UTC)
    >>> print(worked_ago(3, monday, amsterdam, WorkingDays()))
    2026-07-31 14:00:00+00:00
    """
    zone, left = zone_at(now, zones), timedelta(hours=hours)
    day = now.astimezone(zone).date()
    for back in range(LOOK_AHEAD_DAYS):
        one = day - timedelta(days=back)
        if not days.holds(one):
            continue
        opens, closes = (first_showing(datetime.combine(one, at), zone) for at in (WORK_FROM, WORK_TO))
        worked = max(timedelta(0), min(now, closes) - opens)
        if worked >= left:
            return min(now, closes) - left
        left -= worked
    return now - timedelta(days=LOOK_AHEAD_DAYS)


def rung(since: datetime, climbed_at: Sequence[datetime]) -> Rung:
    """How far an alert has climbed that nobody has had since then.

    Args:
        since: from when on nobody has had it.
        climbed_at: the moments before which one must have waited for the second, third and fourth rung.
    """
    return RUNGS[sum(since <= moment for moment in climbed_at)]


def zone_at(moment: datetime, zones: Zones) -> ZoneInfo:
    """Where the clinic was."""
    name = next((zone for since_at, zone in reversed(zones) if since_at <= moment), zones[0][1])
    return ZoneInfo(name)
