"""The desk, for each test anew; signing in and the browser come from elsewhere."""

from collections.abc import Iterator

import pytest

from diary.storage.engine import make_engine
from tests.desk.house import Desk, desk_on


@pytest.fixture
def desk(sqlite_url: str) -> Iterator[Desk]:
    """A clinic with its desk."""
    engine = make_engine(sqlite_url)
    yield desk_on(engine)
    engine.dispose()


@pytest.fixture
def either_desk(database_url: str) -> Iterator[Desk]:
    """The same, on both kinds of database in turn."""
    engine = make_engine(database_url)
    yield desk_on(engine)
    engine.dispose()
