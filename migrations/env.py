"""Runs migrations on one connection, in one transaction, without losing a child row on SQLite."""

from alembic import context
from sqlalchemy import Connection

from diary.storage.schema import metadata


def run(connection: Connection) -> None:
    """Foreign keys are off while SQLite tables are rebuilt, and checked before the commit.

    With them on, rebuilding a parent table deletes its children without a word.
    """
    on_sqlite = connection.dialect.name == "sqlite"
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=on_sqlite)
    context.run_migrations()
    if on_sqlite:
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if orphans:
            raise RuntimeError(
                f"the migration left {len(orphans)} rows without their parent; nothing was changed"
            )


run(context.config.attributes["connection"])
