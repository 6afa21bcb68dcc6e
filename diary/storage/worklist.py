"""Queries behind the worklist: its tabs, their counts by the very conditions of their rows, and one page."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from config.words import ALERT_ENDED
from diary.domain import booking_states
from diary.domain.alert_states import URGENCY
from diary.storage.tables.alert import Alert
from diary.storage.tables.booking import Booking
from diary.storage.tables.course import Administration, Course
from diary.storage.tables.patient import Patient, PatientIdentity
from diary.storage.unit import clinic_of, own

_WAITING: Final = Alert.status.in_(("open", "acknowledged"))

# Each live alert falls under exactly one of these, and under "all".
TABS: Final[Mapping[str, ColumnElement[bool]]] = MappingProxyType(
    {
        "act_now": and_(
            _WAITING,
            or_(
                Alert.kind.in_(("red_flag", "step", "not_assessed")),
                and_(Alert.kind == "loss", Alert.level.in_(("likely_lost", "confirmed"))),
            ),
        ),
        "watch": and_(_WAITING, Alert.kind == "loss", Alert.level == "watch"),
        "review": and_(_WAITING, Alert.kind.in_(("review", "no_response"))),
        "silent": and_(_WAITING, Alert.kind == "silence"),
        "call_me": and_(_WAITING, Alert.kind == "call_me"),
        "snoozed": Alert.status == "snoozed",
        "parked": Alert.status == "parked",
        "all": true(),
    }
)

_RANK: Final = case(
    {word: place for place, word in enumerate(URGENCY)},
    value=func.coalesce(Alert.level, Alert.kind),
    else_=len(URGENCY),
)


def tab_counts(session: Session) -> dict[str, int]:
    """How many live alerts each tab holds, in one statement."""
    columns = [func.count().filter(condition).label(name) for name, condition in TABS.items()]
    row = session.execute(select(*columns).select_from(Alert).where(*_live(session))).one()
    return dict(row._mapping)


def tab_page(session: Session, tab: str, *, offset: int, limit: int) -> list[tuple[Alert, Patient]]:
    """One page of a tab, most urgent first; of equals the oldest."""
    statement = (
        select(Alert, Patient)
        .join(Patient, and_(Patient.clinic_id == Alert.clinic_id, Patient.id == Alert.patient_id))
        .where(*_live(session), TABS[tab])
        .order_by(_RANK, Alert.opened_at, Alert.id)
        .offset(offset)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def courses_of_rows(session: Session, alerts: Sequence[Alert]) -> dict[int, Course]:
    """For each alert's id its course; for one that stands without a course, the patient's open course."""
    named = {alert.course_id for alert in alerts if alert.course_id is not None}
    homeless = {alert.patient_id for alert in alerts if alert.course_id is None}
    statement = own(session, Course).where(
        or_(Course.id.in_(named), and_(Course.patient_id.in_(homeless), Course.status == "open"))
    )
    courses = list(session.scalars(statement))
    by_id = {course.id: course for course in courses}
    open_of = {course.patient_id: course for course in courses if course.status == "open"}
    found = {
        alert.id: by_id[alert.course_id] if alert.course_id is not None else open_of.get(alert.patient_id)
        for alert in alerts
    }
    return {alert_id: course for alert_id, course in found.items() if course is not None}


def given_to(session: Session, patient_ids: Sequence[int]) -> dict[int, list[Administration]]:
    """What was given to each patient and still stands, first to last."""
    statement = own(session, Administration).where(
        Administration.patient_id.in_(patient_ids), Administration.standing
    )
    found: dict[int, list[Administration]] = {}
    for row in session.scalars(statement.order_by(Administration.first_day)):
        found.setdefault(row.patient_id, []).append(row)
    return found


def bookings_under_way(session: Session, patient_ids: Sequence[int]) -> dict[int, Booking]:
    """The booking under way of each patient that has one."""
    statement = own(session, Booking).where(
        Booking.patient_id.in_(patient_ids), Booking.state.in_(booking_states.LIVE)
    )
    return {booking.patient_id: booking for booking in session.scalars(statement)}


def identities_of(session: Session, patient_ids: Sequence[int]) -> dict[int, PatientIdentity]:
    """Who these patients are; the caller writes the audit row of this read."""
    statement = own(session, PatientIdentity).where(PatientIdentity.patient_id.in_(patient_ids))
    return {row.patient_id: row for row in session.scalars(statement)}


def _live(session: Session) -> tuple[ColumnElement[bool], ...]:
    return (Alert.clinic_id == clinic_of(session), Alert.status.not_in(ALERT_ENDED))
