"""Queries of studies, their arms, and which course was allotted to which arm."""

from typing import Final

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from diary.storage.base import table_of
from diary.storage.tables.study import Study, StudyArm, StudyCourse
from diary.storage.unit import clinic_of, own

_STUDY: Final = table_of(Study).c
_ALLOTTED: Final = table_of(StudyCourse).c
# By id, over all clinics: whoever asks compares it with courses of one.
MASKED_COURSES: Final[Select[tuple[int]]] = (
    select(_ALLOTTED.course_id)
    .join(table_of(Study), and_(_STUDY.clinic_id == _ALLOTTED.clinic_id, _STUDY.id == _ALLOTTED.study_id))
    .where(_STUDY.unblinded_at.is_(None))
)


def studies(session: Session) -> list[Study]:
    """The clinic's studies by name."""
    return list(session.scalars(own(session, Study).order_by(Study.name)))


def study_named(session: Session, name: str) -> Study | None:
    """The study of that name or uid."""
    statement = own(session, Study).where((Study.name == name) | (Study.uid == name))
    return session.scalars(statement).first()


def arms_of(session: Session, study: Study) -> list[StudyArm]:
    """The arms of a study by name."""
    statement = own(session, StudyArm).where(StudyArm.study_id == study.id).order_by(StudyArm.name)
    return list(session.scalars(statement))


def allotted_courses(session: Session, study: Study) -> dict[int, int]:
    """By course id of a study the id of its arm."""
    statement = (
        own(session, StudyCourse)
        .where(StudyCourse.study_id == study.id)
        .with_only_columns(StudyCourse.course_id, StudyCourse.arm_id)
    )
    return {row.course_id: row.arm_id for row in session.execute(statement)}


def masked_courses(session: Session) -> set[int]:
    """The clinic's courses that take part in a study which nobody has unblinded."""
    return set(session.scalars(MASKED_COURSES.where(_ALLOTTED.clinic_id == clinic_of(session))))
