"""The ground that other tests stand on: two databases, two roles, a browser, nothing skipped in silence."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url

from tests.conftest import Database

ROOT = Path(__file__).parents[2]


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_a_test_that_asks_for_a_database_gets_a_migrated_one(database: Database):
    assert {"entry", "course", "alembic_version"} <= tables(database.url)


def test_what_one_test_writes_the_next_does_not_see(sqlite_database: Database, postgresql_database: Database):
    for found in (sqlite_database, postgresql_database):
        engine = create_engine(found.owner_url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE of_this_test (id integer)"))
        engine.dispose()
        assert "of_this_test" in tables(found.url)


def test_the_table_of_the_other_test_is_not_here(database: Database):
    assert "of_this_test" not in tables(database.url)


def test_a_database_for_the_migrations_is_empty(empty_database: Database):
    assert tables(empty_database.owner_url) == set()


def test_the_service_runs_on_postgresql_as_a_role_that_row_security_binds(postgresql_database: Database):
    for url in (postgresql_database.url, postgresql_database.owner_url):
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as connection:
            rights = connection.execute(
                "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
        assert rights == (False, False, False)
    assert postgresql_database.url != postgresql_database.owner_url


def test_the_browser_opens_a_page(chromium):
    context = chromium.new_context()
    page = context.new_page()
    page.set_content("<title>Pain diary</title>")

    assert page.title() == "Pain diary"
    context.close()


@pytest.mark.parametrize("workers", [0, 1])
def test_a_skipped_test_fails_in_continuous_integration_only(tmp_path: Path, workers: int):
    (tmp_path / "test_marked.py").write_text("import pytest\n\n@pytest.mark.skip\ndef test_pain(): pass\n")
    (tmp_path / "test_late.py").write_text("import pytest\n\ndef test_pain(): pytest.skip('no browser')\n")
    (tmp_path / "test_file.py").write_text("import pytest\npytest.skip('none', allow_module_level=True)\n")
    pytest_here = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "xdist",
        "-p",
        "tests.conftest",
        "-c",
        os.devnull,
        "--rootdir",
        tmp_path,
    ]

    def closing_line(ci: str) -> str:
        ended = subprocess.run(
            [*pytest_here, "-n", str(workers), "--continue-on-collection-errors", tmp_path],
            env={**os.environ, "CI": ci, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        return ended.stdout.splitlines()[-1]

    assert "1 failed, 2 errors in" in closing_line(ci="true")
    assert "3 skipped" in closing_line(ci="")
