"""A patient's rows as they are handed over to another clinic, and put down there under new numbers."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Column, Date, LargeBinary, Table, Text, insert, select
from sqlalchemy.orm import Session

from diary.storage.audit import TABLE as AUDIT
from diary.storage.base import Instant, table_of
from diary.storage.erasing import rows_of, tables_of_patients
from diary.storage.ids import new_uid
from diary.storage.schema import metadata
from diary.storage.tables.clinic import InstrumentVersion
from diary.storage.tables.patient import Patient
from diary.storage.unit import clinic_of, own

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]

# What opens a door, waits to be sent or binds this clinic alone; an arm is the study's; packed days are made
# anew.
STAYS: Final = frozenset(
    {
        *("device", "push_subscription", "enrolment_code", "share_link", "reminder", "message", "delivery"),
        *("legal_hold", "emergency_access", "study_course", "study_step", "unblinding", "course_days"),
    }
)
# The record of care, those that others refer to first. All else in the file is for the archive: alerts,
# bookings and nights are the work of the clinic that did it.
TAKEN_IN: Final = ("patient_zone", "course", "entry", "item_answer", "administration", "clinical_event")
# References to what the other clinic has: its people, plans and bookings.
LEFT_BEHIND: Final = frozenset({"regimen_id", "booking_id", "baseline_by_id", "taken_by_id"})


def rows_out(session: Session, patient: Patient) -> dict[str, list[dict[str, Any]]]:
    """Every row about the patient, by table, ready for JSON."""
    found = {}
    for table in tables_of_patients():
        if table.name not in STAYS:
            mine = select(table).where(rows_of(table, patient.id, clinic_of(session)))
            rows = session.execute(mine.order_by(*table.primary_key.columns))
            found[table.name] = [
                {name: _plain(value) for name, value in row._mapping.items()} for row in rows
            ]
    return found


def wordings_out(session: Session) -> dict[str, dict[str, Any]]:
    """The questions that the answers were given to, by the number that the rows name."""
    return {
        str(row.id): {"loinc": row.loinc, "recall_hours": row.recall_hours, "texts": row.texts}
        for row in session.scalars(own(session, InstrumentVersion))
    }


def put_rows(
    session: Session, patient: Patient, tables: Rows, wordings: Mapping[str, Any], *, now: datetime
) -> dict[str, int]:
    """Write the record of care under this patient; how many rows of each table.

    Raises:
        KeyError, ValueError, TypeError: the rows are not as this version writes them.
    """
    known = {number: _wording(session, facts) for number, facts in wordings.items()}
    ids: dict[str, dict[Any, int]] = {"course": {}, "administration": {}}
    uids: dict[str, str] = {}
    for name in TAKEN_IN:
        table = metadata.tables[name]
        for row in tables[name]:
            given = {
                "clinic_id": clinic_of(session),
                "patient_id": patient.id,
                "actor_id": patient.id if row.get("actor_kind") == "patient" else None,
                "imported_at": now,
                **dict.fromkeys(LEFT_BEHIND),
            }
            if "uid" in table.columns:
                given["uid"] = uids[row["uid"]] = new_uid(now)
            if "instrument_version_id" in table.columns:
                given["instrument_version_id"] = known[str(row["instrument_version_id"])]
            if "course_id" in table.columns:
                given["course_id"] = ids["course"][row["course_id"]]
            if row.get("supersedes_id") is not None:
                given["supersedes_id"] = ids["administration"][row["supersedes_id"]]
            if row.get("supersedes") is not None:
                given["supersedes"] = uids.get(row["supersedes"], row["supersedes"])
            values = {
                column.name: given[column.name] if column.name in given else _read(column, row[column.name])
                for column in table.columns
                if column.name != "id"
            }
            ids.setdefault(name, {})[row["id"]] = _put(session, table, values)
    return {name: len(tables[name]) for name in TAKEN_IN}


def receipt_of(session: Session, patient: Patient, action: str) -> str | None:
    """What the trail keeps of the receipt of the newest handing over."""
    rows = select(AUDIT.c.detail).where(
        AUDIT.c.clinic_id == clinic_of(session), AUDIT.c.patient_id == patient.id, AUDIT.c.action == action
    )
    detail = session.scalars(rows.order_by(AUDIT.c.id.desc()).limit(1)).one_or_none()
    return None if detail is None else detail.get("receipt")


def _put(session: Session, table: Table, values: Row) -> int:
    number: int = session.scalars(insert(table).values(**values).returning(table.c.id)).one()
    return number


def _wording(session: Session, facts: Mapping[str, Any]) -> int:
    """The same question here; where this clinic has never asked it, it is kept beside its own."""
    mine = list(session.scalars(own(session, InstrumentVersion).order_by(InstrumentVersion.n)))
    for row in mine:
        if {"loinc": row.loinc, "recall_hours": row.recall_hours, "texts": row.texts} == facts:
            return row.id
    # From before any of the clinic's own, so that nobody new is asked it.
    first = min(row.valid_from_at for row in mine)
    values = {**facts, "n": mine[-1].n + 1, "clinic_id": clinic_of(session)}
    return _put(session, table_of(InstrumentVersion), {**values, "valid_from_at": first.replace(year=1900)})


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, date) else value


def _read(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, Instant):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    if isinstance(column.type, LargeBinary):
        return bytes.fromhex(value)
    if isinstance(column.type, Text) != isinstance(value, str):
        raise TypeError(column.name)
    return value
