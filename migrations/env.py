"""Runs migrations on one connection, in one transaction, without losing a child row on SQLite."""

from alembic import context
from sqlalchemy import Connection

from diary.storage.schema import metadata


def run(connection: Connection) -> None:
    """Foreign keys are off while SQLite tables are rebuilt, and checked before the commit.

    With them on, rebuilding a parent table deletes its children without a word. A rebuilt table also comes
    back without its triggers, which keep the diary append-only: a migration that loses one is undone as well.
    """
    on_sqlite = connection.dialect.name == "sqlite"
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=on_sqlite)
    before = _triggers(connection) if on_sqlite else {}
    context.run_migrations()
    if on_sqlite:
        _check(connection, before)


def _check(connection: Connection, before: dict[str, str]) -> None:
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if orphans:
        raise RuntimeError(
            f"the migration left {len(orphans)} rows without their parent; nothing was changed"
        )
    tables = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
    lost = sorted(name for name in before.keys() - _triggers(connection).keys() if before[name] in tables)
    if lost:
        raise RuntimeError(f"the migration lost the triggers {', '.join(lost)}; nothing was changed")


def _triggers(connection: Connection) -> dict[str, str]:
    """Each trigger and its table."""
    found = connection.exec_driver_sql("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
    return {row.name: row.tbl_name for row in found}


run(context.config.attributes["connection"])
