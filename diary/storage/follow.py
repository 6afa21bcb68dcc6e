"""Queries of how patients were followed: each word with the zone that the patient was in when it was said."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from diary.storage.base import table_of
from diary.storage.tables.patient import Patient, PatientFollow, PatientZone
from diary.storage.unit import clinic_of


class Followed(NamedTuple):
    """From when on a patient was followed, paused or not followed, and where they were then."""

    patient_id: int
    state: str
    since_at: datetime
    until_day: date | None
    stop_reason: str | None
    note: str | None
    actor_kind: str
    zone: str


_FOLLOW: Final = table_of(PatientFollow).c
_PATIENT: Final = table_of(Patient).c
_ZONE: Final = table_of(PatientZone).c
_zone_then = (
    select(_ZONE.zone)
    .where(
        _ZONE.clinic_id == _FOLLOW.clinic_id,
        _ZONE.patient_id == _FOLLOW.patient_id,
        _ZONE.since_at <= _FOLLOW.since_at,
    )
    .order_by(_ZONE.since_at.desc())
    .limit(1)
    .correlate(table_of(PatientFollow))
    .scalar_subquery()
)
# Of a row of patient_follow joined to its patient.
FOLLOWED: Final = (
    *(_FOLLOW[name] for name in Followed._fields[:-1]),
    func.coalesce(_zone_then, _PATIENT.zone).label("zone"),
)


def follow_histories(
    session: Session, patient_ids: Sequence[int], *, until: datetime
) -> dict[int, list[Followed]]:
    """How these patients were followed up to a moment, oldest first, by patient id."""
    statement = (
        select(*FOLLOWED)
        .join_from(table_of(PatientFollow), table_of(Patient), _PATIENT.id == _FOLLOW.patient_id)
        .where(
            _FOLLOW.clinic_id == clinic_of(session),
            _FOLLOW.patient_id.in_(patient_ids),
            _FOLLOW.since_at <= until,
        )
        .order_by(_FOLLOW.since_at, _FOLLOW.id)
    )
    return by_patient(session.execute(statement))


def by_patient(rows: Iterable[Sequence[Any]]) -> dict[int, list[Followed]]:
    """The rows of a query of FOLLOWED, by patient id, in their order."""
    histories: dict[int, list[Followed]] = {}
    for row in rows:
        followed = Followed(*row)
        histories.setdefault(followed.patient_id, []).append(followed)
    return histories
