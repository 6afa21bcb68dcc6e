"""On SQLite the writers of one process take turns, whatever becomes of the one before."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import Engine, text

from diary.storage.engine import make_engine
from diary.storage.unit import SYSTEM, unit

# Less than a writer would wait for a turn that nobody gave back.
SOON_S = 3.0


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


def write(engine: Engine, text_: str = "a") -> None:
    with unit(engine, SYSTEM, write=True) as session:
        session.execute(
            text("INSERT INTO incident (key, text, began_at) VALUES (:key, 'x', '2026-01-05')"),
            {"key": text_},
        )


def written(engine: Engine) -> int:
    with unit(engine, SYSTEM, write=False) as session:
        return session.execute(text("SELECT count(*) FROM incident")).scalar_one()


def soon(engine: Engine) -> None:
    """Another writer gets its turn at once."""
    with ThreadPoolExecutor(1) as other:
        other.submit(write, engine, "after").result(SOON_S)


def test_many_writers_at_once_all_get_through(engine):
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(lambda number: write(engine, str(number)), range(200)))
    assert written(engine) == 200


def test_a_writer_waits_until_the_one_before_is_done_and_a_reader_does_not(engine):
    begun, go_on = Event(), Event()

    def slowly() -> None:
        with unit(engine, SYSTEM, write=True) as session:
            session.execute(text("DELETE FROM incident"))
            begun.set()
            go_on.wait(SOON_S)

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(slowly)
        begun.wait(SOON_S)
        second = threads.submit(write, engine)
        assert written(engine) == 0
        assert not second.done()
        go_on.set()
        first.result(SOON_S)
        second.result(SOON_S)
    assert written(engine) == 1


def test_a_writer_that_fails_gives_its_turn_back(engine):
    with pytest.raises(ZeroDivisionError), unit(engine, SYSTEM, write=True):
        raise ZeroDivisionError
    soon(engine)


def test_a_connection_that_is_given_up_gives_its_turn_back(engine):
    with unit(engine, SYSTEM, write=True) as session:
        session.connection().invalidate()
        session.rollback()
    soon(engine)


def test_one_connection_may_write_twice(engine):
    with engine.connect() as connection:
        for _ in range(2):
            with connection.begin():
                connection.execute(text("DELETE FROM incident"))
    soon(engine)
