"""Opens a patient of another clinic in an emergency: for an hour, with a reason, and all concerned are told.

Who treats, and has no right to a patient, may have to know what was given. The opening is written down in
both clinics, their admins are told at once, and the patient reads it under "who looked at my data".
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services import audit, outbox
from diary.services.clinics import the_clinic
from diary.storage.emergencies import access_presented, other_clinics, patients_known_as
from diary.storage.ids import new_uid
from diary.storage.outbox import admins
from diary.storage.patients import patient_by_id
from diary.storage.tables.clinic import Clinic
from diary.storage.tables.emergency import EmergencyAccess
from diary.storage.tables.patient import Patient
from diary.storage.tables.staff import Staff
from diary.storage.unit import Scope, enter, present, scope_of

# Long enough for an admission; who needs longer asks the clinic that treats the patient.
OPEN_FOR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Opened:
    """What is open, of whom, and where: in that clinic the unit acts from here on."""

    access: EmergencyAccess
    clinic: Clinic
    patient: Patient


def note_asked(session: Session, clinic_uid: str, *, now: datetime) -> None:
    """That somebody asks, in their own clinic's trail, also where nobody is found."""
    audit.note(session, "emergency.ask", now=now, object="clinic", object_uid=clinic_uid)


def open_record(
    session: Session,
    guest: Staff,
    *,
    clinic: str,
    known_as: str,
    reason: str,
    now: datetime,
    wall_now: datetime,
) -> EmergencyAccess:
    """Open the record of whom that clinic calls so.

    Args:
        session: a unit in the guest's clinic, to which it returns.
        clinic: the uid of the one that treats the patient.
        known_as: the whole pseudonym or hospital number: nobody is searched for.
        wall_now: the real time, which the hour runs by.

    Raises:
        Refusal: emergency_nobody, where not exactly one patient is known so.
    """
    home, at_home = scope_of(session), the_clinic(session)
    there = next((other for other in other_clinics(session) if other.uid == clinic), None)
    if there is None:
        raise nobody()
    enter(session, _guest_scope(there.id, home))
    found = patients_known_as(session, known_as)
    if len(found) != 1:
        raise nobody()
    access = EmergencyAccess(
        clinic_id=there.id,
        uid=new_uid(wall_now),
        patient_id=found[0].id,
        guest_clinic_id=guest.clinic_id,
        guest_staff_id=guest.id,
        guest=f"{guest.name}, {guest.role}, {at_home.name}",
        reason=reason,
        opened_at=wall_now,
        ends_at=wall_now + OPEN_FOR,
    )
    session.add(access)
    session.flush()
    _note_and_tell(session, access, patient_id=found[0].id, now=now)
    enter(session, home)
    _note_and_tell(session, access, patient_id=None, now=now)
    return access


def look(session: Session, guest: Staff, uid: str, *, wall_now: datetime) -> Opened:
    """The record that this person opened less than an hour ago.

    Raises:
        Refusal: not_found, for what somebody else opened; emergency_over.
    """
    present(session, uid)
    access = access_presented(session, uid)
    if access is None or (access.guest_clinic_id, access.guest_staff_id) != (guest.clinic_id, guest.id):
        raise Refusal("not_found", "There is no such page here. It may have been another clinic's.")
    if wall_now >= access.ends_at:
        raise Refusal("emergency_over", "This record was open for an hour, which is over. Ask again.")
    enter(session, _guest_scope(access.clinic_id, scope_of(session)))
    return Opened(access, the_clinic(session), patient_by_id(session, access.patient_id))


def nobody() -> Refusal:
    """The one answer, whether nobody is known so or several are."""
    return Refusal(
        "emergency_nobody",
        "That clinic knows nobody by this pseudonym or hospital number. Write it in full.",
        pointer="/known_as",
    )


def _guest_scope(clinic_id: int, home: Scope) -> Scope:
    """Staff without a number of this clinic's: somebody of another one."""
    return Scope(clinic_id, "staff", request_id=home.request_id)


def _note_and_tell(
    session: Session, access: EmergencyAccess, *, patient_id: int | None, now: datetime
) -> None:
    """In the clinic that the unit acts in: a row of the trail, and a message to each admin."""
    audit.note(
        session,
        "emergency.open",
        now=now,
        object="emergency_access",
        object_uid=access.uid,
        patient_id=patient_id,
        detail={"until": access.ends_at.isoformat(timespec="seconds")},
    )
    for person in admins(session):
        key = f"emergency:{access.uid}:{person.uid}"
        outbox.enqueue(session, outbox.Letter("emergency", key, staff_id=person.id), now=now)
