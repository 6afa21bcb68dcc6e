"""Queries of records opened in an emergency, and of the clinics where one can ask for that."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from diary.storage.tables.clinic import Clinic
from diary.storage.tables.emergency import EmergencyAccess
from diary.storage.tables.patient import Patient, PatientIdentity
from diary.storage.unit import clinic_of, own


def other_clinics(session: Session) -> list[Clinic]:
    """Every other clinic of the installation, by name."""
    others = select(Clinic).where(Clinic.id != clinic_of(session))
    return list(session.scalars(others.order_by(Clinic.name, Clinic.id)))


def access_presented(session: Session, uid: str) -> EmergencyAccess | None:
    """The opening whose uid was presented, whichever clinic's record it is about."""
    return session.scalars(select(EmergencyAccess).where(EmergencyAccess.uid == uid)).one_or_none()


def patients_known_as(session: Session, known_as: str) -> list[Patient]:
    """Who has exactly this pseudonym or hospital number."""
    numbered = own(session, PatientIdentity).with_only_columns(PatientIdentity.patient_id)
    numbered = numbered.where(PatientIdentity.hospital_number == known_as)
    either = or_(Patient.pseudonym == known_as, Patient.id.in_(numbered))
    return list(session.scalars(own(session, Patient).where(either).order_by(Patient.id)))


def accesses_by_uid(session: Session, uids: Collection[str]) -> dict[str, EmergencyAccess]:
    """Those openings of the unit's clinic, by uid."""
    if not uids:
        return {}
    found = session.scalars(own(session, EmergencyAccess).where(EmergencyAccess.uid.in_(uids)))
    return {access.uid: access for access in found}
