"""A backup is one file; what it brings back is what stood, whoever was erased since stays erased."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from diary.services.audit_seal import check, seal_everything
from diary.storage.engine import make_engine
from diary.storage.schema import metadata
from diary.storage.tables.clinic import Clinic
from diary.storage.tables.patient import Patient
from diary.storage.unit import Scope, own, unit
from tests.cli.terminal import Terminal
from tests.conftest import Database
from tests.little_clinic import LittleClinic, at, day_number, found, join
from tests.storage.rows import contents

SINCE = "2 3 2 8 8 8 8"
NEW = ("staff_session", "message", "attempt_count", "audit", "audit_head", "job_beat")


@pytest.fixture
def elsewhere(database: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Database:
    """Where the backup is brought back: a new file, or a new and empty database of the same server."""
    if database.url.startswith("sqlite"):
        url = f"sqlite:///{tmp_path / 'restored' / 'diary.db'}"
        return Database(url=url, owner_url=url)
    found = request.getfixturevalue("empty_postgresql_database")
    assert isinstance(found, Database)
    return found


def rows(url: str) -> dict[tuple[int, str], list[tuple[Any, ...]]]:
    """Every row of every table, as each clinic sees it."""
    engine = make_engine(url)
    held = {}
    with engine.connect() as connection:
        clinics = list(connection.scalars(select(Clinic.id)))
    for number in clinics:
        with unit(engine, Scope(number, "operator"), write=False) as session:
            for table in metadata.sorted_tables:
                if table.name not in NEW and "clinic_id" in table.columns:  # SQLite shows them all
                    place = table.columns.keys().index("clinic_id")
                    own_rows = [row for row in contents(session, table) if row[place] == number]
                    held[number, table.name] = own_rows
    engine.dispose()
    return held


def two_clinics(url: str) -> tuple[LittleClinic, LittleClinic]:
    engine = make_engine(url)
    ours = found(engine)
    theirs = join(engine)
    for clinic in (ours, theirs):
        clinic.treated("P-1", SINCE)
        clinic.treated("P-2", "2 3")
        clinic.run_nights(day_number(5), first=day_number(4))
    seal_everything(engine, now=at(day_number(6)))
    return ours, theirs


def test_what_is_brought_back_is_what_stood_and_goes_on(database, elsewhere, tmp_path):
    ours, _ = two_clinics(database.url)
    kept = tmp_path / "kept.zip"
    register = ("--register", str(tmp_path / "erasures.jsonl"))
    here, there = Terminal(database.url, tmp_path), Terminal(elsewhere.url, tmp_path)
    assert here.run("backup", "--out", str(kept), *register).exit_code == 0
    assert kept.stat().st_mode & 0o077 == 0
    before = rows(database.url)
    assert "is whole" in here.run("restore", "--check", str(kept)).output

    person, other = ours.person("Ada", "admin"), ours.person("Ben")
    agreed = [part for one in (person, other) for part in ("--agreed", one.email)]
    clinic = ("--clinic", name_of(ours))
    erased = here.run("erase", "patient", "P-1", "--extent", "everything", *agreed, *register, *clinic)
    assert erased.exit_code == 0, erased.output

    owner = {"owner_database_url": elsewhere.owner_url}
    back = there.run("restore", str(kept), *register, **owner)
    assert back.exit_code == 0, back.output
    assert "1 erased again" in back.output
    after = rows(elsewhere.url)
    changed = {key for key in before if before[key] != after[key]}
    assert {clinic_id for clinic_id, _ in changed} == {ours.clinic_id}
    assert {"entry", "patient", "erasure"} <= {table for _, table in changed}
    again = LittleClinic(make_engine(elsewhere.url), ours.clinic_id, ours.first_night)
    with again.unit() as session:
        assert check(session).breaks == ()
        assert "P-1" not in session.scalars(own(session, Patient).with_only_columns(Patient.pseudonym)).all()
    patient_id = again.admit("P-after")
    place = metadata.tables["patient"].columns.keys().index("id")
    assert patient_id > max(row[place] for row in before[ours.clinic_id, "patient"])
    again.write(patient_id, day_number(6), "3")
    again.engine.dispose()


def name_of(clinic: LittleClinic) -> str:
    with clinic.unit() as session:
        return session.scalars(select(Clinic.uid).where(Clinic.id == clinic.clinic_id)).one()


def test_a_file_that_was_damaged_or_is_none_of_ours_changes_nothing(lite: Terminal):
    lite.set_up()
    kept = lite.folder / "kept.zip"
    register = ("--register", str(lite.folder / "erasures.jsonl"))
    assert lite.run("backup", "--out", str(kept), *register).exit_code == 0
    whole = kept.read_bytes()
    before = rows(lite.url)
    with zipfile.ZipFile(kept) as archive:
        part, held = archive.getinfo("diary.db"), archive.read("diary.db")
    refused = 0
    for place in range(part.header_offset + 100, part.compress_size, part.compress_size // 12):
        kept.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        if lite.run("restore", "--check", str(kept)).exit_code == 1:
            refused += 1
        else:  # of a page of noughts one bit says the same
            with zipfile.ZipFile(kept) as archive:
                assert archive.read("diary.db") == held
    assert refused >= 8
    kept.write_bytes(whole[: len(whole) // 2])
    assert lite.run("restore", str(kept), "--replace", *register).exit_code == 1
    other = lite.folder / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("manifest.json", json.dumps({"form": 1}))
    assert "no backup of this service" in lite.run("restore", str(other), "--replace", *register).output
    assert rows(lite.url) == before


def test_a_database_that_stands_there_is_put_aside_only_when_asked(lite: Terminal):
    lite.set_up()
    kept = lite.folder / "kept.zip"
    register = ("--register", str(lite.folder / "erasures.jsonl"))
    lite.run("backup", "--out", str(kept), *register)
    lite.run("staff", "add", "nora@clinic.example", "--name", "Nora", "--role", "nurse", *password(lite))
    assert "say --replace" in lite.run("restore", str(kept), *register).output
    assert "nora@clinic.example" in lite.run("staff", "list").output
    assert lite.run("restore", str(kept), "--replace", *register).exit_code == 0
    assert "nora@clinic.example" not in lite.run("staff", "list").output
    aside = [path.name for path in lite.folder.glob("diary.db.before-*")]
    assert len([name for name in aside if name.endswith("Z")]) == 1


def password(lite: Terminal) -> tuple[str, str]:
    return "--password-file", str(lite.password_file())
