"""One file that holds a database as it stood at one moment: written, checked, and brought back.

The file is a zip: `manifest.json` says what it is and the SHA-256 of each part; the parts are SQLite's
database file, or a file of rows for each table of PostgreSQL.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

from sqlalchemy import Engine, delete, text, update
from sqlalchemy.orm import Session

from diary.storage.dumping import (
    Damaged,
    check_sqlite,
    copy_in,
    copy_out,
    copy_sqlite,
    snapshot,
    table_names,
)
from diary.storage.engine import make_engine
from diary.storage.migrate import upgrade
from diary.storage.revisions import current
from diary.storage.schema import metadata
from diary.storage.tables.outbox import Message
from diary.storage.tables.patient import EnrolmentCode, ShareLink
from diary.storage.tables.staff import StaffSession
from diary.storage.unit import clinic_of

MANIFEST: Final = "manifest.json"
SQLITE_PART: Final = "diary.db"
FORM: Final = 1
READ_AT_ONCE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is: of which kind and revision, from when, and what each part must be."""

    form: int
    kind: str
    revision: str
    made_at: str
    parts: dict[str, dict[str, Any]]


def write_backup(engine: Engine, out: IO[bytes], *, beside: Path, now: datetime) -> Manifest:
    """Write the database of this engine into `out`; its parts lie in the folder `beside` meanwhile."""
    revision = current(engine)
    assert revision is not None
    kind = engine.dialect.name
    parts: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as into:
        if kind == "sqlite":
            with TemporaryDirectory(prefix=".backup-", dir=beside) as folder:
                copy = Path(folder, SQLITE_PART)
                copy_sqlite(engine.url.render_as_string(hide_password=False), copy)
                with copy.open("rb") as source:
                    parts[SQLITE_PART] = _put(into, SQLITE_PART, source)
        else:
            parts = _tables(engine, into, beside)
        manifest = Manifest(FORM, kind, revision, now.isoformat(timespec="seconds"), parts)
        into.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
    return manifest


def check_backup(path: Path) -> Manifest:
    """Read the whole file, and say what it is.

    Raises:
        Damaged: it is none of ours, or a part is not what was written.
    """
    with _opened(path) as (archive, manifest):
        for name, about in manifest.parts.items():
            digest = hashlib.sha256()
            for piece in _pieces(archive, name):
                digest.update(piece)
            if digest.hexdigest() != about["sha256"]:
                raise Damaged(f"{name} is not as it was written")
    return manifest


def unpack_sqlite(path: Path, into: Path) -> Manifest:
    """The database file of a backup, checked once more as a database."""
    manifest = check_backup(path)
    with _opened(path) as (archive, _), into.open("xb") as out:
        for piece in _pieces(archive, SQLITE_PART):
            out.write(piece)
    check_sqlite(into)
    return manifest


def load_postgresql(path: Path, owner_url: str) -> Manifest:
    """Fill an empty PostgreSQL database in one transaction, as its owner."""
    manifest = check_backup(path)
    upgrade(owner_url, manifest.revision)
    engine = make_engine(owner_url, pool_size=1)
    try:
        with _opened(path) as (archive, _), engine.begin() as connection:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            for name, about in manifest.parts.items():
                with archive.open(name) as rows:
                    copy_in(connection, name.removesuffix(".rows"), about["columns"], rows)
    finally:
        engine.dispose()
    return manifest


def begin_anew(session: Session, *, now: datetime) -> None:
    """In the unit's clinic, what must not live again: sessions, codes, links, messages that were waiting.

    What was sent since the backup would be sent twice; alerts themselves stand, and nights not yet run tell.
    """
    clinic_id = clinic_of(session)
    session.execute(delete(StaffSession).where(StaffSession.clinic_id == clinic_id))
    session.execute(
        update(EnrolmentCode)
        .where(
            EnrolmentCode.clinic_id == clinic_id,
            EnrolmentCode.redeemed_at.is_(None),
            EnrolmentCode.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    links = update(ShareLink).where(ShareLink.clinic_id == clinic_id, ShareLink.ended_at.is_(None))
    session.execute(links.values(ended_at=now))
    waiting = Message.state.in_(("new", "taken"))
    nobody = {"next_try_at": None, "owner": None, "lease_until_at": None}
    waits = update(Message).where(Message.clinic_id == clinic_id, waiting)
    session.execute(waits.values(state="cancelled", ended_at=now, **nobody))


def _tables(engine: Engine, into: zipfile.ZipFile, beside: Path) -> dict[str, dict[str, Any]]:
    parts = {}
    with snapshot(engine) as connection, TemporaryDirectory(prefix=".backup-", dir=beside) as folder:
        for table in table_names():
            rows = Path(folder, table)
            with rows.open("w+b") as kept:
                copy_out(connection, table, kept)
                kept.seek(0)
                parts[f"{table}.rows"] = _put(into, f"{table}.rows", kept)
            rows.unlink()
            columns = [column.name for column in metadata.tables[table].columns]
            parts[f"{table}.rows"]["columns"] = columns
    return parts


def _put(into: zipfile.ZipFile, name: str, source: IO[bytes]) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    with into.open(name, "w", force_zip64=True) as out:
        while piece := source.read(READ_AT_ONCE):
            digest.update(piece)
            size += len(piece)
            out.write(piece)
    return {"sha256": digest.hexdigest(), "bytes": size}


@contextmanager
def _opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise Damaged(f"it is no backup of this service ({error})") from None
    with archive:
        try:
            manifest = Manifest(**json.loads(archive.read(MANIFEST)))
        except (zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError) as error:
            raise Damaged(f"it is no backup of this service ({error})") from None
        if manifest.form != FORM:
            raise Damaged("a newer version of this service wrote it")
        yield archive, manifest


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    try:
        with archive.open(name) as part:
            while piece := part.read(READ_AT_ONCE):
                yield piece
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise Damaged(f"{name} cannot be read: {error}") from None
