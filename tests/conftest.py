"""What every test may ask for: a database of either kind, migrated or empty, and a browser."""

import gc
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import config.one_thread  # noqa: F401 - before numpy
from diary.storage.migrate import upgrade
from tests.postgresql import APP_ROLE, OWNER_ROLE, Server, running_server
from workshop.install import find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

KINDS = ("sqlite", "postgresql")
# No test outlives its files, so they need not reach a disk: in memory SQLite commits in 0.02 ms instead of 5.
IN_MEMORY = Path("/dev/shm")
IN_MEMORY_MIN_BYTES = 4 << 30
# No sandbox inside a container's root; nothing of the browser's own may leave the machine.
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_configure() -> None:
    """Keep the files of tests in memory, unless somebody chose where they go."""
    if "TMPDIR" in os.environ or not os.access(IN_MEMORY, os.W_OK):
        return
    if shutil.disk_usage(IN_MEMORY).free >= IN_MEMORY_MIN_BYTES:
        tempfile.tempdir = os.environ["TMPDIR"] = str(IN_MEMORY)


def pytest_collection() -> None:
    """Nothing that is loaded becomes garbage, so nobody need look for it."""
    gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """All tests and their modules stay until the end: no look for garbage needs to pass them again.

    Among them one look takes 0.9 s; statsmodels asks for one at every call.
    """
    gc.freeze()
    gc.enable()


@dataclass(frozen=True, slots=True)
class Database:
    """One test's own database: `url` as the service runs, `owner_url` as it migrates (one file on SQLite)."""

    url: str
    owner_url: str


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest) -> Database:
    """A migrated database of the test's own; the test runs on SQLite and on PostgreSQL."""
    found = request.getfixturevalue(f"{request.param}_database")
    assert isinstance(found, Database)
    return found


@pytest.fixture
def database_url(database: Database) -> str:
    """Where the service finds the test's database, on both kinds in turn."""
    return database.url


@pytest.fixture
def sqlite_url(sqlite_database: Database) -> str:
    """A migrated SQLite database of the test's own."""
    return sqlite_database.url


@pytest.fixture
def postgresql_url(postgresql_database: Database) -> str:
    """A migrated PostgreSQL database of the test's own, as the app role."""
    return postgresql_database.url


@pytest.fixture(params=KINDS)
def empty_database(request: pytest.FixtureRequest) -> Database:
    """A database without a table, of both kinds in turn: for the migrations themselves."""
    found = request.getfixturevalue(f"empty_{request.param}_database")
    assert isinstance(found, Database)
    return found


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated once (0.1 s); each test gets a copy (1 ms)."""
    template = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(f"sqlite:///{template}")
    assert not template.with_name("template.db-wal").exists(), "the copy would miss what the log still holds"
    return template


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Database:
    """A migrated SQLite database of the test's own."""
    url = f"sqlite:///{shutil.copyfile(sqlite_template, tmp_path / 'diary.db')}"
    return Database(url=url, owner_url=url)


@pytest.fixture
def empty_sqlite_database(tmp_path: Path) -> Database:
    """An SQLite file to be."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    return Database(url=url, owner_url=url)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """One server a session (1 s to start)."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: Server) -> Iterator[str]:
    """Migrated once (0.4 s); each test gets a copy (0.04 s)."""
    name = postgresql_server.create()
    upgrade(postgresql_server.url(name, role=OWNER_ROLE), app_role=APP_ROLE)
    yield name
    postgresql_server.drop(name)


@pytest.fixture
def postgresql_database(postgresql_server: Server, postgresql_template: str) -> Iterator[Database]:
    """A migrated PostgreSQL database of the test's own."""
    yield from _postgresql(postgresql_server, template=postgresql_template)


@pytest.fixture
def empty_postgresql_database(postgresql_server: Server) -> Iterator[Database]:
    """A PostgreSQL database without a table."""
    yield from _postgresql(postgresql_server, template="template1")


def _postgresql(server: Server, *, template: str) -> Iterator[Database]:
    name = server.create(template=template)
    yield Database(url=server.url(name, role=APP_ROLE), owner_url=server.url(name, role=OWNER_ROLE))
    server.drop(name)


@pytest.fixture(scope="session")
def playwright() -> "Iterator[Playwright]":
    """What drives browsers; there can be one a session."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - 0.3 s that most test runs need not pay

    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright: "Playwright") -> "Iterator[Browser]":
    """A headless browser, one a session; a test opens its own context in it."""
    yield from _browser(playwright, find_chromium())


@pytest.fixture
def whole_chromium(playwright: "Playwright") -> "Iterator[Browser]":
    """One that shows notes as well."""
    yield from _browser(playwright, find_chromium(whole=True))


def _browser(playwright: "Playwright", path: str | None) -> "Iterator[Browser]":
    assert path, "no browser was found; `make dev` installs one or says how"
    browser = playwright.chromium.launch(executable_path=path, args=[*CHROMIUM_FLAGS])
    yield browser
    browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In continuous integration a skipped test is a failed one: there, nothing may be missing."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped, which fails here: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file that asks to be skipped."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped, which fails here: {report.longrepr}"
    return report
