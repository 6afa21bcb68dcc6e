"""Builds every engine of the service: the one place that knows how SQLite and PostgreSQL are opened."""

import os
import sqlite3
from pathlib import Path
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError

# Set per connection before its transaction begins; see diary.storage.unit.
WRITES = "diary_writes"

# How long a writer waits for those before it, and then for SQLite's own lock.
BUSY_WITHIN_S: Final = 5.0
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # NORMAL can lose the last acknowledged score in a power cut
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_WITHIN_S * 1000:.0f}",
    "PRAGMA trusted_schema=OFF",
)
# The longest wait of one statement and of one lock: a request never hangs on another's lock. A process that
# was frozen in a transaction lets go of what it holds after five minutes, as long as a night's lease.
POSTGRESQL_OPTIONS = (
    "-c timezone=UTC -c statement_timeout=10s -c lock_timeout=5s -c idle_in_transaction_session_timeout=5min"
)
# In the pool's notes on a connection: whether it has its turn to write, and which file it holds open.
_HOLDS_TURN: Final = "turn"
_HELD: Final = "file"
# What SQLite says of a file that it cannot read as a database.
DAMAGED: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


def make_engine(url: str, *, pool_size: int = 8, may_create: bool = False) -> Engine:
    """An engine for this database, with `pool_size` connections at most.

    SQLite: WAL, foreign keys, FULL; a writer takes the write lock when it begins (BEGIN IMMEDIATE), so that a
    read followed by a write cannot fail half-way with "database is locked"; a reader takes none. A file that
    is not there is an error, unless it `may_create` it. A connection whose file was deleted or replaced would
    go on storing where nobody will look: it is given up for one to the file that stands there now.
    PostgreSQL: no ping before each use. A connection lost in a restart becomes a 503 with Retry-After, and
    SQLAlchemy then drops the whole pool; pinging did not prevent those errors (108 of 1,800 posts) and costs
    a round trip a request.
    """
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=5)
        if not may_create:
            event.listen(engine, "do_connect", _create_nothing)
        event.listen(engine, "connect", _open_sqlite)
        _keep_to_file(engine, str(engine.url.database))
        _take_turns(engine)
        return engine
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        connect_args={"connect_timeout": 5, "options": POSTGRESQL_OPTIONS},
    )


def is_damaged(error: DBAPIError) -> bool:
    """Whether this error says that the database file itself is damaged, or is none."""
    return str(getattr(error.orig, "sqlite_errorname", "")).startswith(DAMAGED)


def _create_nothing(_dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
    arguments[0] = f"{Path(arguments[0]).absolute().as_uri()}?mode=rw"
    options["uri"] = True


def _keep_to_file(engine: Engine, path: str) -> None:
    def note(_connection: sqlite3.Connection, record: Any) -> None:
        record.info[_HELD] = _file_at(path)

    def check(_connection: sqlite3.Connection, record: Any, _proxy: Any) -> None:
        if record.info[_HELD] is None or record.info[_HELD] != _file_at(path):
            raise DisconnectionError("the database file was deleted or replaced")

    event.listen(engine, "connect", note)
    event.listen(engine, "checkout", check)


def _file_at(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _open_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = (
        None  # the driver's own implicit BEGIN would start every transaction deferred
    )
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)


def _take_turns(engine: Engine) -> None:
    """Begin each transaction; a writer, when those of this process that came before it are done.

    SQLite itself lets a writer sleep, longer each time, and whoever looks first once the lock is free gets
    it: one in a hundred waits ten times as long. Between processes that remains (docs/decisions/0014).
    """
    turn = Lock()

    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, True)
        if writes and not connection.info.get(_HOLDS_TURN):
            # Without a turn in time it asks SQLite all the same, which then says that it is busy.
            connection.info[_HOLDS_TURN] = turn.acquire(timeout=BUSY_WITHIN_S)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    def done(_connection: Any, record: Any, *_: Any) -> None:
        if record.info.pop(_HOLDS_TURN, False):
            turn.release()

    event.listen(engine, "begin", begin)
    event.listen(engine, "checkin", done)  # not at "commit", which is heard before the disk has it
    event.listen(engine, "invalidate", done)
