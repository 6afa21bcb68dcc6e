"""A patient is reminded once at their hour where they are, once more, and then not at all."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from diary.domain.reminding import (
    GIVE_UP_DAYS,
    SPREAD_S,
    Plan,
    Today,
    Wish,
    disturbs,
    ends_at,
    first_plan,
    is_quiet,
    next_plan,
    sends,
    spread_s,
    unanswered_in_a_row,
)

EXPECTED = Today(followed=True, asked=True, answered=False, unanswered_days=0)
NOON = datetime(2026, 8, 3, 12, tzinfo=UTC)


def wish(zone: str = "Europe/Amsterdam", minute: int = 1200, *, on: bool = True) -> Wish:
    return Wish(on=on, minute=minute, zone=zone, seed="0193b5c2")


def evening(a_wish: Wish, *, after: datetime = NOON) -> Plan:
    plan = first_plan(a_wish, after=after)
    assert plan is not None
    return plan


def wall(plan: Plan, zone: str) -> str:
    return f"{plan.at.astimezone(ZoneInfo(zone)):%d %H:%M}"


def hears(plan: Plan, a_wish: Wish, today: Today = EXPECTED, *, late: timedelta = timedelta(0)) -> bool:
    return sends(plan, a_wish, today, now=plan.at + late)


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Apia"])
def test_the_reminder_comes_at_eight_on_the_patient_s_own_clock(zone):
    plan = evening(wish(zone))
    minutes = plan.at.astimezone(ZoneInfo(zone)).hour * 60 + plan.at.astimezone(ZoneInfo(zone)).minute
    assert 1200 <= minutes <= 1200 + SPREAD_S // 60
    assert hears(plan, wish(zone))


def test_then_one_nudge_an_hour_and_a_half_later_and_then_the_next_evening():
    first = evening(wish())
    nudge = next_plan(first, wish(), sent=True, now=first.at)
    assert (nudge.step, nudge.at - first.at) == ("nudge", timedelta(minutes=90))
    assert hears(nudge, wish())
    after = next_plan(nudge, wish(), sent=True, now=nudge.at)
    assert (after.step, after.day - first.day) == ("reminder", timedelta(days=1))


@pytest.mark.parametrize(
    "today",
    [
        Today(followed=True, asked=True, answered=True, unanswered_days=0),
        Today(followed=False, asked=True, answered=False, unanswered_days=0),
        Today(followed=True, asked=False, answered=False, unanswered_days=0),
        Today(followed=True, asked=True, answered=False, unanswered_days=GIVE_UP_DAYS),
    ],
    ids=["answered", "paused or no longer followed", "a free day", "a week of silence"],
)
def test_who_need_not_be_reminded_is_not_and_there_is_no_nudge_either(today):
    plan = evening(wish())
    assert not hears(plan, wish(), today)
    assert next_plan(plan, wish(), sent=False, now=plan.at).step == "reminder"


def test_six_silent_days_are_still_reminded():
    assert hears(evening(wish()), wish(), Today(True, True, False, GIVE_UP_DAYS - 1))


def test_after_an_outage_no_reminder_comes_in_the_night():
    plan = evening(wish())
    assert hears(plan, wish(), late=timedelta(minutes=45))
    assert not hears(plan, wish(), late=timedelta(minutes=46))


def test_a_nudge_is_never_sent_in_the_night_and_a_late_hour_of_one_s_own_is_kept():
    late = wish(minute=22 * 60 + 30)
    plan = evening(late)
    assert hears(plan, late)
    assert not hears(next_plan(plan, late, sent=True, now=plan.at), late)


def test_who_flew_west_is_not_reminded_at_the_hour_of_the_place_they_left():
    plan = evening(wish("Europe/Amsterdam"))
    there = wish("America/New_York")
    assert not hears(plan, there)
    again = next_plan(plan, there, sent=False, now=plan.at)
    assert wall(again, "America/New_York").startswith("03 20:")


def test_a_reminder_waits_no_longer_than_until_the_nudge():
    plan = evening(wish())
    assert ends_at(plan) == next_plan(plan, wish(), sent=True, now=plan.at).at


def test_who_wants_none_has_no_moment():
    assert first_plan(wish(on=False), after=NOON) is None


@pytest.mark.parametrize(
    "zone", ["Europe/Amsterdam", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo"]
)
@pytest.mark.parametrize("minute", [0, 150, 1200, 1439])
def test_through_a_year_of_clock_changes_each_day_has_one_reminder(zone, minute):
    a_wish = wish(zone, minute)
    plan, days = evening(a_wish, after=datetime(2026, 1, 1, 12, tzinfo=UTC)), []
    for _ in range(365):
        hour_at = plan.at - timedelta(seconds=spread_s(a_wish.seed))
        days.append(hour_at.astimezone(ZoneInfo(zone)).date())
        plan = next_plan(plan, a_wish, sent=False, now=plan.at)
    begin = days[0]
    assert days == [begin + timedelta(days=n) for n in range(365)]


def test_a_hundred_thousand_patients_at_eight_are_spread_over_ten_minutes():
    seconds = Counter(spread_s(f"patient {number}") for number in range(100_000))
    assert len(seconds) == SPREAD_S
    assert max(seconds.values()) < 1.5 * 100_000 / SPREAD_S


def test_silence_is_counted_in_days_that_were_asked_about():
    asked = [date(2026, 8, day) for day in range(1, 8)]
    assert unanswered_in_a_row(asked, frozenset()) == 7
    assert unanswered_in_a_row(asked, frozenset({asked[-1]})) == 0


def test_a_note_that_was_held_up_does_not_ring_in_the_night():
    ten = datetime(2026, 8, 3, 22, tzinfo=ZoneInfo("Europe/Amsterdam"))
    late = wish(minute=22 * 60 + 30)
    assert disturbs("reminder", wish(), now=ten)
    assert not disturbs("reminder", late, now=ten)
    assert disturbs("nudge", late, now=ten)
    assert disturbs("reminder", wish("Asia/Tokyo"), now=ten)


def test_the_night_is_from_ten_to_eight():
    assert is_quiet(datetime(2026, 8, 3, 23, tzinfo=UTC).time())
    assert not is_quiet(NOON.time())


def test_who_lands_just_at_their_hour_is_not_reminded_of_the_day_of_the_place_they_left():
    there = wish("America/New_York")
    eight = datetime(2026, 8, 4, 0, tzinfo=UTC)  # in New York it is still the third, in Amsterdam the fourth
    assert not hears(Plan("reminder", eight, date(2026, 8, 4)), there)
    assert hears(Plan("reminder", eight, date(2026, 8, 3)), there)
