"""One row in every table, for tests that look at all of them: migrations, row security, grants."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Engine,
    Float,
    Integer,
    LargeBinary,
    Table,
    insert,
    select,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from diary.storage.base import Instant
from diary.storage.schema import metadata
from diary.storage.unit import Scope, unit

MOMENT = datetime(2026, 1, 5, 8, tzinfo=UTC)
SAMPLES: list[tuple[type[TypeEngine[Any]], Any]] = [
    (Instant, MOMENT),
    (Date, date(2026, 1, 5)),
    (Boolean, False),
    (Float, 1.0),
    (Integer, 1),
    (LargeBinary, b"\x05"),
    (JSON, {}),
]
# What a column may hold depends on another one here.
OTHERWISE: dict[str, dict[str, Any]] = {
    "alert": {"level": "watch"},
    "emergency_access": {"ends_at": MOMENT + timedelta(hours=1)},
    "entry": {"nrs": 5, "standing": True},
    "forecast_candidate": {"state": "took_over", "ended_at": MOMENT, "reason": "as good"},
    "forecast_version": {"learns": True},
    "installation": {"id": 1},
    "message": {"next_try_at": MOMENT, "webhook_id": None},
    "share_link": {"opened": 0},
    # Added to tables that were there: a step down and up again empties them.
    "delivery": {"staff_id": None},
    "staff_wish": {"cover_id": None},
    "study": {"follow_up_days": 84},
    # Added to a table that was there: a step down and up again empties it.
    "study_course": {"allocation_id": None},
    "unblinding": {"agreed_at": MOMENT},
}
# Clinics' numbers, and so the keys of their rows: above those that the databases will give out first.
OURS, THEIRS = 101, 102
SECOND = 1000
"""What is added to a clinic's number for the second row that a rule asks for."""


def fill(engine: Engine, clinic_id: int) -> None:
    """One row of this clinic in every table that belongs to clinics; every key is the clinic's number.

    Tables of the whole installation get their row with the first clinic.
    """
    with unit(engine, Scope(clinic_id, "operator"), write=True) as session:
        for table in metadata.sorted_tables:
            if "clinic_id" in table.columns or table.name == "clinic" or _is_empty(session, table):
                for values in _rows(table, clinic_id):
                    session.execute(insert(table), values)


def contents(session: Session, table: Table) -> list[tuple[Any, ...]]:
    """Every row that this unit of work may see, in the order of its key; the query names no clinic."""
    return [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key.columns))]


def _is_empty(session: Session, table: Table) -> bool:
    return session.execute(select(table).limit(1)).first() is None


def _rows(table: Table, clinic_id: int) -> list[dict[str, Any]]:
    row = {
        column.name: _value(table, column, clinic_id)
        for column in table.columns
        if not column.nullable or _is_key(column)
    }
    row |= OTHERWISE.get(table.name, {})
    if table.name == "reminder":
        row["feed_hash"] = f"feed-{clinic_id}"
    if table.name == "staff":
        other = {"id": clinic_id + SECOND, "uid": f"second-{clinic_id}", "email": f"second-{clinic_id}"}
        return [row, row | other]
    if table.name == "unblinding":
        return [row | {"agreed_by_id": clinic_id + SECOND}]
    if table.name == "cover":
        return [row | {"cover_id": clinic_id + SECOND}]
    return [row]


def _is_key(column: Column[Any]) -> bool:
    """References are filled in as well, but for one to its own table, whose row does not stand yet."""
    return any(key.column.table is not column.table for key in column.foreign_keys)


def _value(table: Table, column: Column[Any], clinic_id: int) -> Any:
    if column.name == "id" or column.foreign_keys:
        return clinic_id
    words = _words(table, column.name)
    if words:
        return words[0]
    distinct = f"{table.name} {column.name} {clinic_id}"
    return next((sample for kind, sample in SAMPLES if isinstance(column.type, kind)), distinct)


def _words(table: Table, column: str) -> list[str]:
    """The words of a closed list, from the constraint that closes it."""
    closed = f"{column} IN ("
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint) and str(constraint.sqltext).startswith(closed):
            return re.findall(r"'(\w+)'", str(constraint.sqltext))
    return []
