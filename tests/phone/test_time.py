"""Which day an answer is for, wherever the phone goes and whatever its clock says."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from diary.domain.days import diary_day
from diary.storage.tables.patient import PatientZone
from schemas.fields import ZONES
from tests.phone.phone_clinic import TODAY, PhoneClinic, at
from tests.phone.phones import SmartPhone, smart_phone

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Trips and dates of which a well-known platform loses 11 of 24 finished diaries: it counts by raw offsets.
TRIPS = [
    ("Europe/Amsterdam", "America/Phoenix"),
    ("Europe/London", "Asia/Calcutta"),  # as Chromium calls Kolkata
    ("Europe/Amsterdam", "America/New_York"),
    ("America/New_York", "Europe/London"),
    ("Europe/Amsterdam", "Africa/Johannesburg"),
    ("Australia/Sydney", "Europe/Amsterdam"),
]
DATES = [date(2026, 1, 15), date(2026, 3, 20), date(2026, 7, 15), date(2026, 10, 15)]
SHORTEST_TRIP = timedelta(hours=6)


@contextmanager
def traveller(
    chromium: "Browser", clinic: PhoneClinic, *, start: datetime, zone: str
) -> Iterator[tuple[SmartPhone, int]]:
    """A phone that joined a moment ago, where the trip begins."""
    clinic.clock.moment = start
    patient_id = clinic.admit()
    with clinic.served() as base, smart_phone(chromium, clinic, base=base, zone=zone, now=start) as phone:
        phone.settle_in(patient_id)
        yield phone, patient_id


def be(phone: SmartPhone, clinic: PhoneClinic, moment: datetime) -> None:
    """It is that moment, there: on the phone's clock and on the service's."""
    assert isinstance(moment.tzinfo, ZoneInfo)
    clinic.clock.moment = moment
    phone.context.clock.set_system_time(moment)
    phone.travel(moment.tzinfo.key)
    phone.open()


def evening(day: date, zone: str, hour: int = 20) -> datetime:
    """That hour on the wall clock there."""
    return datetime.combine(day, time(hour), ZoneInfo(zone))


def next_evening(moment: datetime, zone: str) -> datetime:
    """The first evening there after the trip."""
    days = (evening(moment.date() + timedelta(days=shift), zone) for shift in range(-1, 3))
    return next(there for there in days if there - moment >= SHORTEST_TRIP)


@pytest.mark.parametrize(("home", "away"), TRIPS, ids=lambda zone: zone.split("/")[1])
def test_an_answer_before_a_trip_is_known_again_after_it_in_every_season(
    chromium: "Browser", sqlite_clinic: PhoneClinic, home: str, away: str
):
    start = evening(DATES[0] - timedelta(days=1), home, hour=9)
    expected: dict[date, tuple[int, str]] = {}
    with traveller(chromium, sqlite_clinic, start=start, zone=home) as (phone, patient_id):
        for nrs, day in enumerate(DATES, start=1):
            left = evening(day, home)
            be(phone, sqlite_clinic, left)
            phone.answer(nrs)
            phone.sent()
            expected[day] = (nrs, home)

            arrived = next_evening(left, away)
            be(phone, sqlite_clinic, arrived)
            if arrived.date() == day:  # westward it is still the same day: nothing is asked twice
                phone.sees(f"Saved: {nrs}")
                continue
            assert phone.page.locator(".scale:visible").count() == 1
            phone.answer(nrs + 4)
            phone.sent()
            expected[arrived.date()] = (nrs + 4, away)
    entries = sqlite_clinic.entries(patient_id)
    assert {entry.day: (entry.nrs, entry.zone) for entry in entries} == expected
    assert len(entries) == len(expected)
    for entry in entries:
        there = entry.answered_at.astimezone(ZoneInfo(entry.zone))
        offset = there.utcoffset()
        assert offset is not None
        assert (entry.answered_offset_min, entry.late, entry.clock_suspect) == (
            offset.total_seconds() / 60,
            False,
            False,
        )
        assert diary_day(entry.answered_at, ZoneInfo(entry.zone)) == entry.day


def test_east_over_the_date_line_a_day_comes_twice_and_is_asked_once(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    home, away = "Pacific/Auckland", "Pacific/Honolulu"
    saturday, sunday, monday = (date(2026, 6, 13) + timedelta(days=shift) for shift in range(3))
    with traveller(chromium, sqlite_clinic, start=evening(saturday, home, 9), zone=home) as (
        phone,
        patient_id,
    ):
        for day, nrs in ((saturday, 3), (sunday, 4)):
            be(phone, sqlite_clinic, evening(day, home))
            phone.answer(nrs)
            phone.sent()
        be(phone, sqlite_clinic, evening(saturday, away, 22))  # on arrival it is Saturday again
        phone.sees("Saved: 3")
        be(phone, sqlite_clinic, evening(sunday, away))
        phone.sees("Saved: 4")
        be(phone, sqlite_clinic, evening(monday, away))
        phone.answer(5)
        phone.sent()
    assert sqlite_clinic.standing(patient_id) == {saturday: 3, sunday: 4, monday: 5}


def test_west_over_the_date_line_the_day_left_out_can_be_added(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    home, away = "Pacific/Honolulu", "Pacific/Auckland"
    saturday, sunday, monday = (date(2026, 6, 13) + timedelta(days=shift) for shift in range(3))
    with traveller(chromium, sqlite_clinic, start=evening(saturday, home, 9), zone=home) as (
        phone,
        patient_id,
    ):
        be(phone, sqlite_clinic, evening(saturday, home))
        phone.answer(3)
        phone.sent()
        be(phone, sqlite_clinic, evening(monday, away))
        phone.answer(5)
        phone.press("Add your answer for Sunday", role="link")
        phone.sees("on Sunday?")
        phone.answer(4)
        phone.sent()
    assert sqlite_clinic.standing(patient_id) == {saturday: 3, sunday: 4, monday: 5}
    assert [row.zone for row in sqlite_clinic.rows(PatientZone)][-1] == away


def test_after_midnight_it_is_still_yesterdays_answer_until_three(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    with traveller(chromium, sqlite_clinic, start=at(TODAY), zone="Europe/Amsterdam") as (phone, patient_id):
        be(phone, sqlite_clinic, at(TODAY + timedelta(days=1), 2, 59))
        phone.sees("Saturday night, 21 November")
        phone.sees("It is after midnight. This is still for Saturday.")
        phone.answer(7)
        phone.sent()
        be(phone, sqlite_clinic, at(TODAY + timedelta(days=1), 3))
        phone.sees("Sunday 22 November")
        phone.answer(6)
        phone.sent()
    assert sqlite_clinic.standing(patient_id) == {TODAY: 7, TODAY + timedelta(days=1): 6}


def test_a_question_that_lay_open_over_night_is_asked_again_for_the_new_day(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    with traveller(chromium, sqlite_clinic, start=at(TODAY), zone="Europe/Amsterdam") as (phone, patient_id):
        phone.open()
        phone.choose(7)
        morning = at(TODAY + timedelta(days=1), 9)
        sqlite_clinic.clock.moment = morning
        phone.context.clock.set_system_time(morning)
        phone.press("Save")
        phone.sees("Sunday 22 November")
        assert phone.waiting() == []
        phone.answer(5)
        phone.sent()
    assert sqlite_clinic.standing(patient_id) == {TODAY + timedelta(days=1): 5}


def test_a_clock_off_by_an_hour_changes_no_day_in_the_evening(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    off = {TODAY: timedelta(hours=1), TODAY + timedelta(days=1): timedelta(hours=-1)}
    with traveller(chromium, sqlite_clinic, start=at(TODAY), zone="Europe/Amsterdam") as (phone, patient_id):
        for day in off:
            sqlite_clinic.clock.moment = at(day)
            phone.context.clock.set_system_time(at(day) + off[day])
            phone.open()
            phone.answer(7)
            phone.sent()
    stored = {
        entry.day: timedelta(minutes=round(entry.skew_s / 60)) for entry in sqlite_clinic.entries(patient_id)
    }
    assert stored == off
    assert not any(entry.clock_suspect for entry in sqlite_clinic.entries(patient_id))


@pytest.mark.parametrize(
    ("right", "off"),
    [
        (at(TODAY + timedelta(days=1), 2, 30), timedelta(hours=1)),
        (at(TODAY), timedelta(days=365)),
        (at(TODAY), timedelta(days=-365)),
    ],
    ids=str,
)
def test_a_clock_that_changes_the_day_is_told_and_the_answer_kept_apart_until_the_clock_is_right(
    chromium: "Browser", sqlite_clinic: PhoneClinic, right: datetime, off: timedelta
):
    with traveller(chromium, sqlite_clinic, start=right, zone="Europe/Amsterdam") as (phone, patient_id):
        phone.context.clock.set_system_time(right + off)
        phone.open()
        phone.answer(7)
        phone.sees("The clock of this phone is wrong. Set it right. Then answer again.")
        [entry] = sqlite_clinic.entries(patient_id)
        assert (entry.nrs, entry.clock_suspect) == (7, True)

        phone.context.clock.set_system_time(right)
        phone.open()
        phone.answer(6)
        phone.sent()
        phone.page.get_by_text("The clock of this phone is wrong.").locator("visible=true").wait_for(
            state="detached"
        )
    assert {entry.day: entry.clock_suspect for entry in sqlite_clinic.entries(patient_id)} == {
        entry.day: True,
        TODAY: False,
    }


def test_the_service_knows_every_zone_that_a_phone_may_name(chromium: "Browser", sqlite_clinic: PhoneClinic):
    with sqlite_clinic.served() as base, smart_phone(chromium, sqlite_clinic, base=base) as phone:
        phone.page.goto(f"{base}/app/join")
        named = phone.page.evaluate("Intl.supportedValuesOf('timeZone')")
    assert len(named) > 400
    assert [zone for zone in named if zone not in ZONES] == []
