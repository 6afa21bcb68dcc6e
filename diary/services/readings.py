"""Rows as lists show them, beside what they name by id: a fixed number of queries, however long the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from diary.domain.baseline import Baseline
from diary.services.baselines import baseline_of
from diary.services.clinics import local_day
from diary.services.safety import Safety, safeties_of
from diary.storage.courses import packed_days
from diary.storage.naming import rows_by_id, uids_by_id
from diary.storage.nights import assessments
from diary.storage.protocols import protocol_at
from diary.storage.tables.alert import Alert
from diary.storage.tables.booking import Booking, Chair
from diary.storage.tables.course import Course, Regimen
from diary.storage.tables.night import Assessment
from diary.storage.tables.patient import Patient
from diary.storage.tables.staff import Staff


@dataclass(frozen=True, slots=True)
class AlertReading:
    """An alert, whose, and what to weigh before treating again."""

    alert: Alert
    patient: Patient
    course_uid: str | None
    owner: Staff | None
    safety: Safety


@dataclass(frozen=True, slots=True)
class BookingReading:
    """A booking, whose, for which alert, and what to weigh before treating again."""

    booking: Booking
    patient: Patient
    course_uid: str | None
    alert_uid: str | None
    regimen_uid: str | None
    chair_uid: str | None
    safety: Safety


@dataclass(frozen=True, slots=True)
class CourseReading:
    """A course with the baseline in force and what the last night found."""

    course: Course
    patient: Patient
    regimen_uid: str | None
    baseline: Baseline
    finding: Assessment | None


def read_alerts(session: Session, alerts: Sequence[Alert], *, now: datetime) -> list[AlertReading]:
    """Each alert as it stands at `now`."""
    patients = rows_by_id(session, Patient, [alert.patient_id for alert in alerts])
    courses = uids_by_id(session, Course, [alert.course_id for alert in alerts])
    owners = rows_by_id(session, Staff, [alert.owner_id for alert in alerts])
    safety = _safety(session, [*patients], now=now)
    return [
        AlertReading(
            alert=alert,
            patient=patients[alert.patient_id],
            course_uid=courses[alert.course_id],
            owner=owners.get(alert.owner_id) if alert.owner_id is not None else None,
            safety=safety[alert.patient_id],
        )
        for alert in alerts
    ]


def read_bookings(session: Session, bookings: Sequence[Booking], *, now: datetime) -> list[BookingReading]:
    """Each booking as it stands at `now`."""
    patients = rows_by_id(session, Patient, [booking.patient_id for booking in bookings])
    courses = uids_by_id(session, Course, [booking.course_id for booking in bookings])
    alerts = uids_by_id(session, Alert, [booking.alert_id for booking in bookings])
    regimens = uids_by_id(session, Regimen, [booking.regimen_id for booking in bookings])
    chairs = uids_by_id(session, Chair, [booking.chair_id for booking in bookings])
    safety = _safety(session, [*patients], now=now)
    return [
        BookingReading(
            booking=booking,
            patient=patients[booking.patient_id],
            course_uid=courses[booking.course_id],
            alert_uid=alerts[booking.alert_id],
            regimen_uid=regimens[booking.regimen_id],
            chair_uid=chairs[booking.chair_id],
            safety=safety[booking.patient_id],
        )
        for booking in bookings
    ]


def read_courses(session: Session, courses: Sequence[Course], *, now: datetime) -> list[CourseReading]:
    """Each course by the protocol in force at `now`."""
    _, protocol = protocol_at(session, now)
    ids = [course.id for course in courses]
    patients = rows_by_id(session, Patient, [course.patient_id for course in courses])
    regimens = uids_by_id(session, Regimen, [course.regimen_id for course in courses])
    days = packed_days(session, ids)
    findings = assessments(session, ids)
    return [
        CourseReading(
            course=course,
            patient=patients[course.patient_id],
            regimen_uid=regimens[course.regimen_id],
            baseline=baseline_of(course, days[course.id].days if course.id in days else b"", protocol),
            finding=findings.get(course.id),
        )
        for course in courses
    ]


def _safety(session: Session, patient_ids: Sequence[int], *, now: datetime) -> dict[int, Safety]:
    _, protocol = protocol_at(session, now)
    return dict(safeties_of(session, patient_ids, today=local_day(session, now), protocol=protocol))
