"""Hands a patient's record over to another clinic as a sealed file, takes one in, and lets the old one go.

Both clinics agree: the one that sends by two people, as for erasing, the other by taking it in. The receipt
stands inside the file, so that whoever names it has opened it; only then is the record erased here.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services import audit, patients
from diary.services.clinics import the_clinic
from diary.services.contacts import add_note
from diary.services.erasing import erase, may_go
from diary.services.packed_days import rebuild
from diary.services.sealing import seal, unseal
from diary.services.secrets import new_token, token_digest
from diary.storage.courses import courses_of
from diary.storage.studies import masked_courses
from diary.storage.tables.patient import Patient
from diary.storage.tables.staff import Staff
from diary.storage.transfers import put_rows, receipt_of, rows_out, wordings_out

# What the file is sealed for, with the number of its form: another version's does not open.
PURPOSE: Final = "transfer 1"
KEY: Final = "tr_"
HANDED_OVER: Final = "patient.hand_over"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """The patient as the receiving clinic has it, and what the sending one waits for."""

    patient: Patient
    answers: int
    receipt: str


def hand_over(
    session: Session, patient: Patient, *, agreed: Sequence[Staff], now: datetime
) -> tuple[str, str]:
    """The record as a sealed file, and its key, shown this once. From now on it is not followed here.

    Raises:
        Refusal: record_held; two_people_needed; study_masked.
    """
    uids = may_go(session, patient, agreed)
    if masked_courses(session) & {course.id for course in courses_of(session, patient.id)}:
        raise Refusal("study_masked", "A course of this patient is in a masked study. Unblind it first.")
    receipt = secrets.token_hex(8)
    record = {
        "clinic": the_clinic(session).name,
        "patient": {"zone": patient.zone, "locale": patient.locale},
        "tables": rows_out(session, patient),
        "wordings": wordings_out(session),
        "receipt": receipt,
    }
    patients.stop(session, patient, reason="moved", note=None, now=now)
    detail = {"receipt": token_digest(receipt), "agreed": uids}
    audit.note_patient(session, HANDED_OVER, patient, now=now, detail=detail)
    key = new_token(KEY)
    return seal(json.dumps(record).encode(), about=PURPOSE, secret_key=key), key


def take_in(session: Session, sealed: str, *, key: str, pseudonym: str, by: Staff, now: datetime) -> TakenIn:
    """A new patient of this clinic with the record of the file; it never rings for what is past.

    Raises:
        Refusal: transfer_not_readable; pseudonym_taken.
    """
    opened = unseal(sealed, about=PURPOSE, secret_keys=[key])
    if opened is None:
        raise _unreadable()
    try:
        record: dict[str, Any] = json.loads(opened)
        who = _who(next(iter(record["tables"]["patient_identity"]), {}))
        patient = patients.admit(
            session, pseudonym=pseudonym, **record["patient"], identity=who, owner_id=by.id, now=now
        )
        counted = put_rows(session, patient, record["tables"], record["wordings"], now=now)
        for note in record["tables"]["note"]:
            body = f"From {record['clinic']}, {note['at'][:10]}: {note['body']}"
            add_note(session, patient, staff_id=by.id, body=body, now=now)
        receipt = record["receipt"]
    except (KeyError, TypeError, ValueError):
        raise _unreadable() from None
    rebuild(session, patient.id, now=now)
    audit.note_patient(session, "patient.take_in", patient, now=now, detail={"answers": counted["entry"]})
    return TakenIn(patient, counted["entry"], receipt)


def let_go(
    session: Session, patient: Patient, *, receipt: str, agreed: Sequence[Staff], now: datetime
) -> None:
    """The other clinic has it: nothing of the record stays here but the trail.

    Raises:
        Refusal: receipt_wrong; record_held; two_people_needed.
    """
    known = receipt_of(session, patient, HANDED_OVER)
    if known != token_digest(receipt) or patient.follow_state != "stopped":
        raise Refusal("receipt_wrong", "This is not the receipt of the newest handing over of this patient.")
    erase(session, patient, extent="everything", agreed=agreed, now=now)


def _who(row: Mapping[str, str]) -> patients.Identity:
    """Without the hospital number, which was the other clinic's."""
    born = row.get("birth_date")
    return patients.Identity(
        row.get("name"), date.fromisoformat(born) if born else None, None, row.get("phone")
    )


def _unreadable() -> Refusal:
    return Refusal("transfer_not_readable", "This is no record handed over, or the key is another file's.")
