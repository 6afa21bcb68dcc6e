"""A patient's own record to take home: every version of every answer, what was told besides, consents."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from config.scales import ITEMS
from diary.services import audit
from diary.services.exports import ExportRow, cell
from diary.storage.courses import administrations_of
from diary.storage.entries import item_versions_of, versions_of
from diary.storage.patients import consents_of
from diary.storage.tables.patient import Patient

ANSWER_COLUMNS: Final = (
    "day",
    "nrs",
    "version",
    "kind",
    "standing",
    "source",
    "late",
    "answered_at",
    "answered_offset_min",
    "zone",
    "sent_at",
    "received_at",
    "reason",
    "layout",
    "locale",
)
_TOLD: Final = ("day", "item", "value", "standing", "answered_at", "sent_at", "received_at")
# Of a treatment its days alone: in a blinded study what was given would tell the arm.
_GIVEN: Final = ("first_day", "last_day")
_AGREED: Final = ("text_version", "locale", "given_at", "withdrawn_at")


def note_taken(session: Session, patient: Patient, what: str, *, now: datetime) -> None:
    """Leave a trace that the patient took the record home."""
    audit.note_patient(session, "own.export", patient, now=now, detail={"what": what})


def answer_rows(session: Session, patient: Patient) -> list[ExportRow]:
    """Every version of every day's answer as cells under ANSWER_COLUMNS, by day and version."""
    return [
        [cell(getattr(entry, name)) for name in ANSWER_COLUMNS] for entry in versions_of(session, patient.id)
    ]


def whole_record(session: Session, patient: Patient) -> dict[str, Any]:
    """All of it, ready for JSON; moments of an answer have the offset that the phone had."""
    return {
        "pseudonym": patient.pseudonym,
        "zone": patient.zone,
        "answers": [_answer(entry) for entry in versions_of(session, patient.id)],
        "items": [
            {**_plain(row, _TOLD), "question": ITEMS[row.item].label}
            for row in item_versions_of(session, patient.id)
        ],
        "treatments": [_plain(row, _GIVEN) for row in administrations_of(session, patient.id)],
        "consents": [_plain(row, _AGREED) for row in consents_of(session, patient.id)],
    }


def _answer(entry: Any) -> dict[str, Any]:
    plain = _plain(entry, ANSWER_COLUMNS)
    offset = timedelta(minutes=entry.answered_offset_min)
    return {**plain, "answered_on_phone": (entry.answered_at + offset).strftime("%Y-%m-%d %H:%M")}


def _plain(row: Any, names: Sequence[str]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
