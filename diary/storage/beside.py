"""What stands beside a list of patients, in one query each: what they were given, phones, who they are."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from diary.storage.among import among
from diary.storage.base import table_of
from diary.storage.prepared import Prepared
from diary.storage.tables.course import Administration
from diary.storage.tables.patient import Device, PatientIdentity
from diary.storage.unit import clinic_of, own


class Given(NamedTuple):
    """Of an administration, what places it."""

    patient_id: int
    course_id: int | None
    classified_as: str
    agent: str
    first_day: date
    last_day: date


_GIVEN: Final = table_of(Administration).c
_GIVEN_TO: Final = Prepared(
    select(*(_GIVEN[name] for name in Given._fields))
    .where(
        _GIVEN.clinic_id == bindparam("clinic_id"), among(_GIVEN.patient_id, "patient_ids"), _GIVEN.standing
    )
    .order_by(_GIVEN.first_day)
)


def given_to(session: Session, patient_ids: Sequence[int]) -> dict[int, list[Given]]:
    """What was given to each patient and still stands, first to last."""
    found: dict[int, list[Given]] = {}
    for row in _GIVEN_TO.rows(session, clinic_id=clinic_of(session), patient_ids=patient_ids):
        given = Given(*row)
        found.setdefault(given.patient_id, []).append(given)
    return found


def phones_seen(session: Session, patient_ids: Sequence[int]) -> dict[int, datetime]:
    """When a phone of each of these patients was last here; whoever has none paired is left out."""
    statement = (
        select(Device.patient_id, func.max(Device.last_seen_at))
        .where(
            Device.clinic_id == clinic_of(session),
            Device.patient_id.in_(patient_ids),
            Device.revoked_at.is_(None),
        )
        .group_by(Device.patient_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def identities_of(session: Session, patient_ids: Sequence[int]) -> dict[int, PatientIdentity]:
    """Who these patients are; the caller writes the audit row of this read."""
    statement = own(session, PatientIdentity).where(PatientIdentity.patient_id.in_(patient_ids))
    return {row.patient_id: row for row in session.scalars(statement)}
