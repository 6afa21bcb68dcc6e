"""A page's course today is the course that last night judged."""

from datetime import timedelta

import pytest

from config.protocol import Protocol
from diary.services import patients
from diary.services.asked_days import unfollowed
from diary.services.course_today import CourseToday, course_today, scores_between, today_of
from diary.storage.courses import administrations_of, courses_of, days_of
from diary.storage.engine import make_engine
from diary.storage.follow import follow_histories
from diary.storage.nights import findings_of
from diary.storage.patients import patient_by_id
from diary.storage.tables.night import AssessmentLog
from tests.little_clinic import LittleClinic, at, day_number, found

WEEK_LOST = "6 7 7 . 6 7 7 "
LOST = "2 2 3 2 2 . 2 " * 3 + WEEK_LOST * 4


@pytest.fixture
def clinic(sqlite_url):
    engine = make_engine(sqlite_url)
    yield found(engine)
    engine.dispose()


def course_on(clinic: LittleClinic, patient_id: int, number: int) -> CourseToday:
    """The patient's course at nine in the morning of a course day."""
    now = at(day_number(number))
    with clinic.unit() as session:
        patient = patient_by_id(session, patient_id)
        course = courses_of(session, patient_id)[-1]
        days = days_of(session, course.id)
        assert days is not None
        follow = follow_histories(session, [patient_id], until=now)
        return course_today(
            course,
            days,
            today=today_of(patient, now),
            protocol=Protocol(),
            given=administrations_of(session, patient_id),
            away=unfollowed(follow.get(patient_id, [])),
        )


def last_logged(clinic: LittleClinic, patient_id: int) -> AssessmentLog:
    with clinic.unit() as session:
        return findings_of(session, courses_of(session, patient_id)[-1].id)[-1]


def pause(clinic: LittleClinic, patient_id: int, first: int, last: int) -> None:
    """Nothing is asked from one course day to another."""
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id)
        patients.pause(session, patient, until=day_number(last), note=None, now=at(day_number(first), hour=8))


def agree(clinic: LittleClinic, patient_id: int) -> None:
    night = last_logged(clinic, patient_id)
    page = course_on(clinic, patient_id, night.day_number + 1)
    figures = page.figures

    assert page.day_number == night.day_number + 1
    assert figures.night == night.day_number
    assert page.baseline.nrs == pytest.approx(night.baseline_nrs)
    assert (figures.answered_14d, figures.days_since_answer) == (night.answered_14d, night.days_since_answer)
    assert figures.mean_7d == (None if night.mean_7d is None else pytest.approx(night.mean_7d, abs=1e-4))
    assert figures.best_14d == pytest.approx(night.best_14d, abs=1e-4)
    assert figures.below_since == night.below_since


def test_the_page_and_the_night_tell_the_same_of_a_loss(clinic):
    patient_id = clinic.treated("P-1", LOST)
    clinic.run_nights(day_number(49))
    agree(clinic, patient_id)
    assert last_logged(clinic, patient_id).below_since is not None


def test_they_agree_after_a_booster(clinic):
    patient_id = clinic.treated("P-1", LOST.removesuffix(WEEK_LOST))
    clinic.infuse(patient_id, first_day=day_number(38), classified_as="booster")
    clinic.run_nights(day_number(42))
    agree(clinic, patient_id)


def test_they_agree_on_a_patient_who_was_paused(clinic):
    patient_id = clinic.treated("P-1", LOST.removesuffix(WEEK_LOST * 2))
    pause(clinic, patient_id, 30, 41)
    clinic.run_nights(day_number(42))
    agree(clinic, patient_id)


def test_today_counts_once_it_is_answered_and_is_not_missed_before(clinic):
    patient_id = clinic.treated("P-1", "2 " * 14)

    open_day = course_on(clinic, patient_id, 15).figures
    assert (open_day.night, open_day.days_since_answer) == (14, 0)

    clinic.answer(patient_id, day_number(15), 9)
    answered = course_on(clinic, patient_id, 15).figures
    assert (answered.night, answered.mean_7d) == (15, 3.0)


def test_before_the_infusion_there_is_a_baseline_growing_and_nothing_else(clinic):
    patient_id = clinic.admit("P-1")
    clinic.write(patient_id, day_number(1) - timedelta(days=19), "8 7 8")

    page = course_on(clinic, patient_id, -10)

    assert page.day_number < 0
    assert (page.baseline.kind, page.baseline.answers, page.baseline.weak) == ("own", 3, True)
    assert page.figures.mean_7d is None


def test_days_that_the_packed_row_does_not_reach_have_no_score(clinic):
    patient_id = clinic.treated("P-1", "2 3")
    with clinic.unit() as session:
        days = days_of(session, courses_of(session, patient_id)[-1].id)
        assert days is not None
        last = day_number(4)
        assert scores_between(days, first=last - timedelta(days=3), last=last) == [2, 3, None, None]
        early = days.anchor_day - timedelta(days=2)
        assert scores_between(days, first=early, last=days.anchor_day)[:2] == [None, None]
