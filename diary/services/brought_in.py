"""Courses brought in from older diaries, while their alerts wait: the one summary that staff get of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from diary.domain.policy import rings_from
from diary.storage.protocols import protocol_at
from diary.storage.tables.course import Course
from diary.storage.tables.night import Assessment
from diary.storage.unit import clinic_of


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """The open courses whose alerts wait because they were brought in."""

    courses: int
    states: Mapping[str, int]
    """How many of them the last night found in each state, most first; those it has not seen are in none."""
    waits_until: datetime
    """When the last of them may ring."""


def brought_in(session: Session, now: datetime) -> BroughtIn | None:
    """The summary; None where no course waits."""
    statement = (
        select(Assessment.state, func.count(), func.max(Course.imported_at))
        .select_from(Course)
        .outerjoin(
            Assessment, and_(Assessment.clinic_id == Course.clinic_id, Assessment.course_id == Course.id)
        )
        .where(*_waiting(session, now))
        .group_by(Assessment.state)
        .order_by(func.count().desc(), Assessment.state)
    )
    found = [*session.execute(statement)]
    if not found:
        return None
    last = max(at for *_, at in found if at is not None)
    return BroughtIn(
        courses=sum(count for _, count, _ in found),
        states={state: count for state, count, _ in found if state},
        waits_until=rings_from(last, quiet_nights=_quiet_nights(session, now)),
    )


def patients_brought_in(session: Session, now: datetime) -> Select[int]:
    """Ids of the patients whose open course waits."""
    return select(Course.patient_id).where(*_waiting(session, now))


def _waiting(session: Session, now: datetime) -> tuple[ColumnElement[bool], ...]:
    since = now - timedelta(days=_quiet_nights(session, now))
    return Course.clinic_id == clinic_of(session), Course.status == "open", Course.imported_at > since


def _quiet_nights(session: Session, now: datetime) -> int:
    return protocol_at(session, now)[1].quiet_nights_after_import
