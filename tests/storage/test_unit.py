"""The unit of work: all or nothing, writers one at a time on SQLite, readers beside them, moments in UTC."""

import sqlite3
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from sqlalchemy.orm import Session

from diary.storage.base import Base
from diary.storage.engine import make_engine
from diary.storage.ids import new_uid
from diary.storage.tables.alert import Alert
from diary.storage.tables.entry import Entry
from diary.storage.tables.patient import Patient
from diary.storage.tables.staff import Team
from diary.storage.unit import SYSTEM, Scope, clinic_of, own, scope_of, unit
from tests.storage.rows import MOMENT, OURS, fill

NURSE = Scope(OURS, "staff", actor_id=OURS, role="nurse", request_id="r-1")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    fill(engine, OURS)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    engine = make_engine(sqlite_url)
    fill(engine, OURS)
    yield engine
    engine.dispose()


def team_names(engine: Engine) -> list[str]:
    with unit(engine, NURSE, write=False) as session:
        return sorted(session.scalars(own(session, Team).with_only_columns(Team.name)))


def add_team(session, name: str) -> None:
    session.add(Team(clinic_id=clinic_of(session), uid=name, name=name))
    session.flush()


def test_what_a_unit_wrote_stands_once_it_has_ended(engine):
    before = team_names(engine)
    with unit(engine, NURSE, write=True) as session:
        add_team(session, "Blue")
    assert team_names(engine) == sorted([*before, "Blue"])


def test_an_exception_undoes_everything_a_unit_wrote(engine):
    before = team_names(engine)
    with pytest.raises(AssertionError), unit(engine, NURSE, write=True) as session:
        write_then_fail(session)
    assert team_names(engine) == before


def write_then_fail(session: Session) -> None:
    add_team(session, "Blue")
    raise AssertionError


def test_a_unit_knows_who_acts(engine):
    with unit(engine, NURSE, write=False) as session:
        assert scope_of(session) == NURSE
        assert clinic_of(session) == OURS


def test_a_query_on_clinic_rows_without_a_clinic_is_stopped(engine):
    with unit(engine, SYSTEM, write=False) as session, pytest.raises(AssertionError, match="no clinic"):
        own(session, Patient)


def test_rows_can_still_be_read_after_their_unit_has_ended(engine):
    with unit(engine, NURSE, write=True) as session:
        team = session.scalars(own(session, Team)).one()
        team.name = "Renamed"
    assert team.name == "Renamed"


def test_a_writing_unit_on_sqlite_holds_the_write_lock_from_its_start(sqlite_engine):
    with unit(sqlite_engine, NURSE, write=True):
        assert is_locked(sqlite_engine)
    assert not is_locked(sqlite_engine)


def test_a_reading_unit_on_sqlite_holds_up_no_writer(sqlite_engine):
    with unit(sqlite_engine, NURSE, write=False) as session:
        assert session.scalars(own(session, Team)).all()
        assert not is_locked(sqlite_engine)


def is_locked(engine: Engine) -> bool:
    """Whether another process could not begin to write now."""
    rival = sqlite3.connect(str(make_url(engine.url).database), timeout=0, isolation_level=None)
    try:
        rival.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return True
    finally:
        rival.close()
    return False


def test_a_reader_sees_one_state_of_things_while_a_writer_goes_on_sqlite(sqlite_engine):
    with unit(sqlite_engine, NURSE, write=False) as reading:
        before = reading.scalars(own(reading, Team).with_only_columns(Team.name)).all()
        with unit(sqlite_engine, NURSE, write=True) as writing:
            add_team(writing, "Blue")
        assert reading.scalars(own(reading, Team).with_only_columns(Team.name)).all() == before
    assert "Blue" in team_names(sqlite_engine)


def test_threads_that_read_and_then_write_lose_no_update_and_meet_no_lock(engine):
    """Four threads, 25 increments each, of one number: with a deferred BEGIN most would fail or be lost."""
    faults: list[BaseException] = []

    def increment() -> None:
        try:
            for _ in range(25):
                with unit(engine, NURSE, write=True) as session:
                    patient = session.scalars(own(session, Patient).with_for_update()).one()
                    patient.version += 1
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=increment) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with unit(engine, NURSE, write=False) as session:
        assert session.scalars(own(session, Patient)).one().version == 101


def test_sqlite_waits_for_a_writer_five_seconds_and_writes_through_to_the_disk(sqlite_engine):
    with sqlite_engine.connect() as connection:
        answers = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "trusted_schema")
        }
    assert answers == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "trusted_schema": 0,
    }


def test_a_statement_on_postgresql_gives_up_rather_than_hang(postgresql_url):
    engine = make_engine(postgresql_url)
    with engine.connect() as connection:
        shown = {
            name: connection.exec_driver_sql(f"SHOW {name}").scalar()
            for name in ("statement_timeout", "lock_timeout", "TimeZone")
        }
    engine.dispose()
    assert shown == {"statement_timeout": "10s", "lock_timeout": "5s", "TimeZone": "UTC"}


def test_a_lost_connection_breaks_one_unit_and_not_the_next(postgresql_database):
    engine = make_engine(postgresql_database.url, pool_size=1)
    fill(engine, OURS)
    killer = make_engine(postgresql_database.url, pool_size=1)
    with engine.connect() as connection:
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    with killer.connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
    with pytest.raises(OperationalError), unit(engine, NURSE, write=True) as session:
        add_team(session, "Blue")
    assert "Blue" not in team_names(engine)
    killer.dispose()
    engine.dispose()


def test_moments_come_back_aware_and_in_utc_whatever_offset_they_were_given(engine):
    given = MOMENT.astimezone(timezone(timedelta(hours=-9, minutes=-30))) + timedelta(microseconds=123456)
    with unit(engine, NURSE, write=True) as session:
        session.execute(update(Patient).values(created_at=given))
    with unit(engine, NURSE, write=False) as session:
        found = session.scalars(select(Patient.created_at)).one()
    assert found == given
    assert found.utcoffset() == timedelta(0)


def test_a_naive_moment_is_refused(engine):
    with (
        pytest.raises(StatementError, match="naive"),
        unit(engine, NURSE, write=True) as session,
    ):
        session.execute(update(Patient).values(created_at=datetime(2026, 1, 5)))  # noqa: DTZ001


@pytest.mark.parametrize("nrs", [11, -1])
def test_the_database_itself_refuses_a_score_off_the_scale(engine, nrs):
    with pytest.raises(DBAPIError, match="nrs_in_range"), unit(engine, NURSE, write=True) as session:
        add_copy(session, Entry, client_id="other", day=date(2026, 1, 6), nrs=nrs)


def test_sqlite_refuses_a_score_that_is_no_whole_number_since_its_columns_take_anything(sqlite_engine):
    with pytest.raises(DBAPIError, match="nrs_is_whole"), unit(sqlite_engine, NURSE, write=True) as session:
        add_copy(session, Entry, client_id="other", day=date(2026, 1, 6), nrs=5.5)


def test_a_day_has_one_standing_version(engine):
    with pytest.raises(DBAPIError, match=r"(?i)unique"), unit(engine, NURSE, write=True) as session:
        add_copy(session, Entry, client_id="other", version=2)
    with unit(engine, NURSE, write=True) as session:
        add_copy(session, Entry, client_id="other", version=2, standing=False)


def test_a_course_has_at_most_one_live_alert_of_a_kind_but_each_red_flag_is_its_own(engine):
    with pytest.raises(DBAPIError, match=r"(?i)unique"), unit(engine, NURSE, write=True) as session:
        add_copy(session, Alert)
    with unit(engine, NURSE, write=True) as session:
        add_copy(session, Alert, id=78, uid="first", kind="red_flag", level=None)
        add_copy(session, Alert, id=79, uid="second", kind="red_flag", level=None)


def add_copy(session: Session, table: type[Base], **changed: Any) -> None:
    """Add the table's first row again, with another key and `changed`."""
    first = session.execute(select(table.__table__).limit(1)).mappings().one()
    session.execute(insert(table), {**first, "id": 77, "uid": "copy", **changed})


def test_public_ids_are_uuids_of_version_7_that_sort_by_their_moment():
    ids = [new_uid(MOMENT + timedelta(milliseconds=n)) for n in range(50)]
    assert all(earlier < later for earlier, later in pairwise(ids))
    assert all(UUID(one).version == 7 and str(UUID(one)) == one for one in ids)
    assert len({new_uid(MOMENT) for _ in range(1000)}) == 1000


def test_no_statement_is_sent_before_the_unit_begins(sqlite_url):
    engine = make_engine(sqlite_url)
    sent: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *call: sent.append(call[2]))
    with unit(engine, NURSE, write=True):
        pass
    engine.dispose()
    assert sent == ["BEGIN IMMEDIATE"]
