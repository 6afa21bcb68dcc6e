"""Shells for tests of the command line."""

from pathlib import Path

import pytest

from tests.cli.terminal import Terminal


@pytest.fixture
def shell(database_url: str, tmp_path: Path) -> Terminal:
    """A shell on a migrated database that was not set up; on both kinds in turn."""
    return Terminal(database_url, tmp_path)


@pytest.fixture
def lite(sqlite_url: str, tmp_path: Path) -> Terminal:
    """The same on SQLite only, for what no database can change."""
    return Terminal(sqlite_url, tmp_path)
