"""Days and nights: what the patient's wall clock says, and when the clinic's night is due."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diary.domain.days import (
    answerable_days,
    clock_check,
    day_number,
    day_of_number,
    diary_day,
    due_nights,
    night_due,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ALWAYS = datetime.min.replace(tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
ALL_ZONES = sorted(available_timezones() - {"localtime", "Factory"})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def four_o_clock_after(night: date) -> datetime:
    return datetime.combine(night + DAY, time(4))


class TestDiaryDay:
    @pytest.mark.parametrize(
        ("local", "day"),
        [
            ("2026-08-01T03:00", "2026-08-01"),
            ("2026-08-01T23:59", "2026-08-01"),
            ("2026-08-02T01:00", "2026-08-01"),
            ("2026-08-02T02:59", "2026-08-01"),
            ("2026-08-02T03:00", "2026-08-02"),
        ],
    )
    def test_tonight_at_one_is_still_yesterday_and_the_day_closes_at_three(self, local, day):
        moment = datetime.fromisoformat(local).replace(tzinfo=AMSTERDAM)
        assert diary_day(moment, AMSTERDAM) == date.fromisoformat(day)

    def test_the_night_the_clocks_go_forward_closes_when_they_skip_to_three(self):
        assert diary_day(at("2026-03-29T00:59:59"), AMSTERDAM) == date(2026, 3, 28)
        assert diary_day(at("2026-03-29T01:00"), AMSTERDAM) == date(2026, 3, 29)

    def test_the_night_the_clocks_go_back_stays_one_day_through_both_hours(self):
        assert diary_day(at("2026-10-25T00:30"), AMSTERDAM) == date(2026, 10, 24)
        assert diary_day(at("2026-10-25T01:30"), AMSTERDAM) == date(2026, 10, 24)
        assert diary_day(at("2026-10-25T02:00"), AMSTERDAM) == date(2026, 10, 25)

    def test_the_same_moment_is_another_day_across_the_date_line(self):
        moment = at("2026-08-01T20:00")
        assert diary_day(moment, ZoneInfo("Pacific/Auckland")) == date(2026, 8, 2)
        assert diary_day(moment, ZoneInfo("Pacific/Pago_Pago")) == date(2026, 8, 1)

    def test_today_and_yesterday_can_be_answered_newest_first(self):
        moment = datetime(2026, 8, 2, 1, tzinfo=AMSTERDAM)
        assert answerable_days(moment, AMSTERDAM, 1) == [date(2026, 8, 1), date(2026, 7, 31)]
        assert answerable_days(moment, AMSTERDAM, 0) == [date(2026, 8, 1)]


class TestDayNumbers:
    def test_every_infusion_day_is_day_0_and_the_days_around_them_count_away_from_them(self):
        first, last = date(2026, 8, 3), date(2026, 8, 7)
        numbers = [day_number(date(2026, 8, 1) + n * DAY, first, last) for n in range(9)]
        assert numbers == [-2, -1, 0, 0, 0, 0, 0, 1, 2]

    @given(
        first=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
        infused_days=st.integers(1, 60),
        number=st.integers(-400, 900).filter(bool),
    )
    def test_a_day_number_and_its_date_name_the_same_day(self, first, infused_days, number):
        last = first + (infused_days - 1) * DAY
        assert day_number(day_of_number(number, first, last), first, last) == number

    def test_day_0_is_no_single_date(self):
        with pytest.raises(ValueError, match="every infusion day"):
            day_of_number(0, date(2026, 8, 3), date(2026, 8, 7))


class TestClockCheck:
    def test_a_clock_that_is_right_is_left_alone(self):
        answered = at("2026-08-01T20:00")
        check = clock_check(answered, answered, answered + 2 * SECOND, AMSTERDAM)
        assert (check.skew_s, check.suspect) == (-2, False)
        assert check.day_meant_as_answered == check.day_corrected == date(2026, 8, 1)

    def test_an_answer_given_offline_keeps_its_own_day_however_late_it_is_sent(self):
        answered = at("2026-08-01T20:00")
        sent = answered + 9 * DAY
        check = clock_check(answered, sent, sent, AMSTERDAM)
        assert (check.skew_s, check.suspect, check.corrected_at) == (0, False, answered)

    def test_a_clock_an_hour_ahead_is_corrected_and_not_suspect_within_the_day(self):
        phone = at("2026-08-01T20:00")
        check = clock_check(phone, phone, phone - timedelta(hours=1), AMSTERDAM)
        assert (check.skew_s, check.suspect) == (3600, False)
        assert check.corrected_at == at("2026-08-01T19:00")

    def test_a_clock_an_hour_ahead_is_suspect_when_that_changes_the_diary_day(self):
        phone = at("2026-08-02T01:30")  # 03:30 in Amsterdam, truly 02:30
        check = clock_check(phone, phone, phone - timedelta(hours=1), AMSTERDAM)
        assert check.suspect
        assert (check.day_meant_as_answered, check.day_corrected) == (date(2026, 8, 2), date(2026, 8, 1))

    @pytest.mark.parametrize(("skew_min", "suspect"), [(10, False), (11, True)])
    def test_ten_minutes_are_tolerated_also_across_the_close_of_the_day(self, skew_min, suspect):
        received = at("2026-08-02T00:55")  # 02:55 in Amsterdam
        phone = received + timedelta(minutes=skew_min)
        check = clock_check(phone, phone, received, AMSTERDAM)
        assert check.suspect is suspect

    @pytest.mark.parametrize("year", [1, 1970, 2027, 2038, 9999])
    @pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Amsterdam"])
    def test_a_clock_years_off_is_suspect_and_its_day_is_told_by_the_server(self, year, zone):
        received = at("2026-08-01T12:00")
        phone = received.replace(year=year)
        check = clock_check(phone, phone, received, ZoneInfo(zone))
        assert check.suspect
        assert check.day_corrected == diary_day(received, ZoneInfo(zone))

    @given(
        answered_at=st.datetimes(timezones=st.just(UTC)),
        sent_at=st.datetimes(timezones=st.just(UTC)),
        zone=st.sampled_from(["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"]),
    )
    def test_no_clock_however_wrong_is_refused(self, answered_at, sent_at, zone):
        check = clock_check(answered_at, sent_at, at("2026-08-01T12:00"), ZoneInfo(zone))
        assert check.suspect <= (abs(check.skew_s) >= 600)


class TestNightDue:
    @pytest.mark.parametrize(
        ("zone", "night", "due"),
        [
            ("Europe/Amsterdam", "2026-08-01", "2026-08-02T02:00"),
            ("Europe/Amsterdam", "2026-03-28", "2026-03-29T02:00"),  # clocks went forward at 02:00
            ("Europe/Amsterdam", "2026-10-24", "2026-10-25T03:00"),  # clocks went back at 03:00
            ("Asia/Kathmandu", "2026-08-01", "2026-08-01T22:15"),
            ("Pacific/Apia", "2011-12-28", "2011-12-29T14:00"),
            (
                "Pacific/Apia",
                "2011-12-29",
                "2011-12-30T10:00",
            ),  # there was no 30th: due as the 31st begins
            ("Pacific/Apia", "2011-12-30", "2011-12-30T14:00"),
            ("Australia/Lord_Howe", "2026-10-03", "2026-10-03T17:00"),  # half an hour forward at 02:00
            ("America/Caracas", "2007-12-08", "2007-12-09T08:30"),  # half an hour back at 03:00
            ("Antarctica/Casey", "2009-10-17", "2009-10-17T18:00"),  # 02:00 became 05:00: there was no 04:00
            ("Antarctica/Casey", "2018-03-10", "2018-03-10T20:00"),  # 04:00 became 01:00: three hours later
        ],
    )
    def test_it_is_four_in_the_morning_on_the_clinics_clock(self, zone, night, due):
        assert night_due(date.fromisoformat(night), [(ALWAYS, zone)]) == at(due)

    def test_when_the_clinic_moves_east_over_four_oclock_it_is_due_at_the_move(self):
        moved_at = at("2026-08-02T01:30")  # 03:30 in Amsterdam, 04:30 in Helsinki
        zones = [(ALWAYS, "Europe/Amsterdam"), (moved_at, "Europe/Helsinki")]
        assert night_due(date(2026, 8, 1), zones) == moved_at
        assert night_due(date(2026, 8, 2), zones) == at("2026-08-03T01:00")

    def test_when_the_clinic_moves_west_after_its_night_the_night_stays_done(self):
        moved_at = at("2026-08-02T02:30")  # 04:30 in Amsterdam, 03:30 in London
        zones = [(ALWAYS, "Europe/Amsterdam"), (moved_at, "Europe/London")]
        assert night_due(date(2026, 8, 1), zones) == at("2026-08-02T02:00")
        assert night_due(date(2026, 8, 2), zones) == at("2026-08-03T03:00")

    def test_when_the_clinic_moves_west_before_its_night_it_waits_for_the_new_clock(self):
        moved_at = at("2026-08-02T01:30")
        zones = [(ALWAYS, "Europe/Amsterdam"), (moved_at, "Europe/London")]
        assert night_due(date(2026, 8, 1), zones) == at("2026-08-02T03:00")

    @pytest.mark.parametrize("zones", [[], [(at("2026-01-02"), "UTC"), (at("2026-01-01"), "UTC")]])
    def test_a_history_that_is_empty_or_out_of_order_is_refused(self, zones):
        with pytest.raises(ValueError, match="zone history"):
            night_due(date(2026, 8, 1), zones)

    def test_after_three_days_down_three_nights_are_due_oldest_first(self):
        zones = [(ALWAYS, "Europe/Amsterdam")]
        due = list(due_nights(date(2026, 8, 1), at("2026-08-04T02:00"), zones))
        assert due == [date(2026, 8, 1), date(2026, 8, 2), date(2026, 8, 3)]
        assert list(due_nights(date(2026, 8, 1), at("2026-08-02T01:59:59"), zones)) == []


def nights_near_a_change(zone: str) -> list[date]:
    """The nights from 2025 to 2035 within two days of a change of the zone's offset."""
    days = [at("2025-01-01") + n * DAY for n in range(11 * 365 + 3)]
    offsets = [day.astimezone(ZoneInfo(zone)).utcoffset() for day in days]
    near: set[date] = set()
    for day, (before, after) in zip(days, pairwise(offsets)):
        if before != after:
            near |= {(day + n * DAY).date() for n in range(-2, 4)}
    return sorted(near)


def test_no_night_is_skipped_doubled_or_early_around_any_clock_change_from_2025_to_2035():
    assert len(ALL_ZONES) > 400
    for zone in ALL_ZONES:
        nights = nights_near_a_change(zone)
        dues = [night_due(night, [(ALWAYS, zone)]) for night in nights]
        for night, due in zip(nights, dues):
            assert wall(due, zone) >= four_o_clock_after(night), (zone, night)
            assert wall(due - SECOND, zone) < four_o_clock_after(night), (zone, night)
        assert all(earlier < later for earlier, later in pairwise(dues)), zone


def check_eleven_years(zone: str) -> None:
    """Each of the 4,017 nights is due once, after the one before it, and about a day after that."""
    zones = [(ALWAYS, zone)]
    nights = list(due_nights(date(2025, 1, 1), at("2036-01-02"), zones))[:4017]
    assert nights == [date(2025, 1, 1) + n * DAY for n in range(4017)], zone
    dues = [night_due(night, zones) for night in nights]
    apart = {later - earlier for earlier, later in pairwise(dues)}
    assert timedelta(hours=20) <= min(apart) <= max(apart) <= timedelta(hours=28), zone


@pytest.mark.parametrize(
    "zone", ["Europe/Amsterdam", "Australia/Lord_Howe", "Africa/Casablanca", "America/Nuuk"]
)
def test_every_night_of_eleven_years_is_due_once_and_in_order(zone):
    check_eleven_years(zone)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_every_night_of_eleven_years_is_due_once_in_every_zone_of_the_world():
    assert len(ALL_ZONES) > 400
    for zone in ALL_ZONES:
        check_eleven_years(zone)


ZONES_OF_THE_WORLD = [
    "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Australia/Lord_Howe", "America/Santiago",
    "Africa/Casablanca", "Antarctica/Troll", "Antarctica/Casey", "America/Nuuk", "Asia/Kathmandu", "UTC",
]  # fmt: skip


def check_ledger(zones: list[tuple[datetime, str]], ticks: list[datetime]) -> None:
    """A scheduler that wakes at these moments and knows of each move once it was made: see what it runs.

    What is run at a tick is what was due by then and not run before: each night once, in order, none early,
    none left waiting, each with the cut-off that it has for ever, whatever moves follow.
    """
    first = ticks[0].date() - 2 * DAY
    following, cutoffs = first, []
    for now in ticks:
        known = [zones[0], *((since_at, zone) for since_at, zone in zones[1:] if since_at <= now)]
        for night in due_nights(following, now, known):
            assert night == following
            cutoffs.append(night_due(night, known))
            assert cutoffs[-1] <= now
            following = night + DAY
        assert clinic_clock(now, zones) < four_o_clock_after(following), (zones, now)
    assert cutoffs == [night_due(first + n * DAY, zones) for n in range(len(cutoffs))], zones
    assert cutoffs == sorted(cutoffs)


@settings(max_examples=400, deadline=None)
@given(
    start=st.dates(date(2025, 1, 1), date(2035, 11, 30)),
    homes=st.lists(st.sampled_from(ALL_ZONES), min_size=1, max_size=5),
    waits_s=st.lists(st.integers(1, 4 * 86_400), min_size=4, max_size=4),
    sleeps_s=st.lists(st.integers(1, 3 * 86_400), min_size=20, max_size=20),
    near_four_s=st.lists(st.integers(-2, 2), min_size=4, max_size=4),
)
def test_a_scheduler_runs_each_night_once_whatever_the_zone_however_it_moves_and_sleeps(
    start, homes, waits_s, sleeps_s, near_four_s
):
    begin = datetime(start.year, start.month, start.day, tzinfo=UTC)
    zones = [(ALWAYS, homes[0])]
    moved_at = begin
    for place, (home, wait_s) in enumerate(zip(homes[1:], waits_s)):
        moved_at += timedelta(seconds=wait_s)
        if place % 2:  # every second move comes within seconds of a night
            due = night_due(moved_at.date(), zones)
            moved_at = max(moved_at, due + timedelta(seconds=near_four_s[place]))
        zones.append((moved_at, home))
    ticks = [begin]
    for sleep_s in sleeps_s:
        ticks.append(ticks[-1] + timedelta(seconds=sleep_s))
    check_ledger(zones, ticks)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_scheduler_runs_each_night_once_around_every_change_of_the_clocks_in_every_zone():
    for zone in ALL_ZONES:
        nights = nights_near_a_change(zone)
        for night in nights[::6]:
            begin = datetime(night.year, night.month, night.day, tzinfo=UTC)
            check_ledger([(ALWAYS, zone)], [begin + n * timedelta(minutes=5) for n in range(6 * 288)])


@settings(max_examples=60)
@given(
    start=st.dates(date(2008, 1, 1), date(2034, 1, 1)),
    homes=st.lists(st.sampled_from(ZONES_OF_THE_WORLD), min_size=1, max_size=4),
    waits_s=st.lists(st.integers(1, 5 * 86_400), min_size=3, max_size=3),
)
def test_a_clinic_that_moves_about_has_each_night_at_its_first_possible_moment(start, homes, waits_s):
    moved_at = datetime(start.year, start.month, start.day, tzinfo=UTC)
    zones = [(ALWAYS, homes[0])]
    for home, wait_s in zip(homes[1:], waits_s):
        moved_at += timedelta(seconds=wait_s)
        zones.append((moved_at, home))
    nights = [start + n * DAY for n in range(-3, 20)]
    dues = [night_due(night, zones) for night in nights]
    assert dues == sorted(dues)
    for night, due in zip(nights, dues):
        assert clinic_clock(due, zones) >= four_o_clock_after(night)
        for earlier_s in (1, 600, 1800, 3600, 7200, 6 * 3600, 24 * 3600):
            earlier = due - timedelta(seconds=earlier_s)
            assert clinic_clock(earlier, zones) < four_o_clock_after(night)


def clinic_clock(moment: datetime, zones: list[tuple[datetime, str]]) -> datetime:
    """What the clinic's wall clock shows, read the slow way."""
    return wall(moment, [zone for since_at, zone in zones if since_at <= moment][-1])
