"""Queries about courses, their packed days and what was given in them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from diary.storage.base import table_of
from diary.storage.prepared import Prepared
from diary.storage.tables.course import Administration, ClinicalEvent, Course, Regimen
from diary.storage.tables.entry import CourseDays
from diary.storage.tables.night import Assessment
from diary.storage.unit import clinic_of, held, own


class CourseRow(NamedTuple):
    """Of a course, what an answer needs to find its place in it."""

    id: int
    status: str
    planned_first_day: date | None
    first_infusion_day: date | None
    instrument_version_id: int
    anchor_day: date | None
    days: bytes | None


_COURSE: Final = table_of(Course)
_DAYS: Final = table_of(CourseDays)
_ROWS: Final = Prepared(
    select(
        _COURSE.c.id,
        _COURSE.c.status,
        _COURSE.c.planned_first_day,
        _COURSE.c.first_infusion_day,
        _COURSE.c.instrument_version_id,
        _DAYS.c.anchor_day,
        _DAYS.c.days,
    )
    .select_from(_COURSE.outerjoin(_DAYS, _DAYS.c.course_id == _COURSE.c.id))
    .where(_COURSE.c.clinic_id == bindparam("clinic_id"), _COURSE.c.patient_id == bindparam("patient_id"))
    .order_by(_COURSE.c.number)
)
_PUT: Final = Prepared(
    update(_DAYS)
    .where(_DAYS.c.course_id == bindparam("of_course"))
    .values(days=bindparam("packed"), changed_at=bindparam("now"))
)
_FOUND: Final = table_of(Assessment).c
_WAITING: Final = Prepared(
    select(_FOUND.state, func.count(), func.max(_COURSE.c.imported_at))
    .select_from(_COURSE.outerjoin(table_of(Assessment), _FOUND.course_id == _COURSE.c.id))
    .where(
        _COURSE.c.clinic_id == bindparam("clinic_id"),
        _COURSE.c.status == "open",
        _COURSE.c.imported_at > bindparam("since"),
        _COURSE.c.imported_at.is_not(None),  # as the index has it
    )
    .group_by(_FOUND.state)
    .order_by(func.count().desc(), _FOUND.state)
)


def course_rows(session: Session, patient_id: int) -> list[CourseRow]:
    """The patient's courses with their packed days, first to last."""
    rows = _ROWS.rows(session, clinic_id=clinic_of(session), patient_id=patient_id)
    return [CourseRow(*row) for row in rows]


def put_days(session: Session, course_id: int, days: bytes, *, now: datetime) -> None:
    """Write a course's packed days."""
    _PUT.run(session, of_course=course_id, packed=days, now=now)


def waiting_by_state(session: Session, *, since: datetime) -> list[tuple[str | None, int, datetime]]:
    """Open courses brought in since a moment: state as last found, how many, when the last of them came."""
    rows = _WAITING.rows(session, clinic_id=clinic_of(session), since=since)
    return [(state, count, last) for state, count, last in rows]


def courses_of(session: Session, patient_id: int) -> list[Course]:
    """The patient's courses, first to last."""
    return list(
        session.scalars(own(session, Course).where(Course.patient_id == patient_id).order_by(Course.number))
    )


def open_courses_of(session: Session, patient_ids: Sequence[int]) -> dict[int, Course]:
    """The course under way of each of these patients who has one."""
    statement = own(session, Course).where(Course.patient_id.in_(patient_ids), Course.status == "open")
    return {course.patient_id: course for course in session.scalars(statement)}


def course_by_uid(session: Session, uid: str, *, lock: bool = False) -> Course | None:
    """A course of this clinic; with `lock`, nobody else changes it meanwhile."""
    statement = own(session, Course).where(Course.uid == uid)
    return session.scalars(held(statement) if lock else statement).one_or_none()


def course_by_id(session: Session, course_id: int) -> Course:
    """A course of this clinic whose id another row holds."""
    return session.scalars(own(session, Course).where(Course.id == course_id)).one()


def courses_by_id(session: Session, course_ids: Sequence[int]) -> dict[int, Course]:
    """Those courses, by id."""
    found = session.scalars(own(session, Course).where(Course.id.in_(course_ids)))
    return {course.id: course for course in found}


def days_of(session: Session, course_id: int) -> CourseDays | None:
    """The packed days of a course, read afresh: answers are written past the session."""
    return session.get(CourseDays, course_id, populate_existing=True)


def packed_days(session: Session, course_ids: list[int]) -> dict[int, CourseDays]:
    """Packed days by course."""
    statement = select(CourseDays).where(
        CourseDays.clinic_id == clinic_of(session), CourseDays.course_id.in_(course_ids)
    )
    return {row.course_id: row for row in session.scalars(statement)}


def administrations_of(session: Session, patient_id: int) -> list[Administration]:
    """What was given to the patient and still stands, first to last."""
    statement = (
        own(session, Administration)
        .where(Administration.patient_id == patient_id, Administration.standing)
        .order_by(Administration.first_day)
    )
    return list(session.scalars(statement))


def administrations_of_course(session: Session, course_id: int) -> list[Administration]:
    """Everything recorded as given in a course, corrected blocks too, first to last."""
    statement = own(session, Administration).where(Administration.course_id == course_id)
    return list(session.scalars(statement.order_by(Administration.first_day, Administration.id)))


def administration_by_uid(session: Session, uid: str) -> Administration | None:
    """One recorded infusion block of this clinic."""
    return session.scalars(own(session, Administration).where(Administration.uid == uid)).one_or_none()


def followed_among(session: Session, course_ids: Sequence[int]) -> set[int]:
    """Which of these courses have not been closed."""
    statement = own(session, Course).with_only_columns(Course.id)
    return set(session.scalars(statement.where(Course.id.in_(course_ids), Course.status != "closed")))


def regimen_by_uid(session: Session, uid: str, *, lock: bool = False) -> Regimen | None:
    """A regimen of this clinic; with `lock`, nobody else changes it meanwhile."""
    statement = own(session, Regimen).where(Regimen.uid == uid)
    return session.scalars(held(statement) if lock else statement).one_or_none()


def regimen_by_id(session: Session, regimen_id: int) -> Regimen:
    """A regimen that another row of this clinic names."""
    return session.scalars(own(session, Regimen).where(Regimen.id == regimen_id)).one()


def regimens(session: Session) -> list[Regimen]:
    """The clinic's regimens that are still planned with."""
    return list(
        session.scalars(own(session, Regimen).where(Regimen.retired_at.is_(None)).order_by(Regimen.name))
    )


def last_liver_tests(session: Session, patient_ids: Sequence[int]) -> dict[int, ClinicalEvent]:
    """The latest liver test of each of these patients that has one."""
    statement = own(session, ClinicalEvent).where(
        ClinicalEvent.patient_id.in_(patient_ids), ClinicalEvent.kind == "liver_test"
    )
    return {row.patient_id: row for row in session.scalars(statement.order_by(ClinicalEvent.day))}


def events_of(session: Session, patient_id: int) -> list[ClinicalEvent]:
    """The patient's dated events, first to last."""
    statement = own(session, ClinicalEvent).where(ClinicalEvent.patient_id == patient_id)
    return list(session.scalars(statement.order_by(ClinicalEvent.day)))


def rescue_days(session: Session, patient_ids: Sequence[int]) -> dict[int, list[date]]:
    """The days on which these patients took a rescue drug."""
    statement = own(session, ClinicalEvent).where(
        ClinicalEvent.patient_id.in_(patient_ids), ClinicalEvent.kind == "rescue_drug"
    )
    found: dict[int, list[date]] = {}
    for event in session.scalars(statement.order_by(ClinicalEvent.day)):
        found.setdefault(event.patient_id, []).append(event.day)
    return found


def regimens_page(session: Session, *, after: str | None, limit: int) -> list[Regimen]:
    """Regimens by name, at most `limit`, beginning behind the name `after`."""
    statement = own(session, Regimen)
    if after is not None:
        statement = statement.where(Regimen.name > after)
    return list(session.scalars(statement.order_by(Regimen.name).limit(limit)))
