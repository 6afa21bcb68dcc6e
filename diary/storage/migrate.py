"""Brings a database to a revision."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from diary.storage.engine import make_engine
from diary.storage.revisions import SCRIPTS
from diary.storage.schema import metadata

# What the app role may change in tables that only ever grow; everywhere else it may do all four.
APPEND_ONLY = {"entry": "standing", "audit": "position, digest"}


def upgrade(
    owner_url: str, revision: str = "head", *, app_role: str | None = None, scripts: Path = SCRIPTS
) -> None:
    """Migrate up to `revision` in one transaction, as the owner; then grant the app role its rights."""
    with _migrating(owner_url, scripts) as (connection, config):
        command.upgrade(config, revision)
        if app_role is not None and connection.dialect.name == "postgresql":
            _grant(connection, app_role)


def downgrade(owner_url: str, revision: str) -> None:
    """Migrate down to `revision` ("base" empties the database) in one transaction."""
    with _migrating(owner_url, SCRIPTS) as (_, config):
        command.downgrade(config, revision)


def role_in(url: str) -> str | None:
    """The user that a database URL signs in as."""
    return make_url(url).username


@contextmanager
def _migrating(url: str, scripts: Path) -> Iterator[tuple[Connection, Config]]:
    engine = make_engine(url, pool_size=1, may_create=True)
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                # On the driver's own connection: inside a transaction the pragma would do nothing.
                driver = connection.connection.driver_connection
                assert driver is not None
                driver.execute("PRAGMA foreign_keys=OFF")
            with connection.begin():
                config = Config()
                config.set_main_option("script_location", str(scripts).replace("%", "%%"))
                config.attributes["connection"] = connection
                yield connection, config
    finally:
        engine.dispose()


def _grant(connection: Connection, role: str) -> None:
    quoted = connection.dialect.identifier_preparer.quote(role)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {quoted}"))
    connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}"))
    connection.execute(text(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {quoted}"))
    for table in metadata.sorted_tables:
        changeable = APPEND_ONLY.get(table.name)
        rights = f"INSERT, UPDATE ({changeable})" if changeable else "INSERT, UPDATE, DELETE"
        if table.name == "entry":  # its triggers refuse, but for a patient who is being erased
            rights = "INSERT, UPDATE, DELETE"
        connection.execute(text(f"GRANT {rights} ON {table.name} TO {quoted}"))
