"""Queries about patients, their phones and their codes."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from diary.storage.tables.patient import Device, EnrolmentCode, Patient, PatientFollow, PatientIdentity
from diary.storage.unit import own


def patient_by_uid(session: Session, uid: str, *, lock: bool = False) -> Patient | None:
    """A patient of this clinic; with `lock`, nobody else writes for this patient meanwhile."""
    statement = own(session, Patient).where(Patient.uid == uid)
    return session.scalars(statement.with_for_update() if lock else statement).one_or_none()


def patient_by_id(session: Session, patient_id: int, *, lock: bool = False) -> Patient:
    """A patient of this clinic whose id another row holds."""
    statement = own(session, Patient).where(Patient.id == patient_id)
    return session.scalars(statement.with_for_update() if lock else statement).one()


def identity_of(session: Session, patient_id: int) -> PatientIdentity | None:
    """Who the patient is; the caller writes the audit row of this read."""
    return session.scalars(own(session, PatientIdentity).where(PatientIdentity.patient_id == patient_id)).one_or_none()


def follow_states_at(session: Session, moment: datetime) -> dict[int, PatientFollow]:
    """The clinic's patients' following as of `moment`, by patient id."""
    statement = own(session, PatientFollow).where(PatientFollow.since_at <= moment).order_by(PatientFollow.id)
    return {row.patient_id: row for row in session.scalars(statement)}


def device_presented(session: Session, token_hash: str) -> Device | None:
    """The phone whose token was presented, before any clinic is known."""
    return session.scalars(select(Device).where(Device.token_hash == token_hash)).one_or_none()


def devices_of(session: Session, patient_id: int) -> list[Device]:
    """The patient's phones, newest first."""
    statement = own(session, Device).where(Device.patient_id == patient_id).order_by(Device.id.desc())
    return list(session.scalars(statement))


def code_presented(session: Session, code_hash: str) -> EnrolmentCode | None:
    """The enrolment code that was presented, before any clinic is known."""
    return session.scalars(
        select(EnrolmentCode).where(EnrolmentCode.code_hash == code_hash).with_for_update()
    ).one_or_none()
