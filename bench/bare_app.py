"""The peer of `bench.post_entry`: a bare Flask and marshmallow view, and the raw driver under it.

It runs the statements that the service ran for one post, in their order, and checks nothing but the body:
no rights, no rules, no conflict, no limits, no problems. `BARE_STATEMENTS` names the file where they were
recorded, `BARE_URL` the database; with `BARE_ONLY=1` it runs just the INSERT of the entry.
"""

import hashlib
import json
import os
import sqlite3
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import marshmallow as ma
import psycopg
from flask import Flask, Response, jsonify, request
from psycopg.types.json import Jsonb
from sqlalchemy.engine import make_url

from diary.storage.engine import POSTGRESQL_OPTIONS, SQLITE_PRAGMAS

# What one post asks of the database, besides "begin": the peer knows these and no others.
KNOWN: Final = (
    "presented",
    "select installation",
    "select device",
    "enter",
    "select patient",
    "update device",
    "select entry",
    "select protocol_version",
    "select course",
    "insert entry",
    "update course_days",
    "insert audit",
)
ONLY_POSTGRESQL: Final = ("presented", "enter")
CLINIC_ID: Final = 1


class EntryIn(ma.Schema):
    """One answer, with the checks that the library brings."""

    id = ma.fields.UUID(required=True)
    day = ma.fields.Date(required=True)
    nrs = ma.fields.Integer(required=True, strict=True, validate=ma.validate.Range(0, 10))
    answered_at = ma.fields.AwareDateTime(required=True)
    sent_at = ma.fields.AwareDateTime(required=True)
    zone = ma.fields.String(required=True, validate=ma.validate.Length(1, 64))


class EntryOut(ma.Schema):
    """The answer as it was stored."""

    uid = ma.fields.String()
    id = ma.fields.String(attribute="client_id")
    day = ma.fields.Date()
    nrs = ma.fields.Integer()
    version = ma.fields.Integer()
    kind = ma.fields.String()
    standing = ma.fields.Boolean()
    late = ma.fields.Boolean()
    clock_suspect = ma.fields.Boolean()
    source = ma.fields.String()
    supersedes = ma.fields.String()
    reason = ma.fields.String()
    answered_at = ma.fields.AwareDateTime()
    answered_offset_min = ma.fields.Integer()
    zone = ma.fields.String()
    sent_at = ma.fields.AwareDateTime()
    received_at = ma.fields.AwareDateTime()
    layout = ma.fields.String()
    locale = ma.fields.String()
    client_version = ma.fields.String()


class Driver:
    """One connection a thread, and the values as the driver wants them."""

    def __init__(self, url: str, statements: Mapping[str, tuple[str, Sequence[str]]]) -> None:
        self._url = make_url(url)
        self._statements = statements
        self._of_thread = threading.local()
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        self.moment: Callable[[datetime], Any] = _moment_text if self.is_sqlite else _same
        self.day: Callable[[date], Any] = date.isoformat if self.is_sqlite else _same
        self.document: Callable[[Any], Any] = json.dumps if self.is_sqlite else Jsonb

    def begin(self) -> None:
        """PostgreSQL's driver begins by itself."""
        if self.is_sqlite:
            self._connection().execute("BEGIN IMMEDIATE")

    def ask(self, name: str, **values: Any) -> Any:
        """Run the statement of that name; its first row, where it has rows."""
        text, names = self._statements[name]
        given = tuple(values[name] for name in names) if self.is_sqlite else values
        cursor = self._connection().execute(text, given)
        return cursor.fetchone() if text.startswith("SELECT") else None

    def patients(self) -> dict[str, int]:
        """Whose phone each token's digest belongs to."""
        rows = self._connection().execute("SELECT token_hash, patient_id FROM device").fetchall()
        self.commit()
        return dict(rows)

    def commit(self) -> None:
        """Durable from here on."""
        self._connection().commit()

    def _connection(self) -> Any:
        found = getattr(self._of_thread, "connection", None)
        if found is None:
            found = self._of_thread.connection = self._open()
        return found

    def _open(self) -> Any:
        if not self.is_sqlite:
            plain = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
            connection = psycopg.connect(plain, options=POSTGRESQL_OPTIONS, autocommit=True)
            connection.execute("SELECT set_config('diary.clinic_id', %s, false)", (str(CLINIC_ID),))
            connection.autocommit = False
            return connection
        opened = sqlite3.connect(str(self._url.database), isolation_level=None)
        for pragma in SQLITE_PRAGMAS:
            opened.execute(pragma)
        return opened


def _moment_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _same(value: Any) -> Any:
    return value


def _read_moment(value: Any) -> datetime:
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value


def _read_day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def statements(path: Path, *, is_sqlite: bool) -> dict[str, tuple[str, Sequence[str]]]:
    """The recorded statements by name.

    Raises:
        ValueError: the service ran others than this peer knows; then it must be brought up to date.
    """
    recorded: list[list[Any]] = json.loads(path.read_text())
    names = [name for name, _, _ in recorded]
    expected = sorted(name for name in KNOWN if not (is_sqlite and name in ONLY_POSTGRESQL))
    if sorted(names) != expected:
        raise ValueError(f"the service ran {sorted(names)}, this peer knows {expected}")
    return {name: (text, tuple(parameters)) for name, text, parameters in recorded}


def make_app(url: str, recorded: Path, *, only_insert: bool) -> Flask:
    """The bare application."""
    app = Flask(__name__, static_folder=None)
    is_sqlite = make_url(url).get_backend_name() == "sqlite"
    driver = Driver(url, statements(recorded, is_sqlite=is_sqlite))
    reader, writer = EntryIn(), EntryOut()
    patients = driver.patients() if only_insert else {}

    @app.post("/v1/entries")
    def post_entry() -> tuple[Response, int]:
        body = reader.load(request.get_json())
        token = request.headers["Authorization"].removeprefix("Bearer ")
        digest = hashlib.sha256(token.encode()).hexdigest()
        driver.begin()
        if only_insert:
            entry = _entry({"clinic_id": CLINIC_ID, "patient_id": patients[digest]}, body, body["sent_at"], 1)
            _insert(driver, entry)
        else:
            entry = _post(driver, body, digest)
        driver.commit()
        return jsonify(writer.dump(entry)), 201

    return app


def _entry(
    owner: Mapping[str, int], body: Mapping[str, Any], now: datetime, instrument_id: int
) -> dict[str, Any]:
    answered_at = body["answered_at"]
    return {
        **owner,
        "uid": str(uuid.uuid4()),
        "client_id": str(body["id"]),
        "day": body["day"],
        "nrs": body["nrs"],
        "answered_at": answered_at,
        "answered_offset_min": int(answered_at.utcoffset().total_seconds() // 60),
        "zone": body["zone"],
        "sent_at": body["sent_at"],
        "received_at": now,
        "version": 1,
        "kind": "answer",
        "standing": True,
        "supersedes": None,
        "source": "phone",
        "actor_kind": "patient",
        "actor_id": owner["patient_id"],
        "taken_by_id": None,
        "reason": None,
        "skew_s": 0,
        "late": False,
        "clock_suspect": False,
        "instrument_version_id": instrument_id,
        "layout": None,
        "locale": None,
        "client_version": None,
    }


def _insert(driver: Driver, entry: Mapping[str, Any]) -> None:
    moments = {name: driver.moment(entry[name]) for name in ("answered_at", "sent_at", "received_at")}
    driver.ask("insert entry", **{**entry, **moments, "day": driver.day(entry["day"])})


def _post(driver: Driver, body: Mapping[str, Any], digest: str) -> dict[str, Any]:
    installation = driver.ask("select installation")
    now = _read_moment(installation[1])
    if not driver.is_sqlite:
        driver.ask("presented", digest=digest)
    device = driver.ask("select device", token_hash=digest)
    device_id, clinic_id, _, patient_id, *_ = device
    if not driver.is_sqlite:
        driver.ask("enter", clinic=str(clinic_id), system="")
    driver.ask("select patient", clinic_id=clinic_id, patient_id=patient_id)
    driver.ask("update device", now=driver.moment(now), of_clinic=clinic_id, device_id=device_id)
    day = driver.day(body["day"])
    owner = {"clinic_id": clinic_id, "patient_id": patient_id}
    driver.ask("select entry", **owner, client_id=str(body["id"]), day=day)
    protocol = driver.ask(
        "select protocol_version", clinic_id=clinic_id, moment=driver.moment(now), param_1=1, param_2=0
    )
    if driver.is_sqlite:
        json.loads(protocol[1])
    course = driver.ask("select course", **owner)
    entry = _entry(owner, body, now, course[4])
    _insert(driver, entry)
    index = (body["day"] - _read_day(course[5])).days
    days = bytearray(course[6].ljust(index + 1, b"\xff"))
    days[index] = body["nrs"]
    driver.ask("update course_days", packed=bytes(days), now=driver.moment(now), of_course=course[0])
    driver.ask(
        "insert audit",
        **owner,
        at=driver.moment(now),
        actor_kind="patient",
        actor_id=patient_id,
        action="entry.record",
        object="entry",
        object_uid=entry["uid"],
        detail=driver.document({"day": body["day"].isoformat(), "version": 1, "source": "phone"}),
        request_id=uuid.uuid4().hex,
    )
    return entry


if "BARE_URL" in os.environ:
    app = make_app(
        os.environ["BARE_URL"],
        Path(os.environ["BARE_STATEMENTS"]),
        only_insert=os.environ.get("BARE_ONLY") == "1",
    )
