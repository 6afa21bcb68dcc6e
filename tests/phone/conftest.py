"""The phone's pages on a clinic of their own."""

from collections.abc import Iterator

import pytest

from tests.phone.phone_clinic import Phone, PhoneClinic, join, open_clinic


@pytest.fixture
def clinic(database_url: str) -> Iterator[PhoneClinic]:
    """A clinic, on SQLite and on PostgreSQL."""
    yield from _opened(database_url)


@pytest.fixture
def sqlite_clinic(sqlite_url: str) -> Iterator[PhoneClinic]:
    """A clinic for what no database sees: how pages look, and values that never reach it."""
    yield from _opened(sqlite_url)


@pytest.fixture
def joined(clinic: PhoneClinic) -> tuple[int, Phone]:
    """A patient and a phone that joined a week ago."""
    return join(clinic)


def _opened(url: str) -> Iterator[PhoneClinic]:
    opened = open_clinic(url)
    yield opened
    opened.engine.dispose()
