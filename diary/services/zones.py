"""Keeps the history of zones that a patient's phone answered from."""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from diary.storage.patients import Diarist
from diary.storage.tables.patient import Patient, PatientZone
from diary.storage.tables.reach import Reminder
from diary.storage.unit import clinic_of


def note_zone(session: Session, patient: Diarist, zone: str, *, since_at: datetime) -> None:
    """A phone answered from `zone`: a change from the last known one is kept with its moment.

    An answer that arrives late, from before the last change, says nothing about where the phone is now.
    """
    if patient.zone == zone:
        return
    last = session.scalar(
        select(PatientZone.since_at)
        .where(PatientZone.clinic_id == patient.clinic_id, PatientZone.patient_id == patient.id)
        .order_by(PatientZone.since_at.desc())
        .limit(1)
    )
    if last is not None and since_at <= last:
        return
    session.execute(
        insert(PatientZone).values(
            clinic_id=clinic_of(session), patient_id=patient.id, zone=zone, since_at=since_at
        )
    )
    # The reminder's moment is another one there: it is looked at at once.
    session.execute(
        update(Reminder)
        .where(
            Reminder.clinic_id == clinic_of(session),
            Reminder.patient_id == patient.id,
            Reminder.next_at.is_not(None),
        )
        .values(next_at=since_at)
    )
    session.execute(update(Patient).where(Patient.id == patient.id).values(zone=zone))
