"""Queries of records opened in an emergency, and of the clinics where one can ask for that."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from diary.storage.tables.clinic import Clinic
from diary.storage.tables.emergency import EmergencyAccess
from diary.storage.tables.patient import Patient, PatientIdentity
from diary.storage.unit import clinic_of, own, present


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


def guests_access_presented(session: Session, uid: str) -> EmergencyAccess | None:
    """The opening of another clinic's record by somebody of the unit's clinic."""
    present(session, uid)
    found = access_presented(session, uid)
    return found if found is not None and found.guest_clinic_id == clinic_of(session) else None


def accesses_by_uid(session: Session, uids: Collection[str]) -> dict[str, EmergencyAccess]:
    """Those openings, by uid: of this clinic's records, and of others' by its people."""
    if not uids:
        return {}
    ours = session.scalars(own(session, EmergencyAccess).where(EmergencyAccess.uid.in_(uids)))
    found = {access.uid: access for access in ours}
    guests = (guests_access_presented(session, uid) for uid in uids if uid not in found)
    return found | {access.uid: access for access in guests if access is not None}
