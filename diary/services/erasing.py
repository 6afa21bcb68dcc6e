"""Erases a patient, by agreement of two people unless the law holds the record; again after a restore.

`identity`: who it is, how the patient signs in, and every free text; the diary stays, under a new random
pseudonym. `everything`: the diary and the treatments too; a bare row keeps the number from being given out
again. The audit trail keeps its rows: pseudonyms and ids, no name.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services import audit, patients
from diary.storage.erasing import delete_identity, delete_rows, standing_hold
from diary.storage.ids import new_uid
from diary.storage.patients import patient_by_uid
from diary.storage.tables.patient import Patient
from diary.storage.tables.privacy import Erasure, LegalHold
from diary.storage.tables.staff import Staff
from diary.storage.unit import clinic_of

PSEUDONYM: Final = "erased-"


def erase(session: Session, patient: Patient, *, extent: str, agreed: Sequence[Staff], now: datetime) -> None:
    """Erase to this extent (`config.words.ERASURE_EXTENTS`).

    Args:
        agreed: who of staff agreed; two people, one of them an admin.

    Raises:
        Refusal: record_held; two_people_needed.
    """
    uids = may_go(session, patient, agreed)
    _erase(session, patient, extent, agreed=uids, now=now)


def may_go(session: Session, patient: Patient, agreed: Sequence[Staff]) -> list[str]:
    """Whether a record may leave by agreement of these people; their uids.

    Raises:
        Refusal: record_held; two_people_needed.
    """
    people = {person.id: person for person in agreed if person.disabled_at is None}
    if len(people) < 2 or all(person.role != "admin" for person in people.values()):
        raise Refusal("two_people_needed", "Two people of the clinic must agree; one of them is an admin.")
    if standing_hold(session, patient.id) is not None:
        raise Refusal("record_held", "This record is held: it may not be erased until the hold is ended.")
    return sorted(person.uid for person in people.values())


def erase_again(session: Session, erasures: Mapping[str, str], *, now: datetime) -> int:
    """Erase whoever a backup brought back; how many.

    Args:
        erasures: by the uid of before, to which extent. A hold stops none: they were decided without one.
    """
    count = 0
    for uid, extent in erasures.items():
        patient = patient_by_uid(session, uid)
        if patient is not None:
            _erase(session, patient, extent, agreed=[], now=now)
            count += 1
    return count


def hold(session: Session, patient: Patient, *, reason: str, now: datetime) -> None:
    """Keep this record whatever is asked, until the hold is ended.

    Raises:
        Refusal: record_held, when a hold stands already.
    """
    if standing_hold(session, patient.id) is not None:
        raise Refusal("record_held", "A hold stands already.")
    facts = {"clinic_id": clinic_of(session), "patient_id": patient.id}
    session.add(LegalHold(**facts, reason=reason, since_at=now))
    session.flush()
    _note(session, "patient.hold", patient.uid, patient.id, {}, now=now)


def release(session: Session, patient: Patient, *, now: datetime) -> bool:
    """End the hold; whether there was one."""
    standing = standing_hold(session, patient.id)
    if standing is None:
        return False
    standing.ended_at = now
    _note(session, "patient.release", patient.uid, patient.id, {}, now=now)
    return True


def _erase(session: Session, patient: Patient, extent: str, *, agreed: Sequence[str], now: datetime) -> None:
    uid = patient.uid
    if patient.follow_state != "stopped":
        patients.stop(session, patient, reason="other", note=None, now=now)
    facts = {"clinic_id": clinic_of(session), "patient_id": patient.id, "patient_uid": uid}
    session.add(Erasure(**facts, extent=extent, at=now))
    session.flush()
    if extent == "everything":
        delete_rows(session, patient.id)
        patient.zone, patient.locale = "UTC", "en"
    else:
        delete_identity(session, patient.id)
    patient.uid = new_uid(now)
    patient.pseudonym = f"{PSEUDONYM}{patient.uid[-12:]}"
    patient.owner_id = patient.team_id = None
    patient.version += 1
    session.flush()
    session.expire_all()  # rows that are gone may still be held in memory
    _note(session, "patient.erase", uid, patient.id, {"after": extent, "agreed": [*agreed]}, now=now)


def _note(
    session: Session, action: str, uid: str, patient_id: int, detail: Mapping[str, object], *, now: datetime
) -> None:
    audit.note(
        session, action, now=now, object="patient", object_uid=uid, patient_id=patient_id, detail=detail
    )
