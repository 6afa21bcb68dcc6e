"""One patient's diary as the database has it: the rows that charts, pages and letters are made from."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from diary.services.course_today import today_of
from diary.services.patient_chart import Diary
from diary.storage import alerts as alert_rows
from diary.storage import bookings as booking_rows
from diary.storage import courses as course_rows
from diary.storage.entries import versions_of
from diary.storage.follow import follow_histories
from diary.storage.patients import devices_of
from diary.storage.tables.patient import Patient


def diary_of(session: Session, patient: Patient, *, now: datetime) -> Diary:
    """Read it; nothing loads behind these rows."""
    devices = devices_of(session, patient.id)
    return Diary(
        courses=course_rows.courses_of(session, patient.id),
        entries=versions_of(session, patient.id),
        given=course_rows.administrations_of(session, patient.id),
        booking=booking_rows.live_booking_of(session, patient.id),
        alerts=alert_rows.alerts_of_patient(session, patient.id),
        events=course_rows.events_of(session, patient.id),
        follow=follow_histories(session, [patient.id], until=now).get(patient.id, []),
        enrolled_on=min((device.enrolled_at.date() for device in devices), default=None),
        today=today_of(patient, now),
        zone=ZoneInfo(patient.zone),
    )
