"""In a masked study nights are silent: no state, no forecast, no alert; only what a patient tells rings."""

from collections.abc import Iterator

import pytest

from diary.services.alerts import ask_for_call, raise_red_flag
from diary.services.blinding import is_masked, mask, masked_among
from diary.services.studies import found_study
from diary.storage.courses import courses_of
from diary.storage.engine import make_engine
from diary.storage.foretold import courses_between, newest_courses
from diary.storage.nights import assessments, findings_of
from diary.storage.patients import patient_by_id
from diary.storage.studies import arms_of
from diary.storage.tables.study import StudyCourse
from tests.little_clinic import FIRST_DAY, LittleClinic, at, day_number, found

LOST = "2 " * 30 + "8 " * 16
NOW = at(FIRST_DAY)


@pytest.fixture
def clinic(database_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(database_url)
    yield found(engine, forecast_mode="on")
    engine.dispose()


def allot(clinic: LittleClinic, *patient_ids: int, unblinded: bool = False) -> list[int]:
    """Put these patients' courses into a study of two arms, one after the other; the courses."""
    with clinic.unit(write=True) as session:
        common = {"clinic_id": clinic.clinic_id}
        study = found_study(
            session,
            name=f"Study {patient_ids}",
            arms=("ketamine", "placebo"),
            masking="open" if unblinded else "masked",
            estimand="treatment_policy",
            now=NOW,
        )
        arms = arms_of(session, study)
        courses = [courses_of(session, patient_id)[-1].id for patient_id in patient_ids]
        for place, course_id in enumerate(courses):
            arm_id = arms[place % 2].id
            allotted = {"study_id": study.id, "arm_id": arm_id, "course_id": course_id, "allotted_at": NOW}
            session.add(StudyCourse(**common, **allotted))
        return courses


def said_of(clinic: LittleClinic, course_id: int) -> int:
    with clinic.unit() as session:
        return len(assessments(session, [course_id])) + len(findings_of(session, course_id))


def test_a_night_says_nothing_of_a_masked_course_and_everything_of_the_others(clinic):
    masked_id, open_id, told_id = (clinic.treated(name, LOST) for name in ("P-1", "P-2", "P-3"))
    (course_id,) = allot(clinic, masked_id)
    (open_course_id,) = allot(clinic, told_id, unblinded=True)
    last = day_number(46)
    clinic.run_nights(last, first=day_number(44))
    assert clinic.alert_kinds(masked_id) == []
    assert clinic.alert_kinds(open_id) == clinic.alert_kinds(told_id) == ["loss"]
    assert said_of(clinic, course_id) == 0
    assert said_of(clinic, open_course_id) > 0
    with clinic.unit() as session:
        assert is_masked(session, course_id)
        assert masked_among(session, [course_id, open_course_id]) == {course_id}
        teach = newest_courses(session, ended_by=last, most=10)
        scored = courses_between(session, day_number(-10), last)
        assert len(teach) == 2, "the open ones"
        assert course_id not in {*teach, *scored}, "nothing is learned from an arm, nor scored in it"


def test_what_nights_had_said_before_is_taken_back_when_a_course_is_masked(clinic):
    patient_id = clinic.treated("P-1", LOST)
    clinic.run_nights(day_number(46), first=day_number(44))
    assert clinic.alert_kinds(patient_id) == ["loss"]
    courses = allot(clinic, patient_id)
    with clinic.unit(write=True) as session:
        mask(session, courses, now=at(day_number(47)))
    assert said_of(clinic, courses[0]) == 0
    assert {alert.status for alert in clinic.alerts(patient_id)} == {"closed"}


def test_a_red_flag_and_a_wish_to_be_called_ring_in_a_masked_course(clinic):
    patient_id = clinic.treated("P-1", LOST)
    allot(clinic, patient_id)
    clinic.run_nights(day_number(46), first=day_number(46))
    with clinic.phone(patient_id) as session:
        patient = patient_by_id(session, patient_id)
        raise_red_flag(session, patient, course_id=None, symptom="fever", now=at(day_number(46)))
        ask_for_call(session, patient, course_id=None, wants="symptom", now=at(day_number(46)))
    assert clinic.alert_kinds(patient_id) == ["call_me", "red_flag"]
