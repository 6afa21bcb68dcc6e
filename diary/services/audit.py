"""Writes down who did what, in the transaction that does it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from diary.storage.base import table_of
from diary.storage.tables.audit import Audit
from diary.storage.unit import clinic_of, scope_of

_NOTE: Final = insert(table_of(Audit))


def note(
    session: Session,
    action: str,
    *,
    now: datetime,
    object: str,
    object_uid: str | None = None,
    patient_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """One audit row. `detail` holds pseudonyms, states and digests: never a score, a name or free text."""
    scope = scope_of(session)
    row = {
        "clinic_id": clinic_of(session),
        "at": now,
        "actor_kind": scope.actor_kind,
        "actor_id": scope.actor_id,
        "action": action,
        "object": object,
        "object_uid": object_uid,
        "patient_id": patient_id,
        "detail": dict(detail or {}),
        "request_id": scope.request_id,
    }
    session.execute(_NOTE, row)
