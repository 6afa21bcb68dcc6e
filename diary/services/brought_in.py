"""Courses brought in from older diaries, while their alerts wait: the one summary that staff get of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from diary.domain.policy import rings_from
from diary.storage.courses import waiting_by_state
from diary.storage.protocols import protocol_at
from diary.storage.tables.course import Course
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
    quiet_nights = _quiet_nights(session, now)
    found = waiting_by_state(session, since=now - timedelta(days=quiet_nights))
    if not found:
        return None
    last = max(at for *_, at in found)
    return BroughtIn(
        courses=sum(count for _, count, _ in found),
        states={state: count for state, count, _ in found if state},
        waits_until=rings_from(last, quiet_nights=quiet_nights),
    )


def patients_brought_in(session: Session, now: datetime) -> Select[int]:
    """Ids of the patients whose open course waits."""
    since = now - timedelta(days=_quiet_nights(session, now))
    return select(Course.patient_id).where(
        Course.clinic_id == clinic_of(session), Course.status == "open", Course.imported_at > since
    )


def _quiet_nights(session: Session, now: datetime) -> int:
    return protocol_at(session, now)[1].quiet_nights_after_import
