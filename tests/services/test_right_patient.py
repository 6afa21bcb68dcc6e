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
from tests.little_clinic import LittleClinic, at, day_number, found

PATIENTS = 9
LAST = 46


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def treat_at_random(clinic: LittleClinic, draw: Random) -> list[int]:
    """Patients of whom each loses relief on another day, with other scores and gaps."""
    patients = []
    for number in range(PATIENTS):
        holds = draw.randint(20, 32)
        scores = [draw.randint(0, 2) if day < holds else draw.randint(7, 9) for day in range(LAST)]
        diary = " ".join("." if draw.random() < 0.1 else str(nrs) for nrs in scores)
        patients.append(clinic.treated(f"P-{number}", diary, before="9 8 " * 7))
    return patients


@pytest.mark.parametrize("shard_courses", [1, 2, 4, PATIENTS, 1000])
def test_every_alert_quotes_its_own_patient_only(engine, shard_courses):
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
            (course,) = courses_of(session, alert.patient_id)
            scores = {
                one.day: one.nrs for one in versions_of(session, alert.patient_id) if one.day <= copy.night
            }
            assert alert.course_id == course.id
            assert copy.last_infusion_day == course.last_infusion_day
            assert copy.days == packed.pack(course.first_infusion_day - timedelta(days=14), scores)
            assert copy.entry_ids == [
                one.uid for one in versions_of(session, alert.patient_id) if one.day <= copy.night
            ]
