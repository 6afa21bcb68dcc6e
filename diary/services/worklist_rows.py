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
from diary.services.alert_lines import AlertLine, alert_line
from diary.services.asked_days import unfollowed
from diary.services.course_today import CourseToday, course_today, scores_between, today_of
from diary.services.happenings import Names
from diary.services.phone_reach import PhoneReach, phone_reach
from diary.storage.beside import Given, given_to
from diary.storage.bookings import WAIT_FOR_DAYS
from diary.storage.follow import Followed
from diary.storage.shards import follow_of_patients
from diary.storage.worklist_rows import (
    Chances,
    Listed,
    ListedAlert,
    ListedBooking,
    ListedCourse,
    ListedDays,
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
    """The last answer of the course, of a silent patient."""
    phone: PhoneReach | None
    """Of a silent patient."""
    spark: tuple[int | None, ...]
    """Scores of 28 diary days, oldest first, the last one being today or yesterday."""


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a page of rows needs beside the alerts, each read in one query."""

    protocol: Protocol
    given: Mapping[int, Sequence[Given]]
    follow: Mapping[int, Sequence[Followed]]
    phones: Mapping[int, PhoneReach]
    staff: Names


def rows_of(
    session: Session, found: Sequence[Listed], *, protocol: Protocol, staff: Names, now: datetime
) -> tuple[Row, ...]:
    """Dress the alerts of one page; that they were read, and by name, is written down."""
    named = any(one.name is not None for one in found)
    audit.note_list(session, "worklist", [one.patient.pseudonym for one in found], named=named, now=now)
    patient_ids = [one.patient.id for one in found]
    silent = [one.patient.id for one in found if one.alert.kind == "silence"]
    beside = _Beside(
        protocol=protocol,
        given=given_to(session, patient_ids),
        follow=follow_of_patients(session, patient_ids, until=now),
        phones=phone_reach(session, silent, now=now) if silent else {},
        staff=staff,
    )
    return tuple(_row(one, beside, now=now) for one in found)


def _row(one: Listed, beside: _Beside, *, now: datetime) -> Row:
    alert, patient, course, days, booking = one.alert, one.patient, one.course, one.days, one.booking
    today = today_of(patient, now)
    given = beside.given.get(patient.id, ())
    judged: CourseToday | None = None
    spark: tuple[int | None, ...] = ()
    if course is not None and days is not None:
        away = unfollowed(beside.follow.get(patient.id, ()))
        judged = course_today(course, days, today=today, protocol=beside.protocol, given=given, away=away)
        spark = _spark(course, days, today)
    return Row(
        alert=alert_line(alert, beside.staff, booking=booking),
        patient_uid=patient.uid,
        pseudonym=patient.pseudonym,
        name=one.name,
        follow_state=patient.follow_state,
        days_since_infusion=infusions.days_since_last(
            [(block.first_day, block.last_day) for block in given if infusions.may_be_ketamine(block.agent)],
            today,
        ),
        booking_state=booking.state if booking is not None else None,
        to_offer=booking.uid if booking is not None and booking.state in WAIT_FOR_DAYS else None,
        next_days=_days_of(booking),
        course=judged,
        chance=one.chances.lost_lead,
        days_lost=_lost(alert, one.chances, beside.protocol.lead_days),
        last_nrs=_last_nrs(course, days, today) if alert.kind == "silence" else None,
        phone=beside.phones.get(patient.id) if alert.kind == "silence" else None,
        spark=spark,
    )


def _spark(course: ListedCourse, days: ListedDays, today: date) -> tuple[int | None, ...]:
    """The last 28 scores of the course, up to today when it is answered: an open day is not missing."""
    first = today - timedelta(days=SPARK_DAYS)
    ended = course.last_infusion_day
    if ended is not None and ended < today:
        first = max(first, ended + timedelta(days=1))
    shown = scores_between(days, first=first, last=today)
    return tuple(shown[-SPARK_DAYS:] if shown[-1] is not None else shown[:-1])


def _last_nrs(course: ListedCourse | None, days: ListedDays | None, today: date) -> int | None:
    if course is None or days is None:
        return None
    since = (course.last_infusion_day or today) + timedelta(days=1)
    first = min(since, today - timedelta(days=SPARK_DAYS))
    scores = scores_between(days, first=first, last=today)
    return next((nrs for nrs in reversed(scores) if nrs is not None), None)


def _days_of(booking: ListedBooking | None) -> tuple[date, date] | None:
    if booking is None or booking.offered_first_day is None or booking.offered_last_day is None:
        return None
    if booking.state not in ("offered", "accepted", "confirmed"):
        return None
    return booking.offered_first_day, booking.offered_last_day


def _lost(alert: ListedAlert, chances: Chances, lead_days: int) -> float | None:
    """What waiting costs; of a confirmed loss every day of the lead time."""
    if alert.level == "confirmed":
        return float(lead_days)
    known = [chance for chance in chances if chance is not None]
    return days_lost(*known, lead_days=lead_days) if len(known) == len(chances) else None
