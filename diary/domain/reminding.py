"""When a patient is reminded: once at their hour where they are now, once more, and then not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Final, Literal
from zoneinfo import ZoneInfo

from diary.domain.days import diary_day, first_showing
from diary.domain.hours import Hours

Step = Literal["reminder", "nudge"]

DEFAULT_MINUTE: Final = 20 * 60
NUDGE_AFTER: Final = timedelta(minutes=90)
# A million patients at eight: seventeen hundred notes a second, where one second would have had them all.
SPREAD_S: Final = 600
# What comes later than this helps nobody: the next evening is better.
LATE_MAX: Final = timedelta(minutes=45)
# Nothing rings in the night, unless the patient's own hour lies in it; a nudge never does.
AWAKE: Final = Hours(time(8), time(22))
# Who has not answered for a week is not answering the reminder either; the clinic sees the silence.
GIVE_UP_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Wish:
    """When a patient wants to be reminded: the minute of the day on the clock around them."""

    on: bool
    minute: int
    zone: str
    seed: str
    """The patient's own; it moves their moment within the spread."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is looked at next, and when."""

    step: Step
    at: datetime
    day: date
    """The diary day that it is about."""


@dataclass(frozen=True, slots=True)
class Today:
    """What is known of a patient as their moment comes."""

    followed: bool
    asked: bool
    """Whether an answer is expected on this day: not on the free days of a thin schedule."""
    answered: bool
    unanswered_days: int
    """Days in a row, up to yesterday, that were asked about and have no answer."""


def spread_s(seed: str) -> int:
    """How many seconds after their hour this patient's moment is; always the same.

    >>> 0 <= spread_s("0193b5c2") < 600
    True
    """
    return int.from_bytes(sha256(seed.encode()).digest()[:4], "big") % SPREAD_S


def first_plan(wish: Wish, *, after: datetime) -> Plan | None:
    """The next evening that is still ahead; None for who wants no reminder.

    >>> wish = Wish(on=True, minute=1200, zone="Asia/Tokyo", seed="0193b5c2")
    >>> plan = first_plan(wish, after=datetime(2026, 8, 3, 9, tzinfo=ZoneInfo("UTC")))
    >>> plan.step, str(plan.day), plan.at.hour
    ('reminder', '2026-08-03', 11)
    """
    if not wish.on:
        return None
    zone = ZoneInfo(wish.zone)
    day = after.astimezone(zone).date() - timedelta(days=1)
    while True:
        at = _moment(wish, day, zone)
        if at > after:
            return Plan("reminder", at, diary_day(at, zone))
        day += timedelta(days=1)


def is_right_time(wish: Wish, plan: Plan, *, now: datetime) -> bool:
    """Whether this is still, and already, the patient's moment where they are now."""
    zone = ZoneInfo(wish.zone)
    hour_at = plan.at if plan.step == "reminder" else plan.at - NUDGE_AFTER
    if plan.day != diary_day(hour_at, zone):
        return False  # planned for another place: who lands at their hour may have answered for this day
    wall = hour_at.astimezone(zone)
    due_minute = wall.hour * 60 + wall.minute
    off = (due_minute - wish.minute) % (24 * 60)
    if off * 60 > SPREAD_S + 60 or not plan.at <= now <= plan.at + LATE_MAX:
        return False
    return plan.step == "reminder" or not is_quiet(now.astimezone(zone).time())


def sends(plan: Plan, wish: Wish, today: Today, *, now: datetime) -> bool:
    """Whether the patient hears anything now."""
    if not wish.on or not today.followed or not today.asked or today.answered:
        return False
    return today.unanswered_days < GIVE_UP_DAYS and is_right_time(wish, plan, now=now)


def next_plan(plan: Plan, wish: Wish, *, sent: bool, now: datetime) -> Plan | None:
    """After a reminder that was sent comes one nudge; after anything else the next evening."""
    if sent and plan.step == "reminder":
        return Plan("nudge", plan.at + NUDGE_AFTER, plan.day)
    return first_plan(wish, after=max(now, plan.at))


def ends_at(plan: Plan) -> datetime:
    """Past this it is not sent any more: the nudge takes over, or the night begins."""
    return plan.at + (NUDGE_AFTER if plan.step == "reminder" else LATE_MAX)


def disturbs(step: Step, wish: Wish, *, now: datetime) -> bool:
    """Whether a note would ring in the patient's night, however it came to be so late there.

    Who chose an hour of the night is reminded in it.
    """
    zone = ZoneInfo(wish.zone)
    own_hour = time(wish.minute // 60, wish.minute % 60)
    return is_quiet(now.astimezone(zone).time()) and (step == "nudge" or not is_quiet(own_hour))


def is_quiet(wall: time) -> bool:
    """Whether it is night on the patient's clock.

    >>> is_quiet(time(22)), is_quiet(time(21, 59)), is_quiet(time(7, 59)), is_quiet(time(8))
    (True, False, True, False)
    """
    return not AWAKE.hold(wall)


def unanswered_in_a_row(asked: Sequence[date], answered: frozenset[date]) -> int:
    """How many of the newest asked days have no answer.

    >>> days = [date(2026, 8, day) for day in (1, 2, 3, 4)]
    >>> unanswered_in_a_row(days, frozenset({date(2026, 8, 2)}))
    2
    """
    count = 0
    for day in reversed(asked):
        if day in answered:
            break
        count += 1
    return count


def _moment(wish: Wish, day: date, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(day, time(wish.minute // 60, wish.minute % 60))
    return first_showing(wall, zone) + timedelta(seconds=spread_s(wish.seed))
