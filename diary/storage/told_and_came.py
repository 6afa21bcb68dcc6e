"""Queries about what nights told and what the plain rule found later, from the findings that were kept."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session

from diary.domain.demand_record import Came, Kept
from diary.storage.tables.alert import Alert
from diary.storage.tables.course import Administration, Course, Regimen
from diary.storage.tables.night import AssessmentLog
from diary.storage.unit import clinic_of

# Of the newest so many courses: a page is counted afresh each time it is opened.
COURSES_MOST: Final = 1_000
# In these states the rule could judge.
JUDGED: Final = ("holding", "watch", "likely_lost", "loss", "no_response", "step")


class Told(NamedTuple):
    """What one night told of one course, on a course day."""

    course_id: int
    night: date
    day_number: int
    p_lost_28d: float


def courses_told(session: Session, *, since: date) -> list[int]:
    """Ids of the courses with findings since a day, newest first. A booster begins a curve anew: left out."""
    boosted = (
        select(Administration.id)
        .where(
            Administration.clinic_id == Course.clinic_id,
            Administration.course_id == Course.id,
            Administration.classified_as == "booster",
        )
        .exists()
    )
    told = (
        select(AssessmentLog.id)
        .where(AssessmentLog.course_id == Course.id, AssessmentLog.night >= since)
        .exists()
    )
    statement = (
        select(Course.id)
        .where(Course.clinic_id == clinic_of(session), ~boosted, told)
        .order_by(Course.last_infusion_day.desc(), Course.id)
        .limit(COURSES_MOST)
    )
    return list(session.scalars(statement))


def kept_of(session: Session, course_ids: Sequence[int], *, since: date) -> list[Kept]:
    """The chances that nights kept since a day, in the order of the nights."""
    log = AssessmentLog
    statement = _log(
        session, course_ids, log.course_id, log.night, log.p_lost, log.p_lost_14d, log.p_lost_28d
    )
    statement = statement.where(log.night >= since, log.p_lost.is_not(None)).order_by(log.night)
    return [Kept(*row) for row in session.execute(statement)]


def told_on(
    session: Session, course_ids: Sequence[int], *, on_days: Sequence[int], since: date
) -> list[Told]:
    """What nights since a day told on these course days."""
    log = AssessmentLog
    statement = _log(session, course_ids, log.course_id, log.night, log.day_number, log.p_lost_28d)
    statement = statement.where(
        log.night >= since, log.day_number.in_(on_days), log.p_lost_28d.is_not(None)
    ).order_by(log.night, log.course_id)
    return [Told(*row) for row in session.execute(statement)]


def came_of(session: Session, course_ids: Sequence[int]) -> dict[int, Came]:
    """By course: when the rule first confirmed a loss, and the last night on which it could judge."""
    log = AssessmentLog
    confirmed = func.min(case((log.state == "loss", log.night)))
    statement = _log(session, course_ids, log.course_id, confirmed, func.max(log.night))
    statement = statement.where(log.state.in_(JUDGED)).group_by(log.course_id)
    return {row[0]: Came(row[1], row[2]) for row in session.execute(statement)}


def infusion_days_of(session: Session, course_ids: Sequence[int]) -> dict[int, int]:
    """By course how many infusion days a treatment like it has: its regimen's, or as many as were given."""
    statement = (
        select(Course.id, Course.first_infusion_day, Course.last_infusion_day, Regimen.infusion_days)
        .join(
            Regimen,
            and_(Regimen.clinic_id == Course.clinic_id, Regimen.id == Course.regimen_id),
            isouter=True,
        )
        .where(Course.clinic_id == clinic_of(session), Course.id.in_(course_ids))
    )
    return {
        course_id: planned or (last - first).days + 1
        for course_id, first, last, planned in session.execute(statement)
        if first is not None and last is not None
    }


def lost_without_alert(session: Session, *, since: date) -> int:
    """Courses whose loss the rule confirmed since a day, and no alert of loss was ever opened for them."""
    alerted = (
        select(Alert.id)
        .where(
            Alert.clinic_id == AssessmentLog.clinic_id,
            Alert.course_id == AssessmentLog.course_id,
            Alert.kind == "loss",
        )
        .exists()
    )
    statement = select(func.count(AssessmentLog.course_id.distinct())).where(
        AssessmentLog.clinic_id == clinic_of(session),
        AssessmentLog.state == "loss",
        AssessmentLog.night >= since,
        ~alerted,
    )
    return session.scalar(statement) or 0


def _log(session: Session, course_ids: Sequence[int], *columns: Any) -> Select[Any]:
    """These columns of the findings of some courses."""
    return select(*columns).where(
        and_(AssessmentLog.clinic_id == clinic_of(session), AssessmentLog.course_id.in_(course_ids))
    )
