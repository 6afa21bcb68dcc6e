"""Rows and public ids by the ids that other rows hold: one query for a whole list."""

from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy.orm import Session

from diary.storage.base import Owned
from diary.storage.tables.alert import Alert
from diary.storage.tables.booking import Booking, Chair
from diary.storage.tables.course import Course, Regimen
from diary.storage.unit import own

T = TypeVar("T", bound=Owned)
Named = type[Alert] | type[Booking] | type[Chair] | type[Course] | type[Regimen]


def rows_by_id(session: Session, table: type[T], ids: Iterable[int | None]) -> dict[int, T]:
    """Rows of this clinic; an id that is None names none."""
    wanted = {row_id for row_id in ids if row_id is not None}
    if not wanted:
        return {}
    return {row.id: row for row in session.scalars(own(session, table).where(table.id.in_(wanted)))}


def uids_by_id(session: Session, table: Named, ids: Iterable[int | None]) -> dict[int | None, str | None]:
    """Public ids of rows of this clinic; an id that is None names none."""
    wanted = {row_id for row_id in ids if row_id is not None}
    found: dict[int | None, str | None] = {None: None}
    if wanted:
        statement = own(session, table).with_only_columns(table.id, table.uid).where(table.id.in_(wanted))
        found |= {row.id: row.uid for row in session.execute(statement)}
    return found
