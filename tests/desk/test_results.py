"""The page of how long relief lasts: figures with their age, groups too small left out, nobody named."""

from datetime import timedelta

import pytest

from diary.domain.simulation.parameters import KETAMINE
from diary.services.results import compute, keep
from tests.desk.browsing import browsing
from tests.desk.house import MORNING, Desk, serving, words_of
from tests.desk.test_every_page import CUT_OFF, read
from tests.little_clinic import at, day_number
from tests.services.simulated_clinic import cohort, every, fill

NIGHT = day_number(84)


@pytest.fixture
def learned(desk: Desk) -> Desk:
    """Forty simulated courses, one of which has its infusion on record; figures that are three hours old."""
    fill(desk.clinic, cohort(40, KETAMINE, seed=3), every(2, 40, until=NIGHT - timedelta(days=20)))
    desk.name(1, "Anneke de Boer")
    with desk.clinic.unit(write=True) as session:
        found = compute(session, night=NIGHT, cutoff_at=at(NIGHT + timedelta(days=1), hour=4))
        keep(session, found, night=NIGHT, now=MORNING - timedelta(hours=3))
    return desk


def test_before_the_first_week_the_page_says_when_figures_come(desk):
    page = desk.sign_in("coordinator").get("/desk/results")
    assert "Once a week, after Sunday" in page


def test_a_researcher_sees_figures_and_pseudonyms_and_no_patient(learned):
    researcher = learned.sign_in("researcher")
    page = researcher.get("/desk/results")
    told = words_of(page)
    assert "computed 3 h ago" in told
    assert "40 courses of 40 patients" in told
    assert "Not randomised" in told
    assert "S-ketamine" in told
    assert page.count("<svg") == 2
    assert "Anneke" not in page
    assert "Patients</a>" not in page, "nor is shown a way there"
    researcher.get("/desk/patients", status=403)


def test_a_researcher_who_signs_in_comes_to_the_results(desk):
    desk.admit_person("researcher")
    answer = desk.app.test_client().post(
        "/desk/sign-in", data={"email": "researcher@clinic.example", "password": "four plain words here"}
    )
    assert answer.headers["Location"] == "/desk/results"


def test_a_group_of_few_is_said_to_be_too_few(learned):
    told = words_of(learned.sign_in("physician").get("/desk/results"))
    assert "S-ketamine under 10 who responded: too few" in told
    assert "Not recorded 39 39" in told


def test_a_way_to_tell_apart_that_is_not_known_shows_the_first(learned):
    assert 'aria-current="page">Agent' in learned.sign_in("physician").get("/desk/results?by=nonsense")


@pytest.mark.parametrize("width", [320, 1280])
def test_the_filled_page_fits_any_screen(learned, chromium, width):
    with (
        serving(learned.app) as base,
        browsing(chromium, learned, base, who="researcher", width=width) as researcher,
    ):
        page = researcher.go("/desk/results?by=hours")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CUT_OFF) == []
        shown = page.locator("svg.survival:visible")
        assert shown.count() == 1
        assert shown.bounding_box()["width"] >= 230
        assert read(page.content()).inline == []
        assert researcher.console == []
