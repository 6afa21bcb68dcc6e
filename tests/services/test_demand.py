"""The weeks ahead: who may need a bed is asked for in the week of the loss, and who has one booked is not."""

from datetime import timedelta

import pytest

from diary.domain.outlook import unpack
from diary.services.chairs import add_chair, close_days
from diary.services.clinics import ALWAYS, new_forecast
from diary.services.demand import WEEKS, WeekAhead, WeeksAhead, weeks_ahead
from diary.storage.chairs import chairs_in_use
from diary.storage.courses import courses_of
from diary.storage.nights import foreseen_courses
from tests.little_clinic import LittleClinic, a_regimen, at, day_number
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


def beds(found: WeeksAhead) -> tuple[WeekAhead, ...]:
    """The weeks of the only kind there is."""
    (kind,) = found.kinds
    assert kind.kind == "bed"
    return kind.weeks


def test_what_is_asked_for_is_the_share_of_like_courses_that_lose_relief_by_then(fading):
    found = ahead(fading)
    end = beds(found)[-1].monday + timedelta(days=7)
    with fading.unit() as session:
        days = [
            one.last_infusion_day + timedelta(days=day)
            for one in foreseen_courses(session)
            for day in unpack(one.outlook).loss_days
            if day is not None
        ]
    asked = sum(week.demand.mean_days for week in beds(found))
    assert asked == pytest.approx(5 * sum(max(day, found.earliest) < end for day in days) / 20)
    assert asked > 5
    assert found.earliest == NOW.date() + timedelta(days=LEAD_DAYS)
    assert [week.demand.mean_days for week in beds(found)[:4]] == [0] * 4, "nobody can be treated before"
    assert (found.courses, found.waiting, len(beds(found))) == (3, 0, WEEKS)


def test_who_has_a_booking_is_no_longer_foreseen_but_waits_or_is_booked(fading):
    with fading.unit(write=True) as session:
        waits, offered = request(session, 1), request(session, 2)
        take(session, offered, "authorise")
        take(session, offered, "offer")
        days = (offered.offered_first_day, offered.offered_last_day)
    found = ahead(fading)
    assert (found.courses, found.waiting, found.waiting_days) == (1, 1, 5)
    assert waits.state == "requested"
    held = [week.booked_days for week in beds(found) if week.monday <= days[0] < week.monday + timedelta(7)]
    assert held == [(days[1] - days[0]).days + 1]


def test_beds_and_chairs_do_not_stand_in_for_each_other(fading):
    with fading.unit(write=True) as session:
        add_chair(session, name="Chair 1", kind="chair", weekdays=("mon", "tue"), now=NOW)
        in_a_chair = courses_of(session, 1)[-1]
        in_a_chair.regimen_id = a_regimen(session, "In a chair").id
        a_regimen(session, "In a chair").setting = "outpatient"
    chairs, in_beds = ahead(fading).kinds
    assert [(kind.kind, kind.places, kind.weeks[0].open_days) for kind in (chairs, in_beds)] == [
        ("chair", 1, 2),
        ("bed", 1, 7),
    ]
    asked = [sum(week.demand.mean_days for week in kind.weeks) for kind in (chairs, in_beds)]
    assert asked[1] == pytest.approx(2 * asked[0]), "one patient of three had theirs in a chair"


def test_a_booking_holds_no_day_on_which_its_bed_is_closed(fading):
    with fading.unit(write=True) as session:
        offered = request(session, 2)
        take(session, offered, "authorise")
        take(session, offered, "offer")
        first = offered.offered_first_day
        monday = first - timedelta(days=first.weekday())
        (bed,) = chairs_in_use(session)
        bed.weekdays, offered.chair_id = ["mon", "tue", "wed", "thu", "fri"], bed.id
        offered.offered_first_day, offered.offered_last_day = monday, monday + timedelta(days=11)
    booked = {week.monday: (week.open_days, week.booked_days) for week in beds(ahead(fading))}
    assert [booked[monday + timedelta(weeks=week)] for week in range(2)] == [(5, 5), (5, 5)]


def test_closed_days_are_not_open(fading):
    monday = beds(ahead(fading))[1].monday
    with fading.unit(write=True) as session:
        close_days(
            session, None, first_day=monday, last_day=monday + timedelta(days=1), reason="holiday", now=NOW
        )
    assert [week.open_days for week in beds(ahead(fading))] == [7, 5, 7, 7, 7, 7, 7, 7]


def test_nothing_is_foreseen_where_the_forecast_is_in_the_shadow(clinic):
    clinic.treated("P-1", FADING)
    clinic.run_nights(NIGHT, first=NIGHT)
    with clinic.unit() as session:
        assert weeks_ahead(session, now=NOW) is None


def test_a_week_is_short_by_what_is_asked_for_beyond_what_is_free(fading):
    week = beds(ahead(fading))[4]
    full = WeekAhead(week.monday, 5, 5, week.demand)
    empty = WeekAhead(week.monday, 100, 0, week.demand)
    assert full.short_by == (week.demand.low_days, week.demand.high_days)
    assert empty.short_by == (0, 0)
