"""A small clinic, on both databases."""

from collections.abc import Iterator

import pytest

from diary.storage.engine import make_engine
from tests.little_clinic import LittleClinic, found


@pytest.fixture
def clinic(database_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(database_url)
    yield found(engine)
    engine.dispose()


@pytest.fixture
def sqlite_clinic(sqlite_url: str) -> Iterator[LittleClinic]:
    """The same on SQLite alone, for what no database has a say in."""
    engine = make_engine(sqlite_url)
    yield found(engine)
    engine.dispose()
