"""Which day an answer is for, and when a night is due: every question of clocks, zones and calendars."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from config.protocol import DIARY_CLOSES_AT_HOUR, NIGHT_HOUR

Zones = Sequence[tuple[datetime, str]]
"""A zone history, oldest first: from which UTC moment which IANA zone. The first also holds before it."""

SKEW_TOLERATED: Final = timedelta(minutes=10)

# Offsets have stayed within 16 hours of UTC: three days from either end no sum leaves the calendar.
_FIRST_MOMENT: Final = datetime.min.replace(tzinfo=UTC) + timedelta(days=3)
_LAST_MOMENT: Final = datetime.max.replace(tzinfo=UTC) - timedelta(days=3)


def diary_day(moment: datetime, zone: tzinfo) -> date:
    """The diary day that `moment` belongs to on a wall clock in `zone`; it closes at 03:00 the next morning.

    >>> diary_day(datetime(2026, 8, 2, 0, 30, tzinfo=UTC), ZoneInfo("Europe/Amsterdam"))
    datetime.date(2026, 8, 1)
    """
    return (_wall(moment, zone) - timedelta(hours=DIARY_CLOSES_AT_HOUR)).date()


def answerable_days(moment: datetime, zone: tzinfo, backdate_days: int) -> list[date]:
    """The diary days a patient may answer or change at `moment`, newest first.

    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> [str(day) for day in answerable_days(noon, ZoneInfo("UTC"), 1)]
    ['2026-03-01', '2026-02-28']
    """
    today = diary_day(moment, zone)
    return [today - timedelta(days=back) for back in range(backdate_days + 1)]


@dataclass(frozen=True, slots=True)
class ClockCheck:
    """What the server makes of a phone's clock."""

    skew_s: int
    """How far the phone's clock runs ahead, in seconds: sent - received."""
    corrected_at: datetime
    """When the patient answered by the server's clock, UTC: answered - skew."""
    suspect: bool
    """The skew is over 10 minutes either way and changes the diary day: kept, shown, not judged."""
    day_meant_as_answered: date
    """The diary day by the phone's own clock."""
    day_corrected: date
    """The diary day by the server's clock."""


def clock_check(answered_at: datetime, sent_at: datetime, received_at: datetime, zone: tzinfo) -> ClockCheck:
    """Judge a phone's clock by what it said when it sent. Every clock is accepted, also one set to 9999.

    Args:
        answered_at: phone's clock when the patient answered.
        sent_at: phone's clock when it posted the answer.
        received_at: server's clock when the answer came.
        zone: where the phone says it is.

    >>> utc = ZoneInfo("UTC")
    >>> phone = datetime(2027, 8, 2, 20, tzinfo=UTC)
    >>> check = clock_check(phone, phone, datetime(2026, 8, 2, 20, tzinfo=UTC), utc)
    >>> check.suspect, check.day_meant_as_answered.year, check.day_corrected.year
    (True, 2027, 2026)
    """
    answered_at, sent_at, received_at = (
        min(max(moment, _FIRST_MOMENT), _LAST_MOMENT).astimezone(UTC)
        for moment in (answered_at, sent_at, received_at)
    )
    skew = sent_at - received_at
    try:
        corrected_at = min(max(answered_at - skew, _FIRST_MOMENT), _LAST_MOMENT)
    except OverflowError:  # answered in 9999 and sent in 1970: nothing it says of time can be used
        corrected_at = received_at
    as_answered, corrected = diary_day(answered_at, zone), diary_day(corrected_at, zone)
    return ClockCheck(
        skew_s=round(skew.total_seconds()),
        corrected_at=corrected_at,
        suspect=abs(skew) > SKEW_TOLERATED and as_answered != corrected,
        day_meant_as_answered=as_answered,
        day_corrected=corrected,
    )


def day_number(day: date, first_infusion_day: date, last_infusion_day: date) -> int:
    """The course day: -1 the day before the first infusion day, 0 up to the last, 1 the day after it.

    >>> [day_number(date(2026, 8, n), date(2026, 8, 3), date(2026, 8, 7)) for n in (2, 3, 7, 8)]
    [-1, 0, 0, 1]
    """
    if day < first_infusion_day:
        return (day - first_infusion_day).days
    return max(0, (day - last_infusion_day).days)


def day_of_number(number: int, first_infusion_day: date, last_infusion_day: date) -> date:
    """The calendar day of a course day; the inverse of `day_number`.

    Raises:
        ValueError: for 0, which is every infusion day.

    >>> day_of_number(1, date(2026, 8, 3), date(2026, 8, 7))
    datetime.date(2026, 8, 8)
    """
    if number == 0:
        raise ValueError("day 0 is every infusion day and no one date; ask for a day before or after them")
    return (first_infusion_day if number < 0 else last_infusion_day) + timedelta(days=number)


def night_due(night: date, zones: Zones) -> datetime:
    """When a night is due: the first UTC instant that is 04:00 of night + 1 or later on the clinic's clock.

    Where 04:00 does not exist (clocks go forward, a calendar day is left out, the clinic moves east) that is
    the first instant after the gap; where it comes twice, the first. A later night is never due earlier.

    Args:
        night: the last diary day that the night judges.
        zones: the clinic's zone history.

    Raises:
        ValueError: the history is empty or not in order.

    >>> print(night_due(date(2026, 8, 1), [(datetime(1900, 1, 1, tzinfo=UTC), "Europe/Amsterdam")]))
    2026-08-02 02:00:00+00:00
    """
    _check_history(zones)
    wall = datetime.combine(night + timedelta(days=1), time(NIGHT_HOUR))
    begins_at = datetime.min.replace(tzinfo=UTC)
    for position, (_, name) in enumerate(zones):
        due_at = _first_showing(wall, ZoneInfo(name), since_at=begins_at)
        if position + 1 == len(zones):
            break
        begins_at = zones[position + 1][0]
        if due_at < begins_at:
            break
    return due_at


def due_nights(first_night: date, now: datetime, zones: Zones) -> Iterator[date]:
    """Every night from `first_night` on that is due at `now`, oldest first.

    >>> amsterdam = [(datetime(1900, 1, 1, tzinfo=UTC), "Europe/Amsterdam")]
    >>> [str(night) for night in due_nights(date(2026, 8, 1), datetime(2026, 8, 3, 9, tzinfo=UTC), amsterdam)]
    ['2026-08-01', '2026-08-02']
    """
    night = first_night
    while night_due(night, zones) <= now:
        yield night
        night += timedelta(days=1)


def first_showing(wall: datetime, zone: tzinfo) -> datetime:
    """The first instant, in UTC, at which a clock in `zone` shows `wall` or later.

    >>> print(first_showing(datetime(2026, 3, 29, 2, 30), ZoneInfo("Europe/Amsterdam")))
    2026-03-29 01:00:00+00:00
    """
    return _first_showing(wall, zone, since_at=_FIRST_MOMENT)


def _check_history(zones: Zones) -> None:
    if not zones:
        raise ValueError("the zone history is empty; give at least one (moment, zone)")
    for (earlier_at, _), (later_at, name) in pairwise(zones):
        if later_at <= earlier_at:
            raise ValueError(f"the zone history is not in order at {name}, {later_at.isoformat()}")


def _wall(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def _first_showing(wall: datetime, zone: tzinfo, *, since_at: datetime) -> datetime:
    """The first instant from `since_at` on at which a clock in `zone` shows `wall` or later."""
    # No clock is a day off UTC, so a day and a half before `wall` none shows it yet.
    before_at = max(since_at, wall.replace(tzinfo=UTC) - timedelta(days=1.5))
    if _wall(before_at, zone) >= wall:
        return before_at
    showing = [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    shown_at = min(at for at in showing if at >= since_at and _wall(at, zone) >= wall)
    if _wall(shown_at, zone) == wall:
        return shown_at
    # `wall` falls into a gap, which lies between the two readings of it: halve to the second where it ends.
    unseen_at = max(before_at, min(showing)).replace(microsecond=0)
    while shown_at - unseen_at > timedelta(seconds=1):
        middle_at = unseen_at + timedelta(seconds=(shown_at - unseen_at) // timedelta(seconds=2))
        if _wall(middle_at, zone) >= wall:
            shown_at = middle_at
        else:
            unseen_at = middle_at
    return shown_at
