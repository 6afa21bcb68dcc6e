"""What a row of the worklist is made of: columns of its alert, patient, course, days and booking."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple


class ListedAlert(NamedTuple):
    """Of an alert, what a row tells."""

    id: int
    uid: str
    version: int
    kind: str
    level: str | None
    status: str
    night: date | None
    facts: Mapping[str, Any]
    owner_id: int | None
    opened_at: datetime
    changed_at: datetime
    snoozed_until: date | None
    snooze_reason: str | None
    late: bool


class ListedPatient(NamedTuple):
    """Whose it is."""

    id: int
    uid: str
    pseudonym: str
    zone: str
    follow_state: str


class ListedCourse(NamedTuple):
    """The alert's course; of one that stands without, the patient's open course."""

    id: int
    planned_first_day: date | None
    first_infusion_day: date | None
    last_infusion_day: date | None
    baseline_kind: str | None
    baseline_nrs: float | None
    baseline_answers: int | None
    baseline_sd: float | None
    thin_from_day: date | None
    thin_weekdays: int | None


class ListedDays(NamedTuple):
    """The packed days of the course."""

    anchor_day: date
    days: bytes


class ListedBooking(NamedTuple):
    """The patient's booking under way."""

    uid: str
    state: str
    offered_first_day: date | None
    offered_last_day: date | None


class Chances(NamedTuple):
    """That relief is lost: now, within 14 and 28 days, within the lead time; None where nothing is known."""

    lost: float | None
    lost_14d: float | None
    lost_28d: float | None
    lost_lead: float | None


class Listed(NamedTuple):
    """All that one statement knows of a row."""

    alert: ListedAlert
    patient: ListedPatient
    course: ListedCourse | None
    days: ListedDays | None
    booking: ListedBooking | None
    chances: Chances
    """Of a course in a masked study, none is known."""
    name: str | None
    """Who it is; the caller says whether that may be read, and writes the audit row."""
