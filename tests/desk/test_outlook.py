"""What lies ahead of a patient, on the page: drawn when the forecast is shown, and nowhere else."""

import re
from datetime import timedelta

import pytest

from diary.domain.outlook import unpack
from diary.services.clinics import ALWAYS, new_forecast
from diary.storage.courses import courses_of
from diary.storage.nights import assessments
from diary.storage.tables.night import Assessment
from diary.storage.unit import own
from tests.desk.house import Desk
from tests.little_clinic import at, day_number

# Relief of three quarters that is lost between days 30 and 55.
FADING = "2 " * 28 + "3 " * 6 + "4 " * 6 + "5 " * 6 + "6 " * 6 + "7 " * 18
NIGHT = day_number(42)


def choose(desk: Desk, mode: str) -> None:
    with desk.clinic.unit(write=True) as session:
        new_forecast(session, mode=mode, prior={}, note="for the test", now=ALWAYS)


def treated(desk: Desk, scores: str = FADING) -> int:
    patient_id = desk.clinic.treated("P-1", scores)
    desk.clinic.run_nights(NIGHT, first=day_number(1))
    desk.set_clock(at(NIGHT + timedelta(days=1)))
    return patient_id


def finding(desk: Desk, patient_id: int) -> Assessment:
    with desk.reading() as session:
        (course,) = courses_of(session, patient_id)
        return assessments(session, [course.id])[course.id]


@pytest.fixture
def page(desk: Desk) -> str:
    choose(desk, "on")
    patient_id = treated(desk)
    return desk.sign_in().get(desk.page(patient_id))


def test_the_chart_has_a_fan_of_eight_in_ten_that_reaches_eight_weeks_ahead(page):
    assert page.count('class="c-fan"') == 2, "a wide and a narrow layout"
    assert re.search(r"Forecast for 17 Apr: \d\.\d, 8 in 10 between \d\.\d and \d\.\d\.", page)


def test_each_of_twenty_courses_like_this_one_is_a_dot(page):
    (wide, narrow) = re.findall(r"<svg[^>]*><title>When may relief end\?.*?</svg>", page, re.DOTALL)
    assert wide.count("<circle") == narrow.count("<circle") == 20
    assert re.search(r"Of 20 courses like this one, \w+ ha(s|ve) lost relief by now, 1\d by 20 Mar", page)


def test_it_says_what_fits_the_answers_and_how_much_it_can_see(page):
    assert re.search(r"relief that fades slowly \d+ %", page)
    assert re.search(r"the answers ruled out \d+ % of the days", page)


def test_in_the_shadow_nothing_of_it_is_kept_or_shown(desk):
    choose(desk, "shadow")
    patient_id = treated(desk)
    page = desk.sign_in().get(desk.page(patient_id))
    assert finding(desk, patient_id).outlook is None
    assert "c-fan" not in page
    assert "When may relief end" not in page


def test_switched_off_it_is_gone_from_the_page_at_once(desk):
    choose(desk, "on")
    patient_id = treated(desk)
    with desk.clinic.unit(write=True) as session:
        new_forecast(session, mode="shadow", prior={}, note="for the test", now=at(NIGHT + timedelta(days=1)))
    assert "When may relief end" not in desk.sign_in().get(desk.page(patient_id))


def test_an_outlook_of_another_release_is_left_out_and_the_page_stands(desk):
    choose(desk, "on")
    patient_id = treated(desk)
    with desk.clinic.unit(write=True) as session:
        (row,) = session.scalars(own(session, Assessment))
        row.outlook = b"\xff" + row.outlook[1:]
    page = desk.sign_in().get(desk.page(patient_id))
    assert "When may relief end" not in page
    assert "Mean of 7 days" in page


def test_switched_on_the_next_night_keeps_it_though_no_figure_changed(desk):
    choose(desk, "shadow")
    patient_id = treated(desk, ". " * 42)
    choose(desk, "on")
    tomorrow = NIGHT + timedelta(days=1)
    desk.clinic.run_nights(tomorrow, first=tomorrow)
    ahead = unpack(finding(desk, patient_id).outlook)
    assert ahead.narrowed < 0.2, "nobody answered"


def test_of_a_course_without_a_baseline_nothing_is_kept(desk):
    choose(desk, "on")
    patient_id = desk.clinic.treated("P-1", FADING, before=". " * 14)
    desk.clinic.run_nights(NIGHT, first=day_number(1))
    assert finding(desk, patient_id).outlook is None


def test_beside_an_alert_stands_how_much_later_the_rule_spoke(desk):
    choose(desk, "on")
    patient_id = treated(desk)
    nurse = desk.sign_in()
    assert re.search(r"The 30 % rule has not spoken, \d+ days? after the", nurse.get(desk.page(patient_id)))
    later = day_number(68)
    desk.clinic.run_nights(later, first=NIGHT + timedelta(days=1))
    desk.set_clock(at(later + timedelta(days=1)))
    found = re.search(
        r"The 30 % rule spoke on \d+ March, (\d+) days after the forecast\.", nurse.get(desk.page(patient_id))
    )
    assert int(found[1]) >= 14
