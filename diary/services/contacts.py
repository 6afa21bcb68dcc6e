"""What passed between a patient and the staff: calls made, notes, messages to the phone, and who looked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from diary.services import audit
from diary.services.happenings import Names, who_did
from diary.storage import contacts as rows
from diary.storage.tables.alert import Alert, CallLog, Note
from diary.storage.tables.outbox import Message
from diary.storage.tables.patient import Patient
from diary.storage.unit import clinic_of

# Newest first; what is older stands in the export.
SHOWN: Final = 30


@dataclass(frozen=True, slots=True)
class Call:
    """A call, and who made it."""

    at: datetime
    by: str
    result: str
    note: str | None


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note, and who wrote it."""

    at: datetime
    by: str
    body: str


@dataclass(frozen=True, slots=True)
class ReaderLine:
    """Who looked, how often, and when last."""

    by: str
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Contacts:
    """Of one patient, each newest first."""

    calls: tuple[Call, ...]
    notes: tuple[NoteLine, ...]
    messages: tuple[Message, ...]
    readers: tuple[ReaderLine, ...]


def contacts_of(session: Session, patient: Patient, staff: Names) -> Contacts:
    """Read them; `staff` gives names by id."""
    calls = rows.calls_of(session, patient.id, limit=SHOWN)
    notes = rows.notes_of(session, patient.id, limit=SHOWN)
    readers = rows.readers_of(session, patient.uid, limit=SHOWN)
    return Contacts(
        calls=tuple(
            Call(row.at, who_did("staff", row.staff_id, staff), row.result, row.note) for row in calls
        ),
        notes=tuple(NoteLine(row.at, who_did("staff", row.staff_id, staff), row.body) for row in notes),
        messages=tuple(rows.messages_to(session, patient.id, limit=SHOWN)),
        readers=tuple(
            ReaderLine(who_did(row.actor_kind, row.actor_id, staff), row.times, row.last_at)
            for row in readers
        ),
    )


def log_call(
    session: Session,
    patient: Patient,
    *,
    alert: Alert | None,
    staff_id: int,
    result: str,
    note: str | None,
    now: datetime,
) -> CallLog:
    """Write down that somebody called the patient, and whether the patient was reached."""
    call = CallLog(
        clinic_id=clinic_of(session),
        patient_id=patient.id,
        alert_id=None if alert is None else alert.id,
        staff_id=staff_id,
        at=now,
        result=result,
        note=note,
    )
    session.add(call)
    session.flush()
    audit.note_patient(session, "call.log", patient, now=now, detail={"result": result})
    return call


def add_note(session: Session, patient: Patient, *, staff_id: int, body: str, now: datetime) -> Note:
    """A note for colleagues; notes are added and never changed."""
    note = Note(clinic_id=clinic_of(session), patient_id=patient.id, staff_id=staff_id, at=now, body=body)
    session.add(note)
    session.flush()
    audit.note_patient(session, "note.add", patient, now=now)
    return note
