"""The rows of the worklist: each alert with what is known of its patient and course today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from config.protocol import Protocol
from diary.domain import infusions
from diary.domain.waiting import days_lost
from diary.services import audit
from diary.services.alert_lines import AlertLine, alert_line, staff_names
from diary.services.asked_days import unfollowed
from diary.services.course_today import CourseToday, course_today, scores_between, today_of
from diary.services.phone_reach import PhoneReach, phone_reach
from diary.storage.bookings import WAIT_FOR_DAYS
from diary.storage.courses import packed_days
from diary.storage.follow import Followed, follow_histories
from diary.storage.nights import assessments
from diary.storage.tables.alert import Alert
from diary.storage.tables.booking import Booking
from diary.storage.tables.course import Administration, Course
from diary.storage.tables.entry import CourseDays
from diary.storage.tables.night import Assessment
from diary.storage.tables.patient import Patient
from diary.storage.worklist import (
    bookings_under_way,
    courses_of_rows,
    given_to,
    identities_of,
)

SPARK_DAYS: Final = 28


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
    to_offer: str | None
    """Uid of the booking that only waits for days."""
    next_days: tuple[date, date] | None
    """Infusion days on offer, or certain."""
    course: CourseToday | None
    chance: float | None
    """That relief is lost within the lead time; None while the forecast is in the shadow."""
    days_lost: float | None
    """Days without relief to expect until a bed asked for today is free."""
    last_nrs: int | None
    """The last answer of the course."""
    phone: PhoneReach | None
    """Of a silent patient."""
    spark: tuple[int | None, ...]
    """Scores of 28 diary days, oldest first, the last one being today or yesterday."""


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a page of rows needs beside the alerts, each read in one query."""

    protocol: Protocol
    foretold: bool
    courses: Mapping[int, Course]
    findings: Mapping[int, Assessment]
    days: Mapping[int, CourseDays]
    given: Mapping[int, Sequence[Administration]]
    follow: Mapping[int, Sequence[Followed]]
    bookings: Mapping[int, Booking]
    phones: Mapping[int, PhoneReach]
    owners: Mapping[int, tuple[str, str]]
    names: Mapping[int, str | None]


def rows_of(
    session: Session,
    found: Sequence[tuple[Alert, Patient]],
    *,
    protocol: Protocol,
    names: bool,
    foretold: bool,
    now: datetime,
) -> tuple[Row, ...]:
    """Dress the alerts of one page; with `names`, that they were read is written down."""
    patient_ids = [patient.id for _, patient in found]
    courses = courses_of_rows(session, [alert for alert, _ in found])
    course_ids = [course.id for course in courses.values()]
    identities = identities_of(session, patient_ids) if names else {}
    pseudonyms = [patient.pseudonym for _, patient in found]
    audit.note_list(session, "worklist", pseudonyms, named=bool(identities), now=now)
    beside = _Beside(
        protocol=protocol,
        foretold=foretold,
        courses=courses,
        findings=assessments(session, course_ids) if foretold else {},
        days=packed_days(session, course_ids),
        given=given_to(session, patient_ids),
        follow=follow_histories(session, patient_ids, until=now),
        bookings=bookings_under_way(session, patient_ids),
        phones=phone_reach(
            session, [alert.patient_id for alert, _ in found if alert.kind == "silence"], now=now
        ),
        owners=staff_names(session),
        names={patient_id: identity.name for patient_id, identity in identities.items()},
    )
    return tuple(_row(alert, patient, beside, now=now) for alert, patient in found)


def _row(alert: Alert, patient: Patient, beside: _Beside, *, now: datetime) -> Row:
    today = today_of(patient, now)
    given = beside.given.get(patient.id, ())
    booking = beside.bookings.get(patient.id)
    course = beside.courses.get(alert.id)
    days = beside.days.get(course.id) if course is not None else None
    judged: CourseToday | None = None
    spark: tuple[int | None, ...] = ()
    scores: Sequence[int | None] = ()
    if course is not None and days is not None:
        away = unfollowed(beside.follow.get(patient.id, ()))
        judged = course_today(course, days, today=today, protocol=beside.protocol, given=given, away=away)
        scores, spark = _scores(course, days, today)
    finding = beside.findings.get(course.id) if course is not None else None
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
        to_offer=booking.uid if booking is not None and booking.state in WAIT_FOR_DAYS else None,
        next_days=_days_of(booking),
        course=judged,
        chance=finding.p_lost_lead if finding is not None else None,
        days_lost=_lost(alert, finding, beside),
        last_nrs=next((nrs for nrs in reversed(scores) if nrs is not None), None),
        phone=beside.phones.get(patient.id) if alert.kind == "silence" else None,
        spark=spark,
    )


def _scores(
    course: Course, days: CourseDays, today: date
) -> tuple[Sequence[int | None], tuple[int | None, ...]]:
    """All scores since the infusion, and the last 28 up to today when it is answered: open is not missing."""
    first = today - timedelta(days=SPARK_DAYS)
    ended = course.last_infusion_day
    if ended is not None and ended < today:
        first = max(first, ended + timedelta(days=1))
    shown = scores_between(days, first=first, last=today)
    whole = scores_between(days, first=min(first, (ended or first) + timedelta(days=1)), last=today)
    return whole, tuple(shown[-SPARK_DAYS:] if shown[-1] is not None else shown[:-1])


def _days_of(booking: Booking | None) -> tuple[date, date] | None:
    if booking is None or booking.offered_first_day is None or booking.offered_last_day is None:
        return None
    if booking.state not in ("offered", "accepted", "confirmed"):
        return None
    return booking.offered_first_day, booking.offered_last_day


def _lost(alert: Alert, finding: Assessment | None, beside: _Beside) -> float | None:
    """What waiting costs; of a confirmed loss every day of the lead time."""
    lead_days = beside.protocol.lead_days
    if alert.level == "confirmed":
        return float(lead_days)
    chances = (
        (finding.p_lost, finding.p_lost_14d, finding.p_lost_28d, finding.p_lost_lead)
        if finding is not None
        else ()
    )
    known = [chance for chance in chances if chance is not None]
    return days_lost(*known, lead_days=lead_days) if len(known) == 4 else None
