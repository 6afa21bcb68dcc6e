"""Queries of what a job computed from a clinic's diaries."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from diary.storage.base import INSERT, table_of
from diary.storage.nights import newest_night
from diary.storage.tables.clinic import Clinic
from diary.storage.tables.result import Result
from diary.storage.unit import clinic_of, own


class Behind(NamedTuple):
    """How far a clinic's nights and results have come."""

    clinic_id: int
    first_night: date
    last_night: date | None
    last_result: date | None


def how_far(session: Session) -> list[Behind]:
    """Of every clinic the newest finished night, and the oldest of its results' nights."""
    found = select(func.min(Result.night)).where(Result.clinic_id == Clinic.id).scalar_subquery()
    statement = select(Clinic.id, Clinic.first_night, newest_night(), found).order_by(Clinic.id)
    return [Behind(*row) for row in session.execute(statement)]


def put_result(
    session: Session, kind: str, subject: str, *, night: date, found: dict[str, Any], now: datetime
) -> None:
    """Keep a result in place of the one before it."""
    values = {"night": night, "computed_at": now, "found": found}
    insert = INSERT[session.get_bind().dialect.name](table_of(Result))
    statement = insert.values(clinic_id=clinic_of(session), kind=kind, subject=subject, **values)
    session.execute(
        statement.on_conflict_do_update(index_elements=["clinic_id", "kind", "subject"], set_=values)
    )


def result(session: Session, kind: str, subject: str) -> Result | None:
    """The newest of its kind about a subject."""
    statement = own(session, Result).where(Result.kind == kind, Result.subject == subject)
    return session.scalars(statement).one_or_none()
