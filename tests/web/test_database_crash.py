"""PostgreSQL crashes under load: phones are told to come back, never that we failed, and lose nothing."""

import http.client
import json
import os
import re
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Event, Lock

import psycopg
import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from diary.services import enrolment
from diary.storage.engine import make_engine
from diary.storage.migrate import upgrade
from diary.storage.patients import patient_by_id
from diary.storage.tables.entry import Entry
from diary.storage.unit import Scope, unit
from tests.api.people import SECRET, answer_of, set_clock
from tests.jobs.processes import environment, running, until
from tests.little_clinic import FIRST_DAY, ZONE, LittleClinic, at, found
from tests.postgresql import APP_ROLE, OWNER_ROLE, Server, start_from_wheel

PHONES, AT_ONCE = 120, 8
TODAY = FIRST_DAY - timedelta(days=5)
DAYS = (TODAY, TODAY - timedelta(days=1))
BACK_WITHIN_S = 5.0
LISTENS = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")


@pytest.fixture
def durable_server() -> Iterator[Server]:
    """A server of the test's own that writes to the disk before it says so, as one in service does."""
    with tempfile.TemporaryDirectory(prefix="diary-pg-", ignore_cleanup_errors=True) as folder:
        started = start_from_wheel(Path(folder))
        try:
            server = Server(make_url(started.get_uri()))
            server.make_roles()
            yield server
        finally:
            started.cleanup()


@dataclass(slots=True)
class Heard:
    """What all phones heard, and when."""

    statuses: dict[int, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)
    stored_at_s: list[float] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def note(self, answer: http.client.HTTPResponse, body: bytes, client_id: str) -> bool:
        """Whether it is stored."""
        kind = answer.getheader("Content-Type", "")
        with self.lock:
            self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
            if answer.status in (200, 201):
                self.stored.append(client_id)
                self.stored_at_s.append(time.monotonic())
                return True
            sound = answer.status == 503 and "problem+json" in kind and answer.getheader("Retry-After")
            if not sound:
                self.wrong.append(f"{answer.status} {kind} {body[:200]!r}")
        return False


def crash(server: Server) -> None:
    """End one of its processes the hard way: it drops every connection, and recovers from its log."""
    url = server.admin.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert row is not None
        os.kill(row[0], signal.SIGKILL)


def accepts(server: Server) -> bool:
    """Whether the server takes connections."""
    url = server.admin.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        psycopg.connect(url, connect_timeout=1).close()
    except psycopg.OperationalError:
        return False
    return True


def furnish(clinic: LittleClinic) -> list[str]:
    """Patients, each with a phone; the phones' tokens."""
    tokens, now = [], at(TODAY - timedelta(days=3))
    for number in range(PHONES):
        patient_id = clinic.admit(f"P-{number}")
        with clinic.unit(write=True) as session:
            patient = patient_by_id(session, patient_id)
            code, _ = enrolment.make_code(session, patient, secret_key=SECRET, now=now)
        with unit(clinic.engine, Scope(None, "patient"), write=True) as session:
            phone = enrolment.Phone(ZONE.key, "en", "1")
            tokens.append(enrolment.redeem(session, code, phone, secret_keys=(SECRET,), now=now).token)
    return tokens


def post_all(port: int, posts: Sequence[tuple[str, dict[str, object]]], heard: Heard, stop: Event) -> None:
    """One line of phones: each posts until its answer is stored, always under the same id."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for token, answer in posts:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        while not stop.is_set():
            try:
                connection.request("POST", "/v1/entries", json.dumps(answer), headers)
                told = connection.getresponse()
                body = told.read()
            except (OSError, http.client.HTTPException):
                connection.close()  # an idle connection that the web server has closed
                continue
            if heard.note(told, body, str(answer["id"])):
                break
            stop.wait(0.05)
    connection.close()


def check(server: Server, log: Path, *, crashes: int) -> None:
    name = server.create()
    upgrade(server.url(name, role=OWNER_ROLE), app_role=APP_ROLE)
    url = server.url(name, role=APP_ROLE)
    clinic = found(make_engine(url))
    tokens = furnish(clinic)
    set_clock(clinic, at(TODAY, hour=22))
    posts = [(token, answer_of(day, 5)) for day in DAYS for token in tokens]
    heard, stop = Heard(), Event()
    command = ("-m", "gunicorn", "--config", "python:config.gunicorn", "--bind", "127.0.0.1:0", "wsgi:app")
    env = environment(database_url=url, web_workers="2") | {"DIARY_SECRET_KEY": SECRET}
    back_s: list[float] = []
    with running(*command, env=env, log=log) as process, ThreadPoolExecutor(AT_ONCE) as phones:
        (port,) = until(lambda: LISTENS.findall(log.read_text()), process=process, log=log)
        lines = [
            phones.submit(post_all, int(port), posts[first::AT_ONCE], heard, stop) for first in range(AT_ONCE)
        ]
        try:
            for number in range(1, crashes + 1):
                due = len(posts) * number // (crashes + 1)
                until(lambda due=due: len(heard.stored) >= due, process=process, log=log)
                crash(server)
                until(lambda: accepts(server), process=process, log=log)
                accepted_s = time.monotonic()
                until(lambda since=accepted_s: heard.stored_at_s[-1] > since, process=process, log=log)
                back_s.append(heard.stored_at_s[-1] - accepted_s)
            for line in lines:
                line.result(60)
        finally:
            stop.set()
    assert heard.wrong == []
    assert heard.statuses.get(503, 0) > 0, "no phone met a crash"
    assert max(back_s) < BACK_WITHIN_S
    clinic.engine.dispose()  # its connections are from before the crashes
    with clinic.unit() as session:
        kept = dict(session.execute(select(Entry.client_id, func.count()).group_by(Entry.client_id)).all())
    assert kept == dict.fromkeys(heard.stored, 1)
    assert len(kept) == len(posts)
    clinic.engine.dispose()


def test_three_crashes_lose_nothing_and_never_look_like_our_fault(durable_server, tmp_path):
    check(durable_server, tmp_path / "web.log", crashes=3)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_thirty_crashes(durable_server, tmp_path):
    for number in range(10):
        check(durable_server, tmp_path / f"{number}.log", crashes=3)
