"""A clinic of simulated courses whose infusions are spread over months; nights are run where a test asks."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from diary.domain import packed
from diary.domain.days import night_due
from diary.domain.simulation.cohort import Cohort, simulate
from diary.domain.simulation.parameters import CohortParameters
from diary.services.forecast_weeks import Week, run_week
from diary.services.nights import Due, run_night
from diary.storage.base import Base, table_of
from diary.storage.ids import new_uid
from diary.storage.tables.course import Course
from diary.storage.tables.entry import CourseDays
from diary.storage.tables.patient import Patient, PatientFollow
from tests.little_clinic import ALWAYS_HERE, INFUSION_DAYS, LittleClinic, at

# A Sunday: with its night the first week ends.
SUNDAY = date(2026, 6, 7)
FOLLOWED_DAYS = 180
HOUR = timedelta(hours=1)


def cohort(courses: int, parameters: CohortParameters, *, seed: int) -> Cohort:
    return simulate(courses, rng=np.random.default_rng(seed), parameters=parameters, days=FOLLOWED_DAYS)


def every(days: float, courses: int, *, until: date) -> list[date]:
    """So many days, so many days apart, the last of them `until`."""
    return [until - timedelta(days=round(days * back)) for back in reversed(range(courses))]


def fill(clinic: LittleClinic, drawn: Cohort, last_days: Sequence[date]) -> None:
    """Courses with their whole diaries; a night sees what lies before it."""
    seed = clinic.treated(f"P-{clinic.clinic_id}-{last_days[0]}", "5")
    with clinic.unit(write=True) as session:
        first = {table: _row_of(session, table, seed) for table in (Patient, PatientFollow, Course)}
        first[CourseDays] = _row_of(session, CourseDays, first[Course]["id"])
        infusion = np.full((len(last_days), INFUSION_DAYS), packed.NO_ANSWER, dtype=np.uint8)
        diaries = np.hstack([drawn.before, infusion, drawn.scores])
        number = first[Patient]["id"] * 10_000
        for place, (last_day, diary) in enumerate(zip(last_days, diaries, strict=True)):
            own = {"id": number + place, "uid": new_uid(at(last_day))}
            first_day = last_day - timedelta(days=INFUSION_DAYS - 1)
            dated = {"first_infusion_day": first_day, "last_infusion_day": last_day}
            row = {
                "anchor_day": first_day - timedelta(days=packed.DAYS_BEFORE),
                "changed_at": at(last_day),
                "days": diary.tobytes().rstrip(bytes([packed.NO_ANSWER])),
            }
            if place == 0:
                session.execute(update(Course).where(Course.id == first[Course]["id"]).values(dated))
                session.execute(
                    update(CourseDays).where(CourseDays.course_id == first[Course]["id"]).values(row)
                )
                continue
            named = {"pseudonym": f"{first[Patient]['pseudonym']}-{place}"}
            follow = {name: value for name, value in first[PatientFollow].items() if name != "id"}
            session.execute(insert(table_of(Patient)), [{**first[Patient], **own, **named}])
            session.execute(insert(table_of(PatientFollow)), [{**follow, "patient_id": own["id"]}])
            session.execute(
                insert(table_of(Course)), [{**first[Course], **own, **dated, "patient_id": own["id"]}]
            )
            session.execute(
                insert(table_of(CourseDays)), [{**first[CourseDays], **row, "course_id": own["id"]}]
            )


def nights(clinic: LittleClinic, days: Iterable[date]) -> None:
    """Run these nights and no others, each at its own moment."""
    for day in days:
        cutoff_at = night_due(day, ALWAYS_HERE)
        due = Due(clinic.clinic_id, day, cutoff_at)
        run_night(clinic.engine, due, now=cutoff_at, wall=partial(_still, cutoff_at), owner="test")


def look_at_week(clinic: LittleClinic, sunday: date) -> str | None:
    """Run Sunday's night, and an hour after it look at the week."""
    nights(clinic, [sunday])
    now = night_due(sunday, ALWAYS_HERE) + HOUR
    return run_week(clinic.engine, Week(clinic.clinic_id, sunday), now=now)


def after(sunday: date, first: int, last: int) -> list[date]:
    """The days so many days after a Sunday."""
    return [sunday + timedelta(days=number) for number in range(first, last + 1)]


def _row_of(session: Session, table: type[Base], key: int) -> dict[str, Any]:
    columns = table_of(table).c
    name = {Patient: "id", CourseDays: "course_id"}.get(table, "patient_id")
    return dict(session.execute(select(table_of(table)).where(columns[name] == key)).mappings().one())


def _still(moment: datetime) -> datetime:
    return moment
