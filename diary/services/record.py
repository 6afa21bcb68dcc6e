"""Writes a clinic's whole record as CSV, and reads one into an empty database: the same content as before."""

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, Table
from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services import audit
from diary.services.clinics import found_installation
from diary.services.record_cells import read, written
from diary.services.record_dictionary import DICTIONARY_COLUMNS, record_dictionary_rows
from diary.services.sandbox import installation
from diary.storage.record import (
    ROWS_AT_ONCE,
    columns_of,
    draw_past,
    holds_a_clinic,
    put_rows,
    record_tables,
    rows_of,
)
from diary.storage.revisions import head
from diary.storage.unit import Scope, clinic_of, enter, unit

ABOUT: Final = "about.json"
SUMS: Final = "SHA256SUMS"
FORMAT: Final = 1


def note_writing(session: Session, *, now: datetime) -> None:
    """Leave a trace that the record was taken out; written before the first row is."""
    audit.note(session, "export", now=now, object="clinic", detail={"what": "record"})


def write_record(session: Session, folder: Path, *, now: datetime) -> Iterator[tuple[str, int]]:
    """Write a file a table, the dictionary, and SHA256SUMS over all; name and rows of each as it is done."""
    clinic_id = clinic_of(session)
    for table in record_tables():
        yield f"{table.name}.csv", _write_table(session, table, clinic_id, folder / f"{table.name}.csv")
    with (folder / "dictionary.csv").open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows([DICTIONARY_COLUMNS, *record_dictionary_rows()])
    kept = installation(session)
    about = {"format": FORMAT, "revision": head(), "kind": kept.kind, "written_at": now.isoformat()}
    if kept.clock_at is not None:
        about["clock_at"] = kept.clock_at.isoformat()
    (folder / ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")
    names = sorted(path.name for path in folder.iterdir() if path.suffix in (".csv", ".json"))
    sums = "".join(f"{_sha256(folder / name)}  {name}\n" for name in names)
    (folder / SUMS).write_text(sums, encoding="utf-8")


def read_record(engine: Engine, folder: Path, *, now: datetime) -> Iterator[tuple[str, int]]:
    """Read a record into a database that holds no clinic: all of it, or nothing; name and rows of each file.

    Keys stay as they were, and with them every reference and the seal of the audit trail. Nobody can sign in
    until somebody is given a password or is invited.

    Raises:
        Refusal: record_not_readable: a file is not what was written, another version wrote it, or a clinic is
            here already.
    """
    _check(folder)
    about = json.loads((folder / ABOUT).read_text("utf-8"))
    if (about["format"], about["revision"]) != (FORMAT, head()):
        raise _unreadable(f"It was written at revision {about['revision']}; this version is at {head()}.")
    with unit(engine, Scope(None, "operator"), write=True) as session:
        if holds_a_clinic(session):
            raise _unreadable("A clinic is in this database already. Read the record into an empty one.")
        clock = datetime.fromisoformat(about["clock_at"]) if "clock_at" in about else None
        found_installation(session, kind=about["kind"], clock_at=clock, now=now)
        for table in record_tables():
            rows = 0
            for some in _read_table(table, folder / f"{table.name}.csv"):
                put_rows(session, table, some)
                rows += len(some)
                if table.name == "clinic":
                    enter(session, Scope(some[0]["id"], "operator"))
            if rows:
                draw_past(session, table)
            yield f"{table.name}.csv", rows
        audit.note(
            session, "record.read", now=now, object="clinic", detail={"sha256": _sha256(folder / SUMS)}
        )


def _write_table(session: Session, table: Table, clinic_id: int, path: Path) -> int:
    count = 0
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8", newline="") as text:
        rows = csv.writer(text, lineterminator="\r\n")
        rows.writerow(columns_of(table))
        for row in rows_of(session, table, clinic_id):
            rows.writerow([written(value) for value in row])
            count += 1
    return count


def _read_table(table: Table, path: Path) -> Iterator[list[Mapping[str, Any]]]:
    """The rows, some at a time."""
    names = columns_of(table)
    with path.open(encoding="utf-8", newline="") as text:
        rows = csv.reader(text)
        if next(rows, None) != names:
            raise _unreadable(f"{path.name} has not the columns of this version.")
        some: list[Mapping[str, Any]] = []
        for row in rows:
            some.append(
                {name: read(cell, table.columns[name]) for name, cell in zip(names, row, strict=True)}
            )
            if len(some) == ROWS_AT_ONCE:
                yield some
                some = []
        if some:
            yield some


def _check(folder: Path) -> None:
    sums = folder / SUMS
    if not sums.is_file():
        raise _unreadable(f"{folder} holds no {SUMS}; it is no record.")
    for line in sums.read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        if Path(name).name != name or not (folder / name).is_file() or _sha256(folder / name) != digest:
            raise _unreadable(f"{name} is not what was written.")


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _unreadable(message: str) -> Refusal:
    return Refusal("record_not_readable", message)
