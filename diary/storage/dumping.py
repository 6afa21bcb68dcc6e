"""Writes a whole database out as it stands at one moment, and reads it in again, on either kind.

SQLite hands its file over by its own backup, page by page, while others go on writing. PostgreSQL hands over
each table as text (COPY), clinic by clinic in one snapshot, since row security binds every role of ours.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any, Final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import make_url

from diary.storage.engine import make_engine
from diary.storage.schema import metadata

# Alembic's own table is made by migrating; tries and sign-ins under way start anew.
LEFT_OUT: Final = ("attempt_count", "sign_in_step")
_ENTER: Final = text("SELECT set_config('diary.clinic_id', :clinic, true)")
PAGES_AT_ONCE: Final = 2000  # of 4 KiB: between two such parts others may write


class Damaged(Exception):
    """What was read is not what was written."""


def table_names() -> list[str]:
    """The tables, those that others refer to first."""
    return [table.name for table in metadata.sorted_tables if table.name not in LEFT_OUT]


def copy_sqlite(url: str, out: Path) -> None:
    """The database as a file of its own, whole and checked.

    Raises:
        Damaged: the copy does not hold together.
    """
    path = Path(str(make_url(url).database)).absolute()
    with (
        closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(out)) as target,
    ):
        source.backup(target, pages=PAGES_AT_ONCE)
        target.execute("PRAGMA journal_mode=DELETE")
    check_sqlite(out)


def check_sqlite(path: Path) -> None:
    """Read every page and every reference of a database file.

    Raises:
        Damaged: a page or a reference is broken.
    """
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            (told,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
        except sqlite3.DatabaseError as error:
            raise Damaged(str(error)) from None
    if told != "ok" or orphans:
        raise Damaged(told if told != "ok" else f"{len(orphans)} rows without their parent")


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A transaction on PostgreSQL that sees one moment throughout, and may take its time."""
    with engine.connect() as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            yield connection


def copy_out(connection: Connection, table: str, out: IO[bytes]) -> None:
    """Every row of a table, of every clinic."""
    columns = [column.name for column in metadata.tables[table].columns]
    owned = "clinic_id" in columns
    clinics = list(connection.scalars(text("SELECT id FROM clinic ORDER BY id"))) if owned else [None]
    for clinic_id in clinics:
        connection.execute(_ENTER, {"clinic": "" if clinic_id is None else str(clinic_id)})
        # Besides its own, a clinic may see rows of others by the sealer's and the scheduler's policies.
        only = f" WHERE clinic_id = {clinic_id:d}" if clinic_id is not None else ""
        rows = f"COPY (SELECT {', '.join(columns)} FROM {table}{only}) TO STDOUT"  # noqa: S608 - names of our own tables
        with _cursor(connection) as cursor, cursor.copy(rows) as parts:
            for part in parts:
                out.write(part)


def copy_in(connection: Connection, table: str, columns: list[str], rows: IO[bytes]) -> None:
    """Put the rows back, as the owner; row security is put aside for this transaction alone."""
    owned = "clinic_id" in metadata.tables[table].columns
    if owned:
        connection.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"))
    with (
        _cursor(connection) as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as into,
    ):
        while part := rows.read(1 << 20):
            into.write(part)
    if "id" in columns and metadata.tables[table].c.id.autoincrement:
        newest = f"(SELECT max(id) FROM {table})"  # noqa: S608 - the same
        sequence = f"pg_get_serial_sequence('{table}', 'id')"
        known = f"{sequence} IS NOT NULL AND {newest} > 0"
        connection.execute(text(f"SELECT setval({sequence}, {newest}) WHERE {known}"))
    if owned:
        connection.execute(text(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"))


def is_empty(url: str) -> bool:
    """Whether the database has no table yet."""
    engine = make_engine(url, pool_size=1, may_create=True)
    try:
        with engine.connect() as connection:
            return not engine.dialect.has_table(connection, "clinic")
    finally:
        engine.dispose()


@contextmanager
def _cursor(connection: Connection) -> Iterator[Any]:
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor:
        yield cursor
