"""Staff get one digest in the morning of a working day; an alert that nobody takes climbs, and ends red."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from diary.domain.telling import RUNGS, next_digest, rung, worked_ago
from diary.domain.working_days import WorkingDays

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ZONES = [(datetime(1900, 1, 1, tzinfo=UTC), AMSTERDAM.key)]
CHRISTMAS = WorkingDays(holidays=[(date(2026, 12, 25), date(2026, 12, 28))])


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("now", "days", "digest"),
    [
        ("2026-08-03 04:00", WorkingDays(), "2026-08-03 07:30"),
        ("2026-08-03 07:30", WorkingDays(), "2026-08-03 07:30"),
        ("2026-08-03 07:31", WorkingDays(), "2026-08-04 07:30"),
        ("2026-08-01 04:00", WorkingDays(), "2026-08-03 07:30"),
        ("2026-12-25 04:00", CHRISTMAS, "2026-12-29 07:30"),
        ("2026-03-29 01:00", WorkingDays((7,)), "2026-03-29 07:30"),
        ("2026-10-25 01:00", WorkingDays((7,)), "2026-10-25 07:30"),
        ("2026-08-03 04:00", WorkingDays(()), "2026-08-03 07:30"),
    ],
    ids=[
        "night",
        "on time",
        "too late",
        "weekend",
        "holidays",
        "clocks forward",
        "clocks back",
        "no work days",
    ],
)
def test_the_digest_comes_at_half_past_seven_of_the_next_working_day(now, days, digest):
    assert next_digest(here(now), ZONES, days) == here(digest)


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("2026-08-03 08:00", "2026-08-03 12:00", 4),
        ("2026-08-03 16:00", "2026-08-04 09:00", 2),
        ("2026-07-31 16:00", "2026-08-03 09:00", 2),
        ("2026-12-24 16:00", "2026-12-29 09:00", 2),
        ("2026-08-03 17:00", "2026-08-03 23:00", 0),
    ],
    ids=["a morning", "over night", "over a weekend", "over Christmas", "an evening"],
)
def test_only_hours_at_the_desk_make_an_alert_older(since, until, hours):
    assert worked_ago(hours, here(until), ZONES, CHRISTMAS) == here(since)


def test_nobody_taking_it_it_goes_to_colleagues_then_to_the_admins_and_then_stays_red():
    now = here("2026-08-07 17:00")
    climbed_at = [worked_ago(hours, now, ZONES, WorkingDays()) for hours in (8, 16, 24)]
    opened = [now - timedelta(days=days) for days in range(6)]
    assert [rung(since, climbed_at) for since in opened] == [*RUNGS[:3], *["banner"] * 3]


def test_a_clinic_that_never_works_has_waited_a_year_at_most():
    now = here("2026-08-07 17:00")
    assert now - worked_ago(8, now, ZONES, WorkingDays(())) == timedelta(days=366)
