"""The page of studies: pooled while a study is masked, by arm once it is unblinded, nobody named."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from diary.domain.simulation.parameters import KETAMINE
from diary.services.results import compute, keep
from diary.services.studies import found_study
from diary.storage.studies import arms_of
from diary.storage.tables.course import Course
from diary.storage.tables.study import Study, StudyCourse
from diary.storage.unit import clinic_of, own
from tests.desk.browsing import browsing
from tests.desk.house import MORNING, Desk, serving, words_of
from tests.desk.test_every_page import read
from tests.little_clinic import at, day_number
from tests.services.simulated_clinic import cohort, every, fill

NIGHT = day_number(84)
PAGE = "/desk/results/studies"


@pytest.fixture
def studied(desk: Desk) -> Desk:
    """A masked study of forty simulated courses, in two arms by turns."""
    fill(desk.clinic, cohort(40, KETAMINE, seed=3), every(1, 40, until=NIGHT - timedelta(days=50)))
    desk.name(1, "Anneke de Boer")
    with desk.clinic.unit(write=True) as session:
        clinic_id = clinic_of(session)
        study = found_study(
            session,
            name="Second trial",
            arms=("esk", "midazolam"),
            masking="masked",
            estimand="treatment_policy",
            now=MORNING,
        )
        arms = arms_of(session, study)
        for place, course in enumerate(session.scalars(own(session, Course).order_by(Course.id))):
            allotted = {"arm_id": arms[place % 2].id, "course_id": course.id, "allotted_at": MORNING}
            session.add(StudyCourse(clinic_id=clinic_id, study_id=study.id, **allotted))
    return desk


def compute_all(desk: Desk) -> None:
    with desk.clinic.unit(write=True) as session:
        found = compute(session, night=NIGHT, cutoff_at=at(NIGHT + timedelta(days=1), hour=4))
        keep(session, found, night=NIGHT, now=MORNING - timedelta(hours=3))


def unblind(desk: Desk) -> None:
    with desk.clinic.unit(write=True) as session:
        session.execute(update(Study).values(unblinded_at=MORNING))


def test_before_the_first_week_and_without_a_study_the_page_says_so(desk, studied):
    assert "Once a week, after Sunday" in studied.sign_in("coordinator").get(PAGE)


def test_a_clinic_without_a_study_is_told_so(desk):
    assert "This clinic has no study." in words_of(desk.sign_in("researcher").get(PAGE))


def test_a_masked_study_shows_all_its_patients_together_and_names_no_arm(studied):
    compute_all(studied)
    page = studied.sign_in("physician").get(PAGE)
    told = words_of(page)
    assert "40 patients, masked" in told
    assert "computed 3 h ago" in told
    assert page.count("<svg") == 1
    assert "esk" not in told.replace("desk", "")
    assert "midazolam" not in page
    assert "Anneke" not in page


def test_an_unblinded_study_is_told_by_arm_with_its_estimand_and_a_note_on_many_tests(studied):
    unblind(studied)
    compute_all(studied)
    page = studied.sign_in("researcher").get(PAGE)
    told = words_of(page)
    assert "20 patients on esk, 20 on midazolam." in told
    assert "Treatment policy" in told
    assert "P (Holm)" in told
    assert "Of 200 simulated trials with 20 patients an arm, significance is gone for good in" in told
    assert "Difference (95 %)" in told
    assert page.count('<th scope="row">Week ') == 12


def test_what_was_computed_while_it_was_masked_stays_pooled_until_the_next_week(studied):
    compute_all(studied)
    unblind(studied)
    assert "midazolam" not in studied.sign_in("researcher").get(PAGE)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_filled_page_fits_any_screen(studied, chromium, width):
    unblind(studied)
    compute_all(studied)
    with (
        serving(studied.app) as base,
        browsing(chromium, studied, base, who="researcher", width=width) as researcher,
    ):
        page = researcher.go(PAGE)
        page.locator("summary").first.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert read(page.content()).inline == []
        assert researcher.console == []
