"""Queries of the clinic's checklist before an infusion."""

from sqlalchemy.orm import Session

from diary.storage.tables.checklist import ChecklistTick, ChecklistVersion
from diary.storage.unit import own


def checklist_versions(session: Session) -> list[ChecklistVersion]:
    """All of the clinic's, first to last."""
    return list(session.scalars(own(session, ChecklistVersion).order_by(ChecklistVersion.n)))


def ticks_of(session: Session, booking_id: int) -> list[ChecklistTick]:
    """Every press for one booking, first to last."""
    statement = own(session, ChecklistTick).where(ChecklistTick.booking_id == booking_id)
    return list(session.scalars(statement.order_by(ChecklistTick.id)))
