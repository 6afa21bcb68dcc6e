"""Queries of studies: arms and lists, who takes part, who was told an arm, what was frozen."""

from typing import Final, NamedTuple

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from diary.storage.base import table_of
from diary.storage.tables.study import (
    Allocation,
    Study,
    StudyArm,
    StudyCourse,
    StudyFreeze,
    StudyStep,
    Unblinding,
)
from diary.storage.unit import clinic_of, held, own


class Taken(NamedTuple):
    """How many places a stratum of a list has, and how many are taken."""

    places: int
    taken: int


_STUDY: Final = table_of(Study).c
_ALLOTTED: Final = table_of(StudyCourse).c
_PLACE: Final = table_of(Allocation).c
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


def study_by_uid(session: Session, uid: str, *, lock: bool = False) -> Study | None:
    """A study of this clinic; with `lock`, nobody else changes it meanwhile."""
    statement = own(session, Study).where(Study.uid == uid)
    return session.scalars(held(statement) if lock else statement).one_or_none()


def places_of(session: Session, study: Study) -> list[Allocation]:
    """The whole list, stratum by stratum; for whoever made it, and for checking it."""
    statement = own(session, Allocation).where(Allocation.study_id == study.id)
    return list(session.scalars(statement.order_by(Allocation.stratum, Allocation.place)))


def next_place(session: Session, study: Study, stratum: str) -> Allocation | None:
    """The first free place of a stratum."""
    statement = own(session, Allocation).where(
        Allocation.study_id == study.id, Allocation.stratum == stratum, Allocation.taken_at.is_(None)
    )
    return session.scalars(statement.order_by(Allocation.place).limit(1)).one_or_none()


def strata_of(session: Session, study: Study) -> dict[str, Taken]:
    """By stratum how many places of the list there are, and how many are taken; nothing by arm."""
    statement = (
        select(_PLACE.stratum, func.count(), func.count(_PLACE.taken_at))
        .where(_PLACE.clinic_id == clinic_of(session), _PLACE.study_id == study.id)
        .group_by(_PLACE.stratum)
        .order_by(_PLACE.stratum)
    )
    return {stratum: Taken(places, taken) for stratum, places, taken in session.execute(statement)}


def numbers_of(session: Session, study: Study) -> dict[int, tuple[str, str]]:
    """By course id of a study the stratum and the number of its place."""
    statement = (
        select(_ALLOTTED.course_id, _PLACE.stratum, _PLACE.number)
        .join(
            table_of(Allocation),
            and_(_PLACE.clinic_id == _ALLOTTED.clinic_id, _PLACE.id == _ALLOTTED.allocation_id),
        )
        .where(_ALLOTTED.clinic_id == clinic_of(session), _ALLOTTED.study_id == study.id)
    )
    return {course_id: (stratum, number) for course_id, stratum, number in session.execute(statement)}


def steps_of(session: Session, study: Study, *, patient_id: int | None = None) -> list[StudyStep]:
    """The study's log, or one patient's part of it; patient by patient, first to last."""
    statement = own(session, StudyStep).where(StudyStep.study_id == study.id)
    if patient_id is not None:
        statement = statement.where(StudyStep.patient_id == patient_id)
    return list(session.scalars(statement.order_by(StudyStep.patient_id, StudyStep.id)))


def step_by_uid(session: Session, study: Study, uid: str) -> StudyStep | None:
    """One line of a study's log."""
    statement = own(session, StudyStep).where(StudyStep.study_id == study.id, StudyStep.uid == uid)
    return session.scalars(statement).one_or_none()


def unblindings_of(session: Session, study: Study) -> list[Unblinding]:
    """Every request to be told an arm, first to last."""
    statement = own(session, Unblinding).where(Unblinding.study_id == study.id)
    return list(session.scalars(statement.order_by(Unblinding.id)))


def unblinding_by_uid(session: Session, study: Study, uid: str) -> Unblinding | None:
    """One request of a study; nobody else decides on it meanwhile."""
    statement = own(session, Unblinding).where(Unblinding.study_id == study.id, Unblinding.uid == uid)
    return session.scalars(held(statement)).one_or_none()


def freezes_of(session: Session, study: Study) -> list[StudyFreeze]:
    """What was frozen of a study, first to last."""
    statement = own(session, StudyFreeze).where(StudyFreeze.study_id == study.id)
    return list(session.scalars(statement.order_by(StudyFreeze.n)))
