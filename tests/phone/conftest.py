"""The phone's pages on a clinic of their own."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.phone.phone_clinic import Phone, PhoneClinic, join, open_clinic
from tests.phone.phones import SmartPhone, smart_phone

if TYPE_CHECKING:
    from playwright.sync_api import Browser


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


@pytest.fixture
def patient_id(sqlite_clinic: PhoneClinic) -> int:
    """A patient whose diary is open."""
    return sqlite_clinic.admit()


@pytest.fixture
def phone(chromium: "Browser", sqlite_clinic: PhoneClinic, patient_id: int) -> Iterator[SmartPhone]:
    """A phone that has joined."""
    with sqlite_clinic.served() as base, smart_phone(chromium, sqlite_clinic, base=base) as phone:
        phone.settle_in(patient_id)
        yield phone


def _opened(url: str) -> Iterator[PhoneClinic]:
    opened = open_clinic(url)
    yield opened
    opened.engine.dispose()
