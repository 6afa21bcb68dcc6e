"""What a real database error means to the one who asked. Every error here comes from a real database."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, bindparam, create_engine, text
from sqlalchemy.exc import SQLAlchemyError, StatementError

from diary.storage.base import Instant
from diary.storage.engine import make_engine
from diary.web.storage_faults import meaning_of
from tests.web.tiny_app import tiny_app

TABLE = "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER CONSTRAINT small CHECK (n < 10), word TEXT UNIQUE)"


def meaning(engine: Engine, *statements: str) -> str | None:
    """Of the error that the last statement raises."""
    *before, last = map(text, statements)
    with engine.connect() as connection:
        for statement in before:
            connection.execute(statement)
        with pytest.raises(SQLAlchemyError) as caught:
            connection.execute(last)
    return meaning_of(caught.value)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 't.db'}", connect_args={"timeout": 0})
    with engine.begin() as connection:
        connection.execute(text(TABLE))
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[Engine]:
    engine = make_engine(postgresql_url)
    yield engine
    engine.dispose()


def test_a_locked_sqlite_file_is_busy(sqlite):
    with sqlite.connect() as writer:
        writer.execute(text("BEGIN IMMEDIATE"))
        assert meaning(sqlite, "BEGIN IMMEDIATE") == "storage_busy"


def test_a_full_sqlite_disk_is_full(sqlite):
    # SQLite's own limit on pages raises the error that a full disk raises.
    grow = "INSERT INTO t (word) VALUES (hex(randomblob(100000)))"
    assert meaning(sqlite, "PRAGMA max_page_count = 5", grow) == "storage_full"


def test_a_read_only_sqlite_file_is_busy_until_it_can_be_written(sqlite):
    readonly = create_engine(f"sqlite:///file:{sqlite.url.database}?mode=ro&uri=true")
    assert meaning(readonly, "INSERT INTO t (n) VALUES (1)") == "storage_busy"


def test_a_lost_race_for_a_unique_row_can_be_tried_again(sqlite):
    once = "INSERT INTO t (word) VALUES ('one')"
    assert meaning(sqlite, once, once) == "lost_race"


def test_a_value_that_only_the_database_refuses_is_not_storable(sqlite):
    assert meaning(sqlite, "INSERT INTO t (n) VALUES (11)") == "not_storable"


def test_a_statement_that_cannot_work_is_a_mistake_of_ours(sqlite):
    assert meaning(sqlite, "SELECT * FROM no_such_table") is None


def test_a_naive_moment_stopped_before_the_database_is_not_storable(sqlite):
    statement = text("SELECT :at").bindparams(bindparam("at", type_=Instant()))
    with sqlite.connect() as connection, pytest.raises(StatementError) as caught:
        connection.execute(statement, {"at": datetime(2026, 1, 1)})  # noqa: DTZ001 - naive on purpose
    assert meaning_of(caught.value) == "not_storable"


def test_no_connection_left_is_busy(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 't.db'}", pool_size=1, max_overflow=0, pool_timeout=0.01)
    with engine.connect(), pytest.raises(SQLAlchemyError) as caught:
        engine.connect()
    assert meaning_of(caught.value) == "storage_busy"


def test_a_connection_that_postgresql_ended_is_busy(postgresql):
    assert meaning(postgresql, "SELECT pg_terminate_backend(pg_backend_pid())") == "storage_busy"


def test_a_postgresql_that_is_not_there_is_busy():
    absent = make_engine("postgresql+psycopg://nobody@127.0.0.1:9/nothing")
    with pytest.raises(SQLAlchemyError) as caught:
        absent.connect()
    assert meaning_of(caught.value) == "storage_busy"


@pytest.mark.parametrize(
    "statements",
    [
        ("SET statement_timeout = '10ms'", "SELECT pg_sleep(60)"),
        ("SET TRANSACTION READ ONLY", "CREATE TABLE t (n int)"),
    ],
    ids=["cut off after its time", "a standby takes no writes"],
)
def test_a_postgresql_that_cannot_answer_now_is_busy(postgresql, statements):
    assert meaning(postgresql, *statements) == "storage_busy"


def test_a_lock_that_postgresql_does_not_give_is_busy(postgresql):
    with postgresql.connect() as holder:
        holder.execute(text("SELECT pg_advisory_xact_lock(1)"))
        wait = ("SET LOCAL lock_timeout = '10ms'", "SELECT pg_advisory_xact_lock(1)")
        assert meaning(postgresql, *wait) == "storage_busy"


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("INSERT INTO t (id, word) VALUES (2, 'one')", "lost_race"),
        ("INSERT INTO t (id, n) VALUES (2, 11)", "not_storable"),
        ("INSERT INTO t (id, n) VALUES (2, 1e12)", "not_storable"),
        ("INSERT INTO t (id, word) VALUES (2, convert_from('\\x00', 'UTF8'))", "not_storable"),
        ("SELECT * FROM no_such_table", None),
    ],
)
def test_a_value_that_postgresql_refuses_means_the_same_as_on_sqlite(postgresql, statement, code):
    with postgresql.connect() as connection:
        connection.execute(text(TABLE.replace("CREATE TABLE", "CREATE TEMP TABLE")))
        connection.execute(text("INSERT INTO t (id, word) VALUES (1, 'one')"))
        with pytest.raises(SQLAlchemyError) as caught:
            connection.execute(text(statement))
    assert meaning_of(caught.value) == code


def test_a_busy_database_is_a_503_with_a_time_to_come_back_and_never_a_500(sqlite):
    def thing() -> None:
        with sqlite.connect() as connection:
            connection.execute(text("BEGIN IMMEDIATE"))

    with sqlite.connect() as writer:
        writer.execute(text("BEGIN IMMEDIATE"))
        response = tiny_app(("/v1/thing", thing)).test_client().get("/v1/thing")
    problem = response.get_json(force=True)
    assert (response.status_code, problem["code"]) == (503, "storage_busy")
    assert response.headers["Retry-After"] == "2"
    assert "BEGIN" not in response.text


def test_a_lost_race_is_a_409(sqlite):
    def thing() -> None:
        with sqlite.connect() as connection:
            connection.execute(text("INSERT INTO t (id) VALUES (1)"))
            connection.execute(text("INSERT INTO t (id) VALUES (1)"))

    response = tiny_app(("/v1/thing", thing)).test_client().get("/v1/thing")
    assert (response.status_code, response.get_json(force=True)["code"]) == (409, "lost_race")
