"""Builds every engine of the service: the one place that knows how SQLite and PostgreSQL are opened."""

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

# Set per connection before its transaction begins; see diary.storage.unit.
WRITES = "diary_writes"

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # NORMAL can lose the last acknowledged score in a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA trusted_schema=OFF",
)
# The longest wait of one statement and of one lock: a request never hangs on another's lock.
POSTGRESQL_OPTIONS = "-c timezone=UTC -c statement_timeout=10s -c lock_timeout=5s"


def make_engine(url: str, *, pool_size: int = 8) -> Engine:
    """An engine for this database, with `pool_size` connections at most.

    SQLite: WAL, foreign keys, FULL; a writer takes the write lock when it begins (BEGIN IMMEDIATE), so that a
    read followed by a write cannot fail half-way with "database is locked"; a reader takes none.
    PostgreSQL: no ping before each use. A connection lost in a restart becomes a 503 with Retry-After, and
    SQLAlchemy then drops the whole pool; pinging did not prevent those errors (108 of 1,800 posts) and costs
    a round trip a request.
    """
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=5)
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        connect_args={"connect_timeout": 5, "options": POSTGRESQL_OPTIONS},
    )


def _open_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = (
        None  # the driver's own implicit BEGIN would start every transaction deferred
    )
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
