"""The weeks ahead: who may need a bed is asked for in the week of the loss, and who has one booked is not."""

from datetime import timedelta

import pytest

from diary.domain.outlook import unpack
from diary.services.chairs import add_chair, close_days
from diary.services.clinics import ALWAYS, new_forecast
from diary.services.demand import WEEKS, WeekAhead, WeeksAhead, weeks_ahead
from diary.storage.nights import foreseen_courses
from tests.little_clinic import LittleClinic, at, day_number
from tests.services.booking_steps import request, take

# Relief of three quarters that fades from day 28 on.
FADING = "2 " * 28 + "3 " * 6 + "4 " * 6 + "5 " * 6
NIGHT = day_number(42)
NOW = at(NIGHT + timedelta(days=1))
LEAD_DAYS = 28
WEEK_OF_BED = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.fixture
def fading(clinic: LittleClinic) -> LittleClinic:
    """Three patients whose relief fades, and one bed; staff see the forecast."""
    with clinic.unit(write=True) as session:
        new_forecast(session, mode="on", prior={}, note="for the test", now=ALWAYS)
        add_chair(session, name="Bed 1", kind="bed", weekdays=WEEK_OF_BED, now=NOW)
    for number in range(3):
        clinic.treated(f"P-{number}", FADING)
    clinic.run_nights(NIGHT, first=NIGHT)
    return clinic


def ahead(clinic: LittleClinic) -> WeeksAhead:
    with clinic.unit() as session:
        found = weeks_ahead(session, now=NOW)
    assert found is not None
    return found


def test_what_is_asked_for_is_the_share_of_like_courses_that_lose_relief_by_then(fading):
    found = ahead(fading)
    end = found.weeks[-1].monday + timedelta(days=7)
    with fading.unit() as session:
        days = [
            one.last_infusion_day + timedelta(days=day)
            for one in foreseen_courses(session)
            for day in unpack(one.outlook).loss_days
            if day is not None
        ]
    asked = sum(week.demand.mean_days for week in found.weeks)
    assert asked == pytest.approx(5 * sum(max(day, found.earliest) < end for day in days) / 20)
    assert asked > 5
    assert found.earliest == NOW.date() + timedelta(days=LEAD_DAYS)
    assert [week.demand.mean_days for week in found.weeks[:4]] == [0] * 4, "nobody can be treated before"
    assert (found.courses, found.waiting, len(found.weeks)) == (3, 0, WEEKS)


def test_who_has_a_booking_is_no_longer_foreseen_but_waits_or_is_booked(fading):
    with fading.unit(write=True) as session:
        waits, offered = request(session, 1), request(session, 2)
        take(session, offered, "authorise")
        take(session, offered, "offer")
        days = (offered.offered_first_day, offered.offered_last_day)
    found = ahead(fading)
    assert (found.courses, found.waiting, found.waiting_days) == (1, 1, 5)
    assert waits.state == "requested"
    held = [week.booked_days for week in found.weeks if week.monday <= days[0] < week.monday + timedelta(7)]
    assert held == [(days[1] - days[0]).days + 1]


def test_closed_days_are_not_open(fading):
    monday = ahead(fading).weeks[1].monday
    with fading.unit(write=True) as session:
        close_days(
            session, None, first_day=monday, last_day=monday + timedelta(days=1), reason="holiday", now=NOW
        )
    assert [week.open_days for week in ahead(fading).weeks] == [7, 5, 7, 7, 7, 7, 7, 7]


def test_nothing_is_foreseen_where_the_forecast_is_in_the_shadow(clinic):
    clinic.treated("P-1", FADING)
    clinic.run_nights(NIGHT, first=NIGHT)
    with clinic.unit() as session:
        assert weeks_ahead(session, now=NOW) is None


def test_a_week_is_short_by_what_is_asked_for_beyond_what_is_free(fading):
    week = ahead(fading).weeks[4]
    full = WeekAhead(week.monday, 5, 5, week.demand)
    empty = WeekAhead(week.monday, 100, 0, week.demand)
    assert full.short_by == (week.demand.low_days, week.demand.high_days)
    assert empty.short_by == (0, 0)
