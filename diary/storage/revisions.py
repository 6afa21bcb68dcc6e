"""At which revision a database stands, and which ones this code knows; `migrate` brings it there.

Asked by every command and every probe, so without Alembic: loading that costs 0.25 s of CPU, and another
0.03 s each time it reads the scripts.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Engine, inspect, text

SCRIPTS: Final = Path(__file__).parents[2] / "migrations"


def known() -> list[str]:
    """The numbers of all migrations, first to last: each file's name begins with its own."""
    return sorted(path.name.partition("_")[0] for path in SCRIPTS.glob("versions/[0-9]*.py"))


def head() -> str:
    """The newest revision that this code knows."""
    return known()[-1]


def knows(revision: str) -> bool:
    """Whether this code can bring a database of that revision to its own; not one of a newer version."""
    return revision in known()


def current(engine: Engine) -> str | None:
    """The revision a database stands at; None when it is empty."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return revision
