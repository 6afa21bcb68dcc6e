"""A clinic's record as rows of its tables: handed out in one order, put into an empty database as they were.

Left out is what opens a door or says who somebody is, messages on their way, and what a job computes anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import JSON, Table, func, insert, null, select, text
from sqlalchemy.orm import Session

from diary.storage.base import table_of
from diary.storage.schema import clinic_tables
from diary.storage.tables.clinic import Clinic

DOORS: Final = (
    *("account_link", "authenticator", "outside_identity", "passkey", "recovery_code", "staff_session"),
    *(
        "integration_key",
        "webhook",
        "device",
        "enrolment_code",
        "push_subscription",
        "reminder",
        "share_link",
    ),
)
LEFT_OUT: Final = frozenset({*DOORS, "patient_identity", "message", "delivery", "result"})
# Nobody of the record can sign in where it is read: an admin invites them anew.
SECRET_COLUMNS: Final[Mapping[str, frozenset[str]]] = {"staff": frozenset({"password_hash"})}
ROWS_AT_ONCE: Final = 1_000

Row = Mapping[str, Any]


def record_tables() -> list[Table]:
    """The clinic itself, then its tables, those that others refer to first."""
    owned = [table for table in clinic_tables() if table.name not in LEFT_OUT]
    return [table_of(Clinic), *owned]


def columns_of(table: Table) -> list[str]:
    """What of a table goes along."""
    secret = SECRET_COLUMNS.get(table.name, frozenset())
    return [column.name for column in table.columns if column.name not in secret]


def rows_of(session: Session, table: Table, clinic_id: int) -> Iterator[Sequence[Any]]:
    """The clinic's rows by their key, read page by page."""
    whose = table.c.id if table is table_of(Clinic) else table.c.clinic_id
    statement = (
        select(*(table.c[name] for name in columns_of(table)))
        .where(whose == clinic_id)
        .order_by(*table.primary_key.columns)
    )
    for row in session.execute(statement, execution_options={"yield_per": ROWS_AT_ONCE}):
        yield tuple(row)


def put_rows(session: Session, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows with the keys that they had."""
    documents = [column.name for column in table.columns if isinstance(column.type, JSON)]
    nothing = {name: null() for name in documents}
    values = [
        {name: nothing[name] if value is None and name in nothing else value for name, value in row.items()}
        for row in rows
    ]
    session.connection().execute(insert(table).values(values))


def draw_past(session: Session, table: Table) -> None:
    """Let the next key be one that no row has: the app role may draw numbers, not set them."""
    if session.get_bind().dialect.name != "postgresql" or "id" not in table.c:
        return
    sequence = session.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name})
    highest = session.scalar(select(func.max(table.c.id)))
    if sequence is not None and highest is not None:
        drawn = text("SELECT count(nextval(CAST(:name AS regclass))) FROM generate_series(1, :highest)")
        session.execute(drawn, {"name": sequence, "highest": highest})


def holds_a_clinic(session: Session) -> bool:
    """Whether any clinic stands in this database."""
    return session.scalar(select(func.count()).select_from(table_of(Clinic))) != 0
