"""Writes down who did what, in the transaction that does it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, insert
from sqlalchemy.orm import Session

from diary.storage.base import table_of
from diary.storage.patients import DiaristRow
from diary.storage.prepared import Prepared
from diary.storage.tables.audit import Audit
from diary.storage.tables.patient import Patient
from diary.storage.unit import clinic_of, origin_of, scope_of

# The sealer writes the others later.
_SEALED: Final = ("id", "position", "digest")
_WRITTEN: Final = [column.key for column in table_of(Audit).columns if column.key not in _SEALED]
_NOTE: Final = Prepared(insert(table_of(Audit)).values({name: bindparam(name) for name in _WRITTEN}).inline())


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
    _NOTE.run(
        session,
        clinic_id=clinic_of(session),
        at=now,
        actor_kind=scope.actor_kind,
        actor_id=scope.actor_id,
        action=action,
        object=object,
        object_uid=object_uid,
        patient_id=patient_id,
        detail=dict(detail or {}),
        request_id=scope.request_id,
        origin=origin_of(session),
    )


def note_patient(
    session: Session,
    action: str,
    patient: Patient | DiaristRow,
    *,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """One row about a patient."""
    note(
        session,
        action,
        now=now,
        object="patient",
        object_uid=patient.uid,
        patient_id=patient.id,
        detail=detail,
    )


def note_list(
    session: Session, object: str, patients: Collection[str], *, named: bool, now: datetime
) -> None:
    """That a list showed these patients; with `named`, also who they are. Of nobody, nothing is noted."""
    if patients:
        action = "identity.list" if named else "patients.list"
        note(session, action, now=now, object=object, detail={"patients": sorted(set(patients))})
