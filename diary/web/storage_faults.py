"""What a database error means for the one who asked: try again, make room, or look at your values."""

import sqlite3
from typing import Final

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

BUSY, FULL, LOST_RACE, NOT_STORABLE = "storage_busy", "storage_full", "lost_race", "not_storable"

# sqlite3 names each error after the library's result code.
SQLITE_MEANINGS: Final = (
    (("SQLITE_FULL",), FULL),
    (("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN"), BUSY),
    (("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"), LOST_RACE),
)
# SQLSTATE, by its longest fitting beginning (PostgreSQL documentation, appendix A).
POSTGRESQL_MEANINGS: Final = (
    ("53100", FULL),  # disk full
    ("53", BUSY),  # out of connections or memory
    ("08", BUSY),  # connection lost
    ("57", BUSY),  # shut down, cancelled by statement_timeout
    ("55P03", BUSY),  # lock not available
    ("40", BUSY),  # deadlock, serialization failure
    ("25006", BUSY),  # read-only: a standby that has not taken over yet
    ("23505", LOST_RACE),  # unique violation
)


def meaning_of(error: SQLAlchemyError) -> str | None:
    """The code of the problem that this error is; None for a mistake of ours."""
    if isinstance(error, PoolTimeout):  # all connections of this process are in use
        return BUSY
    if not isinstance(error, DBAPIError):
        return NOT_STORABLE if isinstance(error, StatementError) else None
    if error.connection_invalidated:
        return BUSY
    known = _by_code(error.orig)
    if known is not None:
        return known
    # CHECK constraints guard what the schemas guard: one that speaks up means that a schema let a value by.
    if isinstance(error, DataError | IntegrityError):
        return NOT_STORABLE
    if isinstance(error.orig, sqlite3.Error):
        return None
    # psycopg gives a connection that broke no SQLSTATE.
    return BUSY if isinstance(error, OperationalError | InterfaceError) else None


def _by_code(orig: BaseException | None) -> str | None:
    name = getattr(orig, "sqlite_errorname", None)
    if name is not None:
        return next((code for names, code in SQLITE_MEANINGS if name.startswith(names)), None)
    state = getattr(orig, "sqlstate", None)
    if state is not None:
        return next((code for start, code in POSTGRESQL_MEANINGS if state.startswith(start)), None)
    return None
