"""A new installation: migrate, then set up, each once."""

import stat
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from config.priors import SHIPPED
from diary.services.staff import sign_in
from diary.storage.engine import make_engine
from diary.storage.protocols import foresight_at
from diary.storage.revisions import current, head
from diary.storage.tables.clinic import Clinic, Installation
from diary.storage.unit import SYSTEM, Scope, enter, unit
from tests.cli.terminal import PASSWORD, Terminal
from tests.little_clinic import at
from tests.postgresql import APP_ROLE


def revision(url: str) -> str | None:
    engine = make_engine(url)
    try:
        return current(engine)
    finally:
        engine.dispose()


def test_migrate_makes_the_tables_and_can_be_repeated(empty_database, tmp_path):
    shell = Terminal(empty_database.url, tmp_path)
    first = shell.run("migrate", owner_database_url=empty_database.owner_url)
    assert (first.exit_code, "was empty" in first.output) == (0, True)
    again = shell.run("migrate", owner_database_url=empty_database.owner_url)
    assert (again.exit_code, f"was at {head()}" in again.output) == (0, True)
    assert revision(empty_database.url) == head()


def test_after_migrating_as_the_owner_the_app_role_can_work(empty_postgresql_database, tmp_path):
    shell = Terminal(empty_postgresql_database.url, tmp_path)
    assert APP_ROLE in empty_postgresql_database.url
    shell.run("migrate", owner_database_url=empty_postgresql_database.owner_url)
    assert shell.set_up().exit_code == 0
    assert shell.run("staff", "list").exit_code == 0


def test_a_new_sqlite_file_is_its_owners_alone(tmp_path):
    shell = Terminal(f"sqlite:///{tmp_path / 'new' / 'diary.db'}", tmp_path)
    assert shell.run("migrate").exit_code == 0
    assert stat.S_IMODE((tmp_path / "new" / "diary.db").stat().st_mode) & 0o077 == 0


def test_a_database_of_a_newer_version_is_left_alone(sqlite_url, tmp_path):
    engine = make_engine(sqlite_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    said = Terminal(sqlite_url, tmp_path).run("migrate")
    assert said.exit_code == 1
    assert "does not know. Use the version that migrated it, or a newer one" in said.stderr
    assert revision(sqlite_url) == "9999"


def test_setup_founds_the_clinic_and_its_admin_can_sign_in(shell):
    assert shell.set_up().exit_code == 0
    engine = make_engine(shell.url)
    with unit(engine, SYSTEM, write=False) as session:
        installation = session.scalars(select(Installation)).one()
        clinic = session.scalars(select(Clinic)).one()
        assert (installation.kind, installation.clock_at) == ("sandbox", at(date(2026, 1, 5)))
        assert (clinic.name, clinic.first_night) == ("Little clinic", date(2026, 1, 5))
        enter(session, Scope(clinic.id, "system"))
        foresight = foresight_at(session, datetime.now(UTC))
        assert (foresight.shown, foresight.prior) == (False, SHIPPED)
        assert foresight.prior_version == f"shipped {SHIPPED.digest}"
    with unit(engine, Scope(None, "staff"), write=True) as session:
        now = datetime.now(UTC)
        assert sign_in(session, email="ada@clinic.example", password=PASSWORD, now=now).staff.role == "admin"
    engine.dispose()


def test_setup_is_done_once(shell):
    shell.set_up()
    again = shell.set_up(clinic="Another clinic")
    assert again.exit_code == 1
    assert "already set up, for: Little clinic" in again.stderr


def test_a_live_installation_has_no_clock_to_set(lite):
    said = lite.set_up(kind="live")
    assert said.exit_code == 2
    assert "--clock" in said.stderr


def test_without_a_terminal_nothing_is_asked(lite):
    said = lite.run("setup", "--kind", "live")
    assert said.exit_code == 2
    assert "--clinic" in said.stderr


@pytest.mark.parametrize("address", ["ada@", "ada", "ada lind@clinic.example"])
def test_an_admin_signs_in_by_an_e_mail_address_and_nothing_less(lite, address):
    said = lite.set_up(**{"admin-email": address})
    assert said.exit_code == 2
    assert f"'{address}' is no e-mail address" in said.stderr


def test_an_unknown_time_zone_is_named(lite):
    said = lite.set_up(zone="Europe/Atlantis")
    assert said.exit_code == 2
    assert "Europe/Atlantis" in said.stderr


def test_a_password_that_is_too_short_leaves_nothing_behind(lite):
    said = lite.set_up(password="short")
    assert said.exit_code == 1
    assert "at least 15 characters" in said.stderr
    assert lite.set_up().exit_code == 0
