"""A clinic's working days: its weekdays, without its holidays."""

from datetime import date

from diary.domain.working_days import WorkingDays

CHRISTMAS = (date(2026, 12, 25), date(2026, 12, 26))


def test_a_desk_works_from_monday_to_friday_unless_it_says_otherwise():
    week = WorkingDays()
    assert [week.holds(date(2026, 8, day)) for day in range(3, 10)] == [True] * 5 + [False] * 2
    assert WorkingDays(weekdays=[6]).holds(date(2026, 8, 8))


def test_a_message_of_christmas_eve_night_waits_for_the_monday_after():
    assert WorkingDays(holidays=[CHRISTMAS]).first_from(date(2026, 12, 25)) == date(2026, 12, 28)


def test_a_calendar_without_a_working_day_is_said_not_searched_for_ever():
    assert WorkingDays(weekdays=[]).first_from(date(2026, 12, 25)) is None
