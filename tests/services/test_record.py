"""A clinic's record goes out as CSV and comes in on the other kind of database with the same content."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from diary.domain.errors import Refusal
from diary.services.audit_seal import check, seal_everything
from diary.services.record import note_writing, read_record, write_record
from diary.services.record_dictionary import record_dictionary_rows
from diary.services.verify import compare
from diary.storage.courses import administrations_of
from diary.storage.engine import make_engine
from diary.storage.record import LEFT_OUT, record_tables, rows_of
from diary.storage.schema import clinic_tables
from diary.storage.unit import Scope, unit
from tests.conftest import Database
from tests.little_clinic import LittleClinic, at, day_number, found
from tests.services.studied import allotted, begin
from tests.storage.rows import OURS, THEIRS, fill

NOW = at(day_number(40))
ODD_TEXTS = ("=1+1", "'quoted'", "", 'a,"b"\r\nc', "-")


@pytest.fixture
def other_database(database: Database, request: pytest.FixtureRequest) -> Database:
    """A migrated database of the other kind."""
    kind = "postgresql" if database.url.startswith("sqlite") else "sqlite"
    other: Database = request.getfixturevalue(f"{kind}_database")
    return other


@contextmanager
def engine_at(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    yield engine
    engine.dispose()


def content(engine: Engine, clinic_id: int) -> dict[str, list[tuple[Any, ...]]]:
    """By table what stands of the record."""
    with unit(engine, Scope(clinic_id, "operator"), write=False) as session:
        return {table.name: list(map(tuple, rows_of(session, table, clinic_id))) for table in record_tables()}


def written(engine: Engine, clinic_id: int, folder: Path) -> Path:
    folder.mkdir()
    with unit(engine, Scope(clinic_id, "operator"), write=False) as session:
        list(write_record(session, folder, now=NOW))
    return folder


def test_one_row_of_every_table_comes_in_as_it_went_out_and_of_no_other_clinic(
    database, other_database, tmp_path
):
    with engine_at(database.url) as source:
        for clinic_id in (OURS, THEIRS):
            fill(source, clinic_id)
        before = content(source, THEIRS)
        folder = written(source, THEIRS, tmp_path / "record")
    assert all(before.values()), "each table holds something"
    with engine_at(other_database.url) as there:
        list(read_record(there, folder, now=NOW))
        after = content(there, THEIRS)
        assert not any(content(there, OURS).values())
    assert after.pop("audit")[:-1] == before.pop("audit"), "reading it in is one row more"
    assert after == before


def test_a_clinic_goes_on_where_its_record_was_read_in(sqlite_database, postgresql_database, tmp_path):
    """On the database that gives out numbers by itself."""
    with engine_at(sqlite_database.url) as source:
        clinic = found(source)
        begin(clinic)
        people = [clinic.treated(f"P-{number}", "3 4 . 5") for number in range(len(ODD_TEXTS))]
        clinic.rename_drug(people[0])
        allotted(clinic, people[0])
        with clinic.unit(write=True) as session:
            for patient_id, text in zip(people, ODD_TEXTS, strict=True):
                administrations_of(session, patient_id)[0].reason = text
            note_writing(session, now=NOW)
        seal_everything(source, now=NOW)
        before = content(source, clinic.clinic_id)
        folder = written(source, clinic.clinic_id, tmp_path / "record")
    with engine_at(postgresql_database.url) as there:
        list(read_record(there, folder, now=NOW))
        again = LittleClinic(there, clinic.clinic_id, clinic.first_night)
        with again.unit() as session:
            assert check(session).breaks == (), "the seal of the trail holds"
            assert not [one for page in compare(session) for one in page.differences]
            assert [administrations_of(session, one)[0].reason for one in people] == list(ODD_TEXTS)
        after = content(there, clinic.clinic_id)
        assert {name for name in after if after[name] != before[name]} == {"audit"}
        assert again.treated("P-new", "3 4") > max(people), "a number is never given out again"


def test_a_record_that_was_touched_or_a_database_that_is_not_empty_is_refused(
    sqlite_database, tmp_path, sqlite_template
):
    with engine_at(sqlite_database.url) as source:
        clinic = found(source)
        folder = written(source, clinic.clinic_id, tmp_path / "record")
        with pytest.raises(Refusal, match="A clinic is in this database already"):
            list(read_record(source, folder, now=NOW))
    copy = tmp_path / "empty.db"
    copy.write_bytes(sqlite_template.read_bytes())
    path = folder / "clinic.csv"
    path.write_text(path.read_text("utf-8").replace("Little clinic", "Other clinic"), encoding="utf-8")
    with engine_at(f"sqlite:///{copy}") as there:
        with pytest.raises(Refusal, match=r"clinic\.csv is not what was written"):
            list(read_record(there, folder, now=NOW))
        assert content(there, clinic.clinic_id)["clinic"] == []


def test_no_key_no_password_and_no_name_of_a_patient_goes_along():
    kept = {table.name for table in record_tables()} - {"clinic"}
    assert {table.name for table in clinic_tables()} - kept == LEFT_OUT
    columns = [row[1] for row in record_dictionary_rows()]
    assert not [name for name in columns if "hash" in name or "secret" in name]


def test_the_dictionary_tells_what_every_table_holds_and_names_every_column():
    rows = list(record_dictionary_rows())
    assert all(row[6] for row in rows if not row[1]), "each table says what it is"
    assert ["entry", "nrs"] in [row[:2] for row in rows]
    kinds = {row[0]: row[5].split() for row in rows if row[1] == "kind"}
    assert kinds["study_step"][:2] == ["screened", "not_eligible"]
