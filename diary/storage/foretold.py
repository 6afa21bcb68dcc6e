"""What the nights told of a loss, week by week, and what the forecast learned from it by itself."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from config.words import KETAMINES
from diary.storage.among import among
from diary.storage.base import INSERT, table_of
from diary.storage.nights import newest_night
from diary.storage.prepared import Prepared
from diary.storage.studies import MASKED_COURSES
from diary.storage.tables.clinic import Clinic
from diary.storage.tables.course import Administration, Course
from diary.storage.tables.entry import Entry
from diary.storage.tables.forecast import ForecastCandidate, ForecastWeek
from diary.storage.tables.night import AssessmentLog, NightRun
from diary.storage.unit import clinic_of, own


class Foretold(NamedTuple):
    """What one night told of one course."""

    course_id: int
    night: date
    cutoff_at: datetime
    day_number: int
    p_lost_28d: float
    lost_p10: int | None
    lost_p90: int | None


_LOG: Final = table_of(AssessmentLog).c
_NIGHT: Final = table_of(NightRun).c
_ENTRY: Final = table_of(Entry).c
_FORETOLD: Final = Prepared(
    select(
        _LOG.course_id,
        _LOG.night,
        _NIGHT.cutoff_at,
        _LOG.day_number,
        _LOG.p_lost_28d,
        _LOG.lost_p10,
        _LOG.lost_p90,
    )
    .select_from(
        table_of(AssessmentLog).join(
            table_of(NightRun),
            and_(_NIGHT.clinic_id == _LOG.clinic_id, _NIGHT.id == _LOG.night_run_id),
        )
    )
    .where(
        among(_LOG.course_id, "course_ids"),
        _LOG.clinic_id == bindparam("clinic_id"),
        _LOG.night > bindparam("after"),
        _LOG.night <= bindparam("until"),
        among(_LOG.day_number, "on_days"),
        _LOG.p_lost_28d.is_not(None),
    )
    .order_by(_LOG.night, _LOG.course_id)
)
_RECEIVED: Final = Prepared(
    select(_ENTRY.patient_id, _ENTRY.day, _ENTRY.received_at).where(
        among(_ENTRY.patient_id, "patient_ids"),
        _ENTRY.clinic_id == bindparam("clinic_id"),
        _ENTRY.received_at > bindparam("since"),
    )
)


def newest_courses(session: Session, *, ended_by: date, most: int) -> list[int]:
    """Ids of the courses on ketamine whose infusion had ended by a day, newest first."""
    statement = (
        _on_ketamine(session)
        .where(Course.last_infusion_day <= ended_by)
        .order_by(Course.last_infusion_day.desc(), Course.id)
        .limit(most)
    )
    return list(session.scalars(statement))


def courses_between(session: Session, first: date, last: date) -> list[int]:
    """Ids of the courses on ketamine whose infusion ended on these days, by id."""
    statement = _on_ketamine(session).where(Course.last_infusion_day.between(first, last))
    return list(session.scalars(statement.order_by(Course.id)))


def _on_ketamine(session: Session) -> Select[int]:
    """Ids of courses that something can be learned from: none masked, none on a placebo or a study drug."""
    other = (
        own(session, Administration)
        .with_only_columns(Administration.course_id)
        .where(
            Administration.standing,
            Administration.classified_as != "booster",
            Administration.agent.not_in(KETAMINES),
        )
    )
    kept = select(Course.id).where(Course.clinic_id == clinic_of(session))
    return kept.where(Course.id.not_in(other), Course.id.not_in(MASKED_COURSES))


def next_starts(session: Session, course_ids: Sequence[int]) -> dict[int, date]:
    """The first infusion day of the course that followed, for each of these that was followed by one."""
    later = table_of(Course).alias()
    statement = (
        select(Course.id, func.min(later.c.first_infusion_day))
        .join(later, and_(later.c.clinic_id == Course.clinic_id, later.c.patient_id == Course.patient_id))
        .where(
            Course.clinic_id == clinic_of(session),
            Course.id.in_(course_ids),
            later.c.number > Course.number,
            later.c.first_infusion_day.is_not(None),
        )
        .group_by(Course.id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def foretold(
    session: Session, course_ids: Sequence[int], *, on_days: Sequence[int], after: date, until: date
) -> list[Foretold]:
    """What the nights after one day and up to another told of some courses, on these course days."""
    rows = _FORETOLD.rows(
        session,
        clinic_id=clinic_of(session),
        course_ids=course_ids,
        on_days=on_days,
        after=after,
        until=until,
    )
    return [Foretold(*row) for row in rows]


def received_since(
    session: Session, patient_ids: Sequence[int], since: datetime
) -> list[tuple[int, date, datetime]]:
    """Patient, day and receipt of every entry version that came after a moment."""
    rows = _RECEIVED.rows(session, clinic_id=clinic_of(session), patient_ids=patient_ids, since=since)
    return [(patient_id, day, received_at) for patient_id, day, received_at in rows]


class Reached(NamedTuple):
    """How far a clinic has come."""

    clinic_id: int
    first_night: date
    last_night: date | None
    """The newest that is finished."""
    last_week: date | None
    """The newest that was looked at."""


def reached(session: Session) -> list[Reached]:
    """How far each clinic has come, over all clinics."""
    week = select(func.max(ForecastWeek.night)).where(ForecastWeek.clinic_id == Clinic.id).scalar_subquery()
    statement = select(Clinic.id, Clinic.first_night, newest_night(), week).order_by(Clinic.id)
    return [Reached(*row) for row in session.execute(statement)]


def put_week(session: Session, values: Mapping[str, Any]) -> bool:
    """Write down that a week was looked at; False where somebody else has done so."""
    insert = INSERT[session.get_bind().dialect.name](table_of(ForecastWeek))
    statement = insert.values(clinic_id=clinic_of(session), **values).on_conflict_do_nothing(
        index_elements=["clinic_id", "night"]
    )
    return session.execute(statement.returning(ForecastWeek.id)).scalar_one_or_none() is not None


def last_week(session: Session) -> ForecastWeek | None:
    """The newest week of the clinic that was looked at."""
    return session.scalars(own(session, ForecastWeek).order_by(ForecastWeek.night.desc()).limit(1)).first()


def in_the_shadow(session: Session) -> ForecastCandidate | None:
    """The candidate that waits; there is one at most."""
    statement = own(session, ForecastCandidate).where(ForecastCandidate.state == "shadow")
    return session.scalars(statement).one_or_none()


def candidates(session: Session) -> list[ForecastCandidate]:
    """All of them, first to last."""
    return list(session.scalars(own(session, ForecastCandidate).order_by(ForecastCandidate.night)))
