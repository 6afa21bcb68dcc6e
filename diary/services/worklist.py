"""The worklist: which patients need a person, the reason in a sentence first, the most urgent on top."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from config.protocol import Protocol
from diary.domain import alert_states, infusions, reasons
from diary.services import audit
from diary.services.asked_days import unfollowed
from diary.services.brought_in import BroughtIn, brought_in
from diary.services.course_today import CourseToday, course_today, scores_between, today_of
from diary.services.forecast_story import SwitchedOff, switched_off
from diary.storage.courses import packed_days
from diary.storage.follow import Followed, follow_histories
from diary.storage.protocols import protocol_at
from diary.storage.staff import staff_of_clinic
from diary.storage.tables.alert import Alert
from diary.storage.tables.booking import Booking
from diary.storage.tables.course import Administration, Course
from diary.storage.tables.entry import CourseDays
from diary.storage.tables.patient import Patient
from diary.storage.worklist import (
    bookings_under_way,
    courses_of_rows,
    given_to,
    identities_of,
    tab_counts,
    tab_page,
)

PAGE_ROWS: Final = 50
SPARK_DAYS: Final = 28
FIRST_TAB: Final = "act_now"
# A booking answers these; red flags and silence are answered by a call.
BOOKABLE: Final = ("loss", "step", "review", "no_response", "call_me")


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert as a person reads it."""

    uid: str
    version: int
    kind: str
    level: str | None
    status: str
    title: str
    why: str
    opened_at: datetime
    night: date | None
    """Whose figures `why` tells; None when no night found it."""
    changed_at: datetime
    owner: str | None
    """Name of whoever took it."""
    owner_uid: str | None
    snoozed_until: date | None
    snooze_reason: str | None
    late: bool
    actions: tuple[str, ...]
    """What can be done with it now, of: acknowledge, book, snooze, close."""


@dataclass(frozen=True, slots=True)
class Row:
    """One alert with what is known of its patient and course today."""

    alert: AlertLine
    patient_uid: str
    pseudonym: str
    name: str | None
    """None where nobody wrote it down, or for eyes that may not see it."""
    follow_state: str
    days_since_infusion: int | None
    booking_state: str | None
    course: CourseToday | None
    spark: tuple[int | None, ...]
    """Scores of 28 diary days, oldest first, the last one being today or yesterday."""


@dataclass(frozen=True, slots=True)
class Worklist:
    """One page of one tab, with the true counts of all tabs."""

    tab: str
    counts: Mapping[str, int]
    rows: tuple[Row, ...]
    page: int
    pages: int
    brought_in: BroughtIn | None
    """None where no course was brought in of late."""
    forecast_off: SwitchedOff | None
    """None unless the forecast switched itself off."""


def worklist(session: Session, *, tab: str, page: int, names: bool, now: datetime) -> Worklist:
    """One page of a tab, a key of `diary.storage.worklist.TABS`; a page beyond the last gives the last.

    With `names`, that they were read is written down.
    """
    counts = tab_counts(session)
    pages = max(1, -(-counts[tab] // PAGE_ROWS))
    page = min(max(page, 1), pages)
    found = tab_page(session, tab, offset=(page - 1) * PAGE_ROWS, limit=PAGE_ROWS)
    rows = _rows(session, found, names=names, now=now)
    return Worklist(tab, counts, rows, page, pages, brought_in(session, now), switched_off(session))


def alert_line(alert: Alert, owners: Mapping[int, tuple[str, str]], *, booking: Booking | None) -> AlertLine:
    """An alert in words, with the actions it can take; `owners` gives uid and name by staff id."""
    owner_uid, owner = owners.get(alert.owner_id or 0, (None, None))
    return AlertLine(
        uid=alert.uid,
        version=alert.version,
        kind=alert.kind,
        level=alert.level,
        status=alert.status,
        title=reasons.title(alert.kind),
        why=reasons.why(alert.kind, alert.level, alert.facts),
        opened_at=alert.opened_at,
        night=alert.night,
        changed_at=alert.changed_at,
        owner=owner,
        owner_uid=owner_uid,
        snoozed_until=alert.snoozed_until,
        snooze_reason=alert.snooze_reason,
        late=alert.late,
        actions=_actions(alert, booking),
    )


def staff_names(session: Session) -> dict[int, tuple[str, str]]:
    """Uid and name of everyone with an account here, by id."""
    return {person.id: (person.uid, person.name) for person in staff_of_clinic(session)}


def _actions(alert: Alert, booking: Booking | None) -> tuple[str, ...]:
    def may(action: str) -> bool:
        return alert_states.may(alert.status, action, kind=alert.kind)

    able = {
        "acknowledge": may("acknowledge"),
        "book": booking is None and alert.kind in BOOKABLE and may("park"),
        "snooze": may("snooze"),
        "close": may("close"),
    }
    return tuple(action for action, possible in able.items() if possible)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a page of rows needs beside the alerts, each read in one query."""

    protocol: Protocol
    courses: Mapping[int, Course]
    days: Mapping[int, CourseDays]
    given: Mapping[int, Sequence[Administration]]
    follow: Mapping[int, Sequence[Followed]]
    bookings: Mapping[int, Booking]
    owners: Mapping[int, tuple[str, str]]
    names: Mapping[int, str | None]


def _rows(
    session: Session, found: Sequence[tuple[Alert, Patient]], *, names: bool, now: datetime
) -> tuple[Row, ...]:
    beside = _beside(session, found, names=names, now=now)
    return tuple(_row(alert, patient, beside, now=now) for alert, patient in found)


def _beside(
    session: Session, found: Sequence[tuple[Alert, Patient]], *, names: bool, now: datetime
) -> _Beside:
    patient_ids = [patient.id for _, patient in found]
    courses = courses_of_rows(session, [alert for alert, _ in found])
    identities = identities_of(session, patient_ids) if names else {}
    if identities:
        pseudonyms = sorted({patient.pseudonym for _, patient in found})
        audit.note(session, "identity.list", now=now, object="worklist", detail={"patients": pseudonyms})
    return _Beside(
        protocol=protocol_at(session, now)[1],
        courses=courses,
        days=packed_days(session, [course.id for course in courses.values()]),
        given=given_to(session, patient_ids),
        follow=follow_histories(session, patient_ids, until=now),
        bookings=bookings_under_way(session, patient_ids),
        owners=staff_names(session),
        names={patient_id: identity.name for patient_id, identity in identities.items()},
    )


def _spark(course: Course, days: CourseDays, today: date) -> tuple[int | None, ...]:
    """The last 28 days since the infusion, up to today when today is answered: an open day is not missing."""
    first = today - timedelta(days=SPARK_DAYS)
    ended = course.last_infusion_day
    if ended is not None and ended < today:
        first = max(first, ended + timedelta(days=1))
    scores = scores_between(days, first=first, last=today)
    return tuple(scores[-SPARK_DAYS:] if scores[-1] is not None else scores[:-1])


def _row(alert: Alert, patient: Patient, beside: _Beside, *, now: datetime) -> Row:
    today = today_of(patient, now)
    given = beside.given.get(patient.id, ())
    booking = beside.bookings.get(patient.id)
    course = beside.courses.get(alert.id)
    days = beside.days.get(course.id) if course is not None else None
    judged: CourseToday | None = None
    spark: tuple[int | None, ...] = ()
    if course is not None and days is not None:
        away = unfollowed(beside.follow.get(patient.id, ()))
        judged = course_today(course, days, today=today, protocol=beside.protocol, given=given, away=away)
        spark = _spark(course, days, today)
    return Row(
        alert=alert_line(alert, beside.owners, booking=booking),
        patient_uid=patient.uid,
        pseudonym=patient.pseudonym,
        name=beside.names.get(patient.id),
        follow_state=patient.follow_state,
        days_since_infusion=infusions.days_since_last(
            [(block.first_day, block.last_day) for block in given], today
        ),
        booking_state=booking.state if booking is not None else None,
        course=judged,
        spark=spark,
    )
