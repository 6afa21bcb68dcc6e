"""`migrate`: brings the database to this version's tables."""

import os

import click

from diary.cli.opening import OTHER_VERSION, read_settings, sqlite_path
from diary.storage.engine import make_engine
from diary.storage.migrate import role_in, upgrade
from diary.storage.revisions import current, head, knows


@click.command()
def command() -> None:
    """Bring the database to this version's tables, in one transaction; safe to repeat.

    On PostgreSQL it works as the role of DIARY_OWNER_DATABASE_URL, and grants the role of DIARY_DATABASE_URL
    what it needs. Back up before.
    """
    settings = read_settings()
    os.umask(0o077)  # SQLite makes its file with what the mask leaves: nobody else reads a diary
    path = sqlite_path(settings.owner_database_url)
    if path is not None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = revision(settings.owner_database_url)
    if before is not None and not knows(before):
        raise click.ClickException(
            f"The database stands at revision {before}, which this version, at {head()}, does not know. "
            f"{OTHER_VERSION}"
        )
    upgrade(settings.owner_database_url, app_role=role_in(settings.database_url))
    was = "was empty" if before is None else f"was at {before}"
    click.echo(f"The database stands at revision {head()} ({was}).")


def revision(url: str) -> str | None:
    """Where the database stands."""
    engine = make_engine(url, pool_size=1, may_create=True)
    try:
        return current(engine)
    finally:
        engine.dispose()
