"""Queries of who looked at a patient's diary."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from diary.storage.tables.audit import Audit
from diary.storage.tables.staff import Staff
from diary.storage.unit import clinic_of

READS: Final = "%.read"
OPENED: Final = "share.open"
EXPORT: Final = "export"


class Look(NamedTuple):
    """Somebody looked: when, of which kind, in which role; `action` is that of the trail."""

    at: datetime
    actor_kind: str
    role: str | None
    action: str


_LOOK: Final = (Audit.at, Audit.actor_kind, Staff.role, Audit.action)
_BY_WHOM: Final = and_(
    Audit.actor_kind == "staff", Staff.clinic_id == Audit.clinic_id, Staff.id == Audit.actor_id
)


def reads_of(session: Session, patient_id: int, *, limit: int) -> list[Look]:
    """The newest reads of this patient's diary by staff and machines."""
    statement = (
        select(*_LOOK)
        .outerjoin(Staff, _BY_WHOM)
        .where(
            Audit.clinic_id == clinic_of(session),
            Audit.patient_id == patient_id,
            Audit.actor_kind.in_(("staff", "integration")),
            Audit.action.like(READS),
        )
        .order_by(Audit.id.desc())
        .limit(limit)
    )
    return [Look(*row) for row in session.execute(statement)]


def shown_of(session: Session, patient_uid: str, *, since_at: datetime, limit: int) -> list[Look]:
    """When a shared link was opened, and when the clinic's whole record was taken out, newest first."""
    of_patient = and_(Audit.object == "patient", Audit.object_uid == patient_uid, Audit.action == OPENED)
    of_all = and_(Audit.object == "clinic", Audit.object_uid.is_(None), Audit.action == EXPORT)
    statement = (
        select(*_LOOK)
        .outerjoin(Staff, _BY_WHOM)
        .where(Audit.clinic_id == clinic_of(session), Audit.at >= since_at, or_(of_patient, of_all))
        .order_by(Audit.id.desc())
        .limit(limit)
    )
    return [Look(*row) for row in session.execute(statement)]
