"""Queries of one shard of a night: some of a clinic's followed courses, and what stands beside them, as rows.

A shard is a stretch of course ids. What stands beside the courses is asked for by the ids that were read:
joined to them again, PostgreSQL reads the whole clinic's alerts for each shard.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, case, func, literal_column, or_, select
from sqlalchemy.orm import Session

from diary.storage.among import among
from diary.storage.base import table_of
from diary.storage.follow import FOLLOWED, Followed, by_patient
from diary.storage.prepared import Prepared
from diary.storage.studies import MASKED_COURSES
from diary.storage.tables.alert import Alert
from diary.storage.tables.course import Administration, Course
from diary.storage.tables.entry import CourseDays
from diary.storage.tables.night import Assessment
from diary.storage.tables.patient import Patient, PatientFollow
from diary.storage.unit import clinic_of


class FollowedCourse(NamedTuple):
    """A planned or open course with its packed days, and the state that it was last found in."""

    id: int
    patient_id: int
    first_infusion_day: date | None
    last_infusion_day: date | None
    baseline_kind: str | None
    baseline_nrs: float | None
    thin_from_day: date | None
    thin_weekdays: int | None
    imported_at: datetime | None
    anchor_day: date | None
    changed_at: datetime | None
    days: bytes | None
    state: str | None
    since_night: date | None
    p_lost: float | None
    p_lost_lead: float | None
    has_outlook: bool


class StandingAlert(NamedTuple):
    """The newest alert of its kind in a course, live or ended."""

    id: int
    course_id: int
    kind: str
    level: str | None
    status: str
    night: date | None
    step_facts: Mapping[str, Any] | None
    """What was found when it opened, of a step; to read those of all would cost more than all the rest."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The courses of a clinic with ids over `after_id`, up to `last_id`."""

    after_id: int
    last_id: int
    courses: int


# No id is larger.
EVERYBODY: Final = Stretch(0, 2**63 - 1, 0)

_COURSE: Final = table_of(Course).c
_DAYS: Final = table_of(CourseDays).c
_FOUND: Final = table_of(Assessment).c
_ALERT: Final = table_of(Alert).c
_GIVEN: Final = table_of(Administration).c
_FOLLOW: Final = table_of(PatientFollow).c
_PATIENT: Final = table_of(Patient).c

_OF_SHARD: Final[ColumnElement[bool]] = and_(
    _COURSE.clinic_id == bindparam("clinic_id"),
    _COURSE.status != literal_column("'closed'"),  # as the index has it: a parameter would hide that it fits
    _COURSE.id > bindparam("after_id"),
    _COURSE.id <= bindparam("last_id"),
    _COURSE.id.not_in(MASKED_COURSES),  # what a night says of a course could tell which arm it is in
)

_COURSES_WITH_DAYS: Final = (
    select(
        _COURSE.id,
        _COURSE.patient_id,
        _COURSE.first_infusion_day,
        _COURSE.last_infusion_day,
        _COURSE.baseline_kind,
        _COURSE.baseline_nrs,
        _COURSE.thin_from_day,
        _COURSE.thin_weekdays,
        _COURSE.imported_at,
        _DAYS.anchor_day,
        _DAYS.changed_at,
        _DAYS.days,
        _FOUND.state,
        _FOUND.since_night,
        _FOUND.p_lost,
        _FOUND.p_lost_lead,
        _FOUND.outlook.is_not(None),
    )
    .select_from(
        table_of(Course)
        .outerjoin(table_of(CourseDays), _DAYS.course_id == _COURSE.id)
        .outerjoin(table_of(Assessment), _FOUND.course_id == _COURSE.id)
    )
    .order_by(_COURSE.id)
)
_COURSES: Final = Prepared(_COURSES_WITH_DAYS.where(_OF_SHARD))
_AMONG: Final = Prepared(
    _COURSES_WITH_DAYS.where(_COURSE.clinic_id == bindparam("clinic_id"), among(_COURSE.id, "course_ids"))
)
_PLACES: Final = (
    select(
        _COURSE.id,
        func.row_number().over(order_by=_COURSE.id).label("place"),
        func.count().over().label("all"),
    )
    .where(_OF_SHARD)
    .subquery()
)
_ENDS: Final = Prepared(
    select(_PLACES.c.id, _PLACES.c.place)
    .where(or_(_PLACES.c.place % bindparam("most") == 0, _PLACES.c.place == _PLACES.c.all))
    .order_by(_PLACES.c.id)
)
_newer = table_of(Alert).alias()
_ALERTS: Final = Prepared(
    select(
        _ALERT.id,
        _ALERT.course_id,
        _ALERT.kind,
        _ALERT.level,
        _ALERT.status,
        _ALERT.night,
        case((_ALERT.kind == "step", _ALERT.facts)),
    ).where(
        among(_ALERT.course_id, "course_ids"),
        and_(_ALERT.kind != "red_flag", _ALERT.kind != "call_me"),
        ~select(_newer.c.id)
        .where(_newer.c.course_id == _ALERT.course_id, _newer.c.kind == _ALERT.kind, _newer.c.id > _ALERT.id)
        .exists(),
    )
)
_BOOSTERS: Final = Prepared(
    select(_GIVEN.course_id, _GIVEN.last_day)
    .where(among(_GIVEN.patient_id, "patient_ids"), _GIVEN.standing, _GIVEN.classified_as == "booster")
    .order_by(_GIVEN.last_day)
)
_unlike = table_of(PatientFollow).alias()
_HISTORIES: Final = Prepared(
    select(*FOLLOWED)
    .join_from(table_of(PatientFollow), table_of(Patient), _PATIENT.id == _FOLLOW.patient_id)
    .where(
        among(_FOLLOW.patient_id, "patient_ids"),
        _FOLLOW.since_at <= bindparam("until"),
        select(_unlike.c.id)
        .where(_unlike.c.patient_id == _FOLLOW.patient_id, _unlike.c.state != "followed")
        .exists(),
    )
    .order_by(_FOLLOW.since_at, _FOLLOW.id)
)


def stretches(session: Session, *, most: int, within: Stretch = EVERYBODY) -> list[Stretch]:
    """The followed courses of the clinic, or of a stretch, in stretches of at most so many, first to last."""
    ends = _ENDS.rows(session, **_bounds(session, within), most=most)
    starts = [(within.after_id, 0), *ends]
    return [
        Stretch(after_id, last_id, place - before)
        for (after_id, before), (last_id, place) in zip(starts, ends, strict=False)
    ]


def courses_of_shard(session: Session, stretch: Stretch) -> list[FollowedCourse]:
    """The courses themselves, by id."""
    return [FollowedCourse(*row) for row in _COURSES.rows(session, **_bounds(session, stretch))]


def courses_among(session: Session, course_ids: Sequence[int]) -> list[FollowedCourse]:
    """Courses of the clinic, followed or closed, by id."""
    rows = _AMONG.rows(session, clinic_id=clinic_of(session), course_ids=course_ids)
    return [FollowedCourse(*row) for row in rows]


def alerts_of_courses(session: Session, course_ids: Sequence[int]) -> dict[int, list[StandingAlert]]:
    """By course its newest alert of each kind, live or ended; red flags and calls apart."""
    found: dict[int, list[StandingAlert]] = {}
    for row in _ALERTS.rows(session, course_ids=course_ids):
        alert = StandingAlert(*row)
        found.setdefault(alert.course_id, []).append(alert)
    return found


def boosters_of_patients(session: Session, patient_ids: Sequence[int]) -> dict[int, list[date]]:
    """By course of these patients the days on which boosters ended, first to last."""
    found: dict[int, list[date]] = {}
    for course_id, last_day in _BOOSTERS.rows(session, patient_ids=patient_ids):
        found.setdefault(course_id, []).append(last_day)
    return found


def follow_of_patients(
    session: Session, patient_ids: Sequence[int], *, until: datetime
) -> dict[int, list[Followed]]:
    """By patient how they were followed up to a moment; those always followed are left out."""
    return by_patient(_HISTORIES.rows(session, patient_ids=patient_ids, until=until))


def _bounds(session: Session, stretch: Stretch) -> dict[str, int]:
    return {
        "clinic_id": clinic_of(session),
        "after_id": stretch.after_id,
        "last_id": stretch.last_id,
    }
