"""Every alert of a night stands on the answers of its own patient and course, however the night is cut up."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import Engine, select

from diary.domain import packed
from diary.services.nights import nights_due, run_night
from diary.storage.courses import courses_of
from diary.storage.engine import make_engine
from diary.storage.entries import versions_of
from diary.storage.tables.alert import Alert, AlertInput
from tests.little_clinic import FIRST_DAY, LittleClinic, at, day_number, found

PATIENTS = 6
LAST = 46
EARLIER = FIRST_DAY - timedelta(days=45)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def treat_at_random(clinic: LittleClinic, draw: Random) -> dict[int, int]:
    """The baseline of each patient; each loses relief on another day, with other scores and gaps.

    Every third had a course before this one, and lost its relief too.
    """
    patients = {}
    for number in range(PATIENTS):
        holds = draw.randint(20, 32)
        scores = [draw.randint(0, 2) if day < holds else draw.randint(7, 9) for day in range(LAST)]
        diary = " ".join("." if draw.random() < 0.1 else str(nrs) for nrs in scores)
        patient_id = clinic.admit(f"P-{number}", first_day=EARLIER if number % 3 == 0 else FIRST_DAY)
        if number % 3 == 0:
            clinic.write(patient_id, EARLIER - timedelta(days=14), "7 6 " * 7)
            clinic.infuse(patient_id, first_day=EARLIER)
            clinic.write(patient_id, day_number(1, first_day=EARLIER), "1 " * 10 + "7 " * 10)
        patients[patient_id] = 8 + number % 2
        clinic.write(patient_id, FIRST_DAY - timedelta(days=14), f"{patients[patient_id]} " * 14)
        clinic.infuse(patient_id)
        clinic.write(patient_id, day_number(1), diary)
    return patients


@pytest.mark.parametrize("shard_courses", range(1, PATIENTS + 2))
def test_every_alert_quotes_its_own_patient_and_course_only(engine, shard_courses):
    clinic = found(engine, first_night=day_number(40))
    patients = treat_at_random(clinic, Random(shard_courses))
    for due in nights_due(engine, now=at(day_number(LAST + 1))):
        run_night(
            engine,
            due,
            now=due.cutoff_at,
            wall=lambda at=due.cutoff_at: at,
            owner="me",
            shard_courses=shard_courses,
        )

    with clinic.unit() as session:
        copies = session.execute(
            select(Alert, AlertInput).join(AlertInput, AlertInput.alert_id == Alert.id)
        ).all()
        assert {alert.patient_id for alert, _ in copies if alert.kind == "loss"} == set(patients)
        for alert, copy in copies:
            course = courses_of(session, alert.patient_id)[-1]
            first_day = course.first_infusion_day - timedelta(days=14)
            known = [
                one for one in versions_of(session, alert.patient_id) if first_day <= one.day <= copy.night
            ]
            scores = {one.day: one.nrs for one in known}
            assert alert.course_id == course.id
            assert copy.last_infusion_day == course.last_infusion_day
            assert copy.days == packed.pack(first_day, scores)
            assert copy.entry_ids == [one.uid for one in known]
            assert copy.baseline_nrs == patients[alert.patient_id]
            assert alert.facts["baseline_nrs"] == patients[alert.patient_id]
            assert alert.facts["day_number"] == (copy.night - course.last_infusion_day).days
            fortnight = [day for day in scores if copy.night - timedelta(days=14) < day <= copy.night]
            assert alert.facts["answered_14d"] == len(fortnight)
