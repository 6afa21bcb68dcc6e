"""Prepared statements give what the session would give, and fail as it would fail."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, bindparam, event, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from diary.storage.base import table_of
from diary.storage.engine import make_engine
from diary.storage.prepared import Prepared
from diary.storage.tables.audit import Audit
from diary.storage.tables.clinic import Installation, ProtocolVersion
from diary.storage.tables.entry import CourseDays, Entry
from diary.storage.tables.patient import Patient
from diary.storage.unit import SYSTEM, Scope, begin, enter, unit
from tests.little_clinic import FIRST_DAY, LittleClinic, at, found

EVERY_KIND_OF_VALUE = (Entry, Patient, CourseDays, ProtocolVersion, Audit, Installation)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def clinic(engine: Engine) -> LittleClinic:
    clinic = found(engine)
    clinic.treated("P-1", "2 . 5")
    return clinic


@pytest.mark.parametrize("table", EVERY_KIND_OF_VALUE)
def test_rows_are_those_that_the_session_reads(clinic, table):
    statement = select(table_of(table))
    with clinic.unit() as session:
        rows = Prepared(statement).rows(session)
        assert rows == [tuple(row) for row in session.execute(statement)]
    assert rows


def test_values_are_bound_by_name_and_fixed_ones_stay(clinic):
    entry = table_of(Entry)
    between = Prepared(
        select(entry.c.nrs)
        .where(entry.c.day > bindparam("after"), entry.c.received_at < bindparam("before"), entry.c.standing)
        .order_by(entry.c.day.desc())
        .limit(2)
    )
    with clinic.unit() as session:
        asked = {"after": FIRST_DAY, "before": datetime(2027, 1, 1, tzinfo=UTC)}
        assert between.rows(session, **asked) == [(5,), (2,)]
        assert between.rows(session, **{**asked, "after": date(2026, 2, 1)}) == []


def test_what_it_writes_is_committed_with_the_unit_and_lost_with_it(clinic):
    patient = table_of(Patient)
    rename = Prepared(patient.update().where(patient.c.id == bindparam("of")).values(zone=bindparam("to")))
    with clinic.unit(write=True) as session:
        rename.run(session, of=1, to="Asia/Tokyo")
    with Session(clinic.engine) as session:
        begin(session, write=True)
        enter(session, Scope(clinic.clinic_id, "operator"))
        rename.run(session, of=1, to="Europe/Rome")
        session.rollback()
    with clinic.unit() as session:
        assert session.get(Patient, 1).zone == "Asia/Tokyo"


def test_in_a_session_that_goes_on_it_belongs_to_the_next_transaction(clinic):
    patient = table_of(Patient)
    rename = Prepared(patient.update().where(patient.c.id == bindparam("of")).values(zone=bindparam("to")))
    with Session(clinic.engine) as session:
        for zone, end in (("Asia/Tokyo", session.commit), ("Europe/Rome", session.rollback)):
            session.connection()
            enter(session, Scope(clinic.clinic_id, "operator"))
            rename.run(session, of=1, to=zone)
            end()
            session.info.pop("scope")
    with clinic.unit() as session:
        assert session.get(Patient, 1).zone == "Asia/Tokyo"


def test_a_refused_value_is_the_error_that_the_session_raises(clinic):
    statement = Prepared(
        insert(table_of(Installation)).values(
            id=bindparam("id"), kind=bindparam("kind"), created_at=bindparam("now")
        )
    )
    with pytest.raises(IntegrityError) as refused, clinic.unit(write=True) as session:
        statement.run(session, id=1, kind="live", now=at(FIRST_DAY))
    assert not refused.value.connection_invalidated
    assert "live" not in str(refused.value)


def test_a_statement_of_another_revision_is_the_error_that_the_session_raises(clinic):
    with pytest.raises(DBAPIError, match="no_such_table"), clinic.unit() as session:
        Prepared(text("SELECT 1 FROM no_such_table")).run(session)


def test_a_connection_that_the_server_closed_is_never_used_again(postgresql_url):
    engine = make_engine(postgresql_url)
    clinic = found(engine)
    one = Prepared(text("SELECT 1"))
    with Session(engine) as session:
        begin(session, write=False)
        session.connection().connection.dbapi_connection.close()
        with pytest.raises(OperationalError) as broken:
            one.run(session)
    assert broken.value.connection_invalidated
    with clinic.unit() as session:
        one.run(session)
    engine.dispose()


def test_whoever_listens_to_statements_hears_it(engine):
    heard: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *call: heard.append(call[2]))
    with unit(engine, SYSTEM, write=False) as session:
        Prepared(text("SELECT 1")).run(session)
    assert heard[-1] == "SELECT 1"
