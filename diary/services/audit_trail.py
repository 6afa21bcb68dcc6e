"""Reads the audit trail: who did or saw what, when, why, and from where. Reading it is written down, too."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from diary.services import audit
from diary.storage.audit import Sought, trail
from diary.storage.emergencies import accesses_by_uid
from diary.storage.patients import pseudonyms_of
from diary.storage.staff import keys_of_clinic, staff_of_clinic
from diary.storage.tables.audit import Audit
from diary.storage.tables.emergency import EmergencyAccess

READ_AT_ONCE: Final = 500
# What stands in a row's detail besides its words about before, after and why.
BEFORE, AFTER, WHY = "before", "after", "reason"
# A record opened in an emergency; and who reads as staff without a number of this clinic's.
EMERGENCY: Final = "emergency_access"
GUEST: Final = "somebody of another clinic"


@dataclass(frozen=True, slots=True)
class Told:
    """One row as a person reads it."""

    id: int
    at: datetime
    who: str
    action: str
    object: str
    object_uid: str | None
    patients: tuple[str, ...]
    before: str
    after: str
    why: str
    more: Mapping[str, Any]
    origin: str | None
    request_id: str | None
    position: int | None
    """Its place in the clinic's chain; None until it is sealed."""


def read_trail(
    session: Session, sought: Sought, *, now: datetime, before_id: int | None, limit: int
) -> list[Told]:
    """One page of the trail, the newest first; that it was read leaves a row of its own."""
    note_reading(session, sought, now=now)
    return told(session, trail(session, sought, before_id=before_id, limit=limit))


def whole_trail(session: Session, sought: Sought) -> Iterator[Told]:
    """Every row that is sought, the newest first, read page by page; `note_reading` comes before."""
    before_id = None
    while True:
        rows = trail(session, sought, before_id=before_id, limit=READ_AT_ONCE)
        yield from told(session, rows)
        if len(rows) < READ_AT_ONCE:
            return
        before_id = rows[-1].id
        for row in rows:
            session.expunge(row)


def note_reading(session: Session, sought: Sought, *, now: datetime) -> None:
    """Write down whose trail is read."""
    detail = {"person": sought.staff_id} if sought.staff_id is not None else {}
    audit.note(session, "audit.read", now=now, object="audit", patient_id=sought.patient_id, detail=detail)


def told(session: Session, rows: Sequence[Audit]) -> list[Told]:
    """Rows with the names of those who acted and the pseudonyms of whom it concerned."""
    staff = {person.id: person.name for person in staff_of_clinic(session)}
    keys = {key.id: key.name for key in keys_of_clinic(session)}
    ids = {row.patient_id for row in rows} | {row.actor_id for row in rows if row.actor_kind == "patient"}
    pseudonyms = pseudonyms_of(session, [number for number in ids if number is not None])
    names = {"staff": {0: GUEST, **staff}, "integration": keys, "patient": pseudonyms}
    opened = [row.object_uid for row in rows if row.object == EMERGENCY and row.object_uid is not None]
    accesses = accesses_by_uid(session, opened)
    return [_told(row, names, pseudonyms, accesses.get(row.object_uid or "")) for row in rows]


def _told(
    row: Audit,
    names: Mapping[str, Mapping[int, str]],
    pseudonyms: Mapping[int, str],
    access: EmergencyAccess | None,
) -> Told:
    detail = dict(row.detail)
    listed = detail.pop("patients", [])
    if row.patient_id is not None:
        listed = [pseudonyms.get(row.patient_id, "erased")]
    who = names.get(row.actor_kind, {}).get(row.actor_id or 0, row.actor_kind)
    return Told(
        id=row.id,
        at=row.at,
        who=access.guest if access and access.clinic_id == row.clinic_id else who,
        action=row.action,
        object=row.object,
        object_uid=row.object_uid,
        patients=tuple(listed),
        before=_text(detail.pop(BEFORE, None)),
        after=_text(detail.pop(AFTER, None)),
        why=access.reason if access else _text(detail.pop(WHY, None)),
        more=detail,
        origin=row.origin,
        request_id=row.request_id,
        position=row.position,
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)
