"""Empty databases for benchmarks, gone when they are done: a SQLite file; PostgreSQL, its own server."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import config.one_thread  # noqa: F401 - before numpy
from diary.storage.migrate import upgrade
from tests.postgresql import APP_ROLE, OWNER_ROLE, running_server


@dataclass(frozen=True, slots=True)
class EmptyDatabase:
    """A migrated database, as the service reaches it, and as one whom no row-level security binds."""

    url: str
    unbound_url: str


@contextmanager
def sqlite_database() -> Iterator[EmptyDatabase]:
    """A file in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'diary.db'}"
        upgrade(url)
        yield EmptyDatabase(url, url)


@contextmanager
def postgresql_database() -> Iterator[EmptyDatabase]:
    """A database of a server that nobody else uses; it waits for no disk."""
    with running_server() as server:
        name = server.create()
        upgrade(server.url(name, role=OWNER_ROLE), app_role=APP_ROLE)
        unbound = server.admin.set(drivername="postgresql+psycopg", database=name)
        yield EmptyDatabase(server.url(name, role=APP_ROLE), unbound.render_as_string(hide_password=False))


DATABASES: Final[Mapping[str, Callable[[], AbstractContextManager[EmptyDatabase]]]] = MappingProxyType(
    {"sqlite": sqlite_database, "postgresql": postgresql_database}
)
