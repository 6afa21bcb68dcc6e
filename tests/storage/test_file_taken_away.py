"""An SQLite file that is deleted or replaced while the service runs: nothing is stored where nobody looks."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from diary.storage.engine import make_engine
from diary.storage.tables.staff import Team
from diary.storage.unit import Scope, clinic_of, own, unit
from diary.web.storage_faults import BUSY, meaning_of
from tests.storage.rows import OURS, fill

NURSE = Scope(OURS, "staff", actor_id=OURS, role="nurse")


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    engine = make_engine(sqlite_url)
    fill(engine, OURS)
    yield engine
    engine.dispose()


@pytest.fixture
def path(engine: Engine) -> Path:
    return Path(str(engine.url.database))


def write_team(engine: Engine, name: str) -> None:
    with unit(engine, NURSE, write=True) as session:
        session.add(Team(clinic_id=clinic_of(session), uid=name, name=name))
        session.flush()


def teams(engine: Engine) -> set[str]:
    with unit(engine, NURSE, write=False) as session:
        return set(session.scalars(own(session, Team).with_only_columns(Team.name)))


def test_once_the_file_is_deleted_nothing_is_acknowledged_and_no_empty_one_takes_its_place(engine, path):
    write_team(engine, "Blue")
    for file in path.parent.glob("diary.db*"):
        file.unlink()
    for _ in range(3):
        with pytest.raises(OperationalError) as caught:
            write_team(engine, "Green")
        assert meaning_of(caught.value) == BUSY
    assert not path.exists()


def test_a_file_put_in_its_place_is_the_one_that_is_written_from_then_on(engine, path):
    before = teams(engine)
    write_team(engine, "Blue")
    engine.dispose()
    backup = shutil.copyfile(path, path.with_name("backup.db"))
    write_team(engine, "after the backup")
    for log in path.parent.glob("diary.db-*"):  # what they hold belongs to the file that goes
        log.unlink()
    backup.replace(path)

    write_team(engine, "Green")

    assert teams(engine) == {*before, "Blue", "Green"}
    other = make_engine(str(engine.url))
    assert teams(other) == {*before, "Blue", "Green"}
    other.dispose()


def test_an_engine_makes_no_database_where_there_is_none(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(OperationalError):
        engine.connect()
    assert not list(tmp_path.iterdir())


def test_a_file_may_have_any_name(sqlite_database, tmp_path):
    odd = shutil.copyfile(sqlite_database.url.removeprefix("sqlite:///"), tmp_path / "our diary #2.db")
    engine = make_engine(f"sqlite:///{odd}")
    fill(engine, OURS)
    write_team(engine, "Blue")
    assert "Blue" in teams(engine)
    engine.dispose()
