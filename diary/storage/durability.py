"""Queries of what courses were given, for many of a clinic at once."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from diary.storage.tables.course import Administration, Course
from diary.storage.tables.patient import Patient
from diary.storage.unit import clinic_of, own


class CourseOf(NamedTuple):
    """Whose a course is, and which of theirs."""

    patient_id: int
    pseudonym: str
    number: int


GivenBlock = tuple[str, str, float | None, float | None, tuple[str, ...]]
"""Agent, setting, mg/kg/h, hours, adjuncts."""


def courses_of_clinic(session: Session, course_ids: Sequence[int]) -> dict[int, CourseOf]:
    """By id whose each of these courses is."""
    statement = (
        select(Course.id, Course.patient_id, Patient.pseudonym, Course.number)
        .join(Patient, and_(Patient.clinic_id == Course.clinic_id, Patient.id == Course.patient_id))
        .where(Course.clinic_id == clinic_of(session), Course.id.in_(course_ids))
    )
    return {row[0]: CourseOf(*row[1:]) for row in session.execute(statement)}


def blocks_given(session: Session, course_ids: Sequence[int]) -> dict[int, list[GivenBlock]]:
    """By course what stands as given in its series, first to last; boosters left out."""
    statement = (
        own(session, Administration)
        .with_only_columns(
            Administration.course_id,
            Administration.agent,
            Administration.setting,
            Administration.dose_mg_kg_h,
            Administration.hours,
            Administration.adjuncts,
        )
        .where(
            Administration.course_id.in_(course_ids),
            Administration.standing,
            Administration.classified_as != "booster",
        )
        .order_by(Administration.first_day)
    )
    found: dict[int, list[GivenBlock]] = {}
    for course_id, agent, setting, dose, hours, adjuncts in session.execute(statement):
        found.setdefault(course_id, []).append((agent, setting, dose, hours, tuple(adjuncts)))
    return found
