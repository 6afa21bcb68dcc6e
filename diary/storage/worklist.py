"""Queries behind the worklist: its tabs, their counts by the very conditions of their rows, and one page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from config.words import ALERT_ENDED
from diary.domain import booking_states
from diary.domain.alert_states import URGENCY
from diary.domain.waiting import Weights
from diary.storage.tables.alert import Alert
from diary.storage.tables.booking import Booking
from diary.storage.tables.course import Administration, Course
from diary.storage.tables.night import Assessment
from diary.storage.tables.patient import Device, Patient, PatientIdentity
from diary.storage.unit import clinic_of, own

S = TypeVar("S", bound=Select[*tuple[Any, ...]])

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

_WORD: Final = func.coalesce(Alert.level, Alert.kind)
_RANK: Final = case({word: place for place, word in enumerate(URGENCY)}, value=_WORD, else_=len(URGENCY))
# What is lost by waiting decides among alerts that are alike in haste; no chance outranks a red flag.
_HASTE: Final = case(
    {"red_flag": 0, "confirmed": 1, "likely_lost": 1, "step": 1, "not_assessed": 1, "watch": 2, "call_me": 3},
    value=_WORD,
    else_=4,
)

# How rows can be ordered besides: by the word in the address.
SORTS: Final[Mapping[str, SQLColumnExpression[Any]]] = MappingProxyType(
    {
        "waiting": Alert.id,  # stands for the order of haste, see `_ordered`
        "age": Alert.opened_at,
        "patient": Patient.pseudonym,
        "now": Assessment.mean_7d,
        "before": Assessment.baseline_nrs,
        "best": Assessment.best_14d,
        "chance": Assessment.p_lost_lead,
        "answers": Assessment.answered_14d,
        "infusion": Course.last_infusion_day,
    }
)
# The other sorts begin with the least.
_FALLING: Final = ("now", "before", "best", "chance")
_FORETOLD: Final = ("chance",)


@dataclass(frozen=True, slots=True)
class Narrow:
    """Which alerts of the clinic a worklist is about; every count is of these."""

    staff_ids: Sequence[int] | None = None
    """Alerts these people took, and of patients they look after; None: everybody's."""
    team_ids: Sequence[int] = ()
    """With `staff_ids`, also the patients of these teams."""
    infused_between: tuple[date, date] | None = None
    """Only courses whose last infusion day lies between these, both included."""


CLINIC: Final = Narrow()


def tab_counts(session: Session, narrow: Narrow = CLINIC) -> dict[str, int]:
    """How many live alerts each tab holds, in one statement."""
    columns = [func.count().filter(condition).label(name) for name, condition in TABS.items()]
    statement = select(*columns).select_from(Alert).where(*_live(session))
    if narrow != CLINIC:  # the clinic's own counts need no join
        statement = _among(session, select(*columns), narrow)
    row = session.execute(statement).one()
    return dict(row._mapping)


def tab_page(
    session: Session,
    tab: str,
    narrow: Narrow = CLINIC,
    *,
    sort: str = "waiting",
    lead: tuple[int, Weights] | None = None,
    offset: int,
    limit: int,
) -> list[tuple[Alert, Patient]]:
    """One page of a tab.

    Args:
        session: of the clinic.
        tab: of `TABS`.
        narrow: which alerts.
        sort: of `SORTS`; what is equal goes by haste.
        lead: the lead time and what chances weigh in it; None where the forecast is in the shadow, when no
            order may follow it.
        offset: rows before this page.
        limit: rows on it.
    """
    statement = _among(session, select(Alert, Patient), narrow)
    statement = statement.outerjoin(
        Assessment,
        and_(Assessment.clinic_id == Alert.clinic_id, Assessment.course_id == Alert.course_id),
    )
    statement = statement.where(TABS[tab]).order_by(*_ordered(sort, lead)).offset(offset).limit(limit)
    return [(row[0], row[1]) for row in session.execute(statement)]


def _among(session: Session, statement: S, narrow: Narrow) -> S:
    """Live alerts with their patient and, where they have one, their course."""
    statement = (
        statement.select_from(Alert)
        .join(Patient, and_(Patient.clinic_id == Alert.clinic_id, Patient.id == Alert.patient_id))
        .outerjoin(Course, and_(Course.clinic_id == Alert.clinic_id, Course.id == Alert.course_id))
        .where(*_live(session))
    )
    if narrow.staff_ids is not None:
        statement = statement.where(
            or_(
                Alert.owner_id.in_(narrow.staff_ids),
                Patient.owner_id.in_(narrow.staff_ids),
                Patient.team_id.in_(narrow.team_ids),
            )
        )
    if narrow.infused_between is not None:
        statement = statement.where(Course.last_infusion_day.between(*narrow.infused_between))
    return statement


def _live(session: Session) -> tuple[ColumnElement[bool], ...]:
    return (Alert.clinic_id == clinic_of(session), Alert.status.not_in(ALERT_ENDED))


def _ordered(sort: str, lead: tuple[int, Weights] | None) -> list[SQLColumnExpression[Any]]:
    column = SORTS[sort]
    first: list[SQLColumnExpression[Any]] = []
    if sort != "waiting" and (lead is not None or sort not in _FORETOLD):
        first = [column.is_(None), column.desc() if sort in _FALLING else column]
    lost = _days_lost(lead)
    return [*first, _HASTE, lost.is_(None), lost.desc(), _RANK, Alert.opened_at, Alert.id]


def _days_lost(lead: tuple[int, Weights] | None) -> ColumnElement[Any]:
    """As `domain.waiting` has it; a confirmed loss is without relief from the first day on."""
    if lead is None:
        return case((Alert.level == "confirmed", 1), else_=None)
    days, weights = lead
    chances = (Assessment.p_lost, Assessment.p_lost_14d, Assessment.p_lost_28d, Assessment.p_lost_lead)
    foretold = sum(weight * chance for weight, chance in zip(weights, chances, strict=True) if weight)
    return case((Alert.level == "confirmed", float(days)), else_=foretold)


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


def phones_seen(session: Session, patient_ids: Sequence[int]) -> dict[int, datetime]:
    """When a phone of each of these patients was last here; whoever has none paired is left out."""
    statement = (
        select(Device.patient_id, func.max(Device.last_seen_at))
        .where(
            Device.clinic_id == clinic_of(session),
            Device.patient_id.in_(patient_ids),
            Device.revoked_at.is_(None),
        )
        .group_by(Device.patient_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def identities_of(session: Session, patient_ids: Sequence[int]) -> dict[int, PatientIdentity]:
    """Who these patients are; the caller writes the audit row of this read."""
    statement = own(session, PatientIdentity).where(PatientIdentity.patient_id.in_(patient_ids))
    return {row.patient_id: row for row in session.scalars(statement)}
