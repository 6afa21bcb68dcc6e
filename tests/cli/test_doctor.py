"""The doctor: each check says what it found and which command mends it; the exit code is the worst."""

import json
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text, update
from sqlalchemy.engine import make_url

from diary.gateways.push import PushKeys
from diary.services.sandbox import move_clock
from diary.storage.engine import make_engine
from diary.storage.tables.entry import CourseDays
from diary.storage.tables.staff import Staff
from diary.storage.unit import SYSTEM, Scope, unit
from tests.cli.terminal import Terminal
from tests.cli.test_accounts import admit
from tests.cli.test_serve import free_port
from tests.little_clinic import at


@pytest.fixture
def clinic(shell: Terminal) -> Terminal:
    shell.set_up()
    return shell


def examined(shell: Terminal) -> tuple[int, dict[str, dict]]:
    said = shell.run("doctor", "--json", port=str(free_port()))
    return said.exit_code, {row["check"]: row for row in json.loads(said.output)}


def test_a_sound_installation_only_lacks_its_web_process(clinic):
    if (path := make_url(clinic.url).database) and clinic.url.startswith("sqlite"):
        Path(path).chmod(0o600)  # as `migrate` makes it; the test's is a copy
    code, found = examined(clinic)
    warnings = {check: row["mend"] for check, row in found.items() if row["status"] != "ok"}
    expected = {"web": "python -m diary serve"}
    if clinic.url.startswith("postgresql"):
        expected["server"] = found["server"]["mend"]  # the owner role is not set here
    assert warnings == expected
    assert code == 1


class Ready(BaseHTTPRequestHandler):
    """A web process that is ready."""

    def do_GET(self) -> None:
        """Answer 200 to whatever is asked."""
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


def test_the_web_process_is_asked_where_it_listens(lite):
    lite.set_up()
    with ThreadingHTTPServer(("127.0.0.2", 0), Ready) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        said = lite.run("doctor", "--json", host="127.0.0.2", port=str(server.server_port))
        server.shutdown()
        thread.join()
    found = {row["check"]: row for row in json.loads(said.stdout)}
    assert (found["web"]["status"], found["web"]["what"]) == (
        "ok",
        f"ready at http://127.0.0.2:{server.server_port}",
    )


def test_a_database_that_is_not_there_is_mended_by_migrate(tmp_path):
    code, found = examined(Terminal(f"sqlite:///{tmp_path / 'none.db'}", tmp_path))
    assert (code, found["database"]["status"], found["database"]["mend"]) == (
        2,
        "FAIL",
        "python -m diary migrate",
    )


def test_a_database_that_was_not_set_up_is_mended_by_setup(shell):
    code, found = examined(shell)
    assert (code, found["set-up"]["mend"]) == (2, "python -m diary setup")


def test_nights_that_wait_are_a_failure(clinic):
    engine = make_engine(clinic.url)
    with unit(engine, SYSTEM, write=True) as session:
        move_clock(session, to=at(date(2026, 1, 8)))
    engine.dispose()
    code, found = examined(clinic)
    assert (code, found["nights"]["status"]) == (2, "FAIL")
    assert "night 2026-01-05 waits for 53 hours" in found["nights"]["what"]
    assert "python -m diary night" in found["nights"]["mend"]


def test_packed_days_that_differ_are_mended_by_verify(clinic):
    admit(clinic, "P-1")
    engine = make_engine(clinic.url)
    with unit(engine, Scope(1, "operator"), write=True) as session:
        session.execute(update(CourseDays).values(days=b"\x01"))
    engine.dispose()
    code, found = examined(clinic)
    assert (code, found["packed days"]["status"]) == (2, "FAIL")
    assert "verify --repair" in found["packed days"]["mend"]


def test_a_clinic_without_an_admin_is_a_warning(clinic):
    engine = make_engine(clinic.url)
    with unit(engine, Scope(1, "operator"), write=True) as session:
        session.execute(update(Staff).values(role="nurse"))
    engine.dispose()
    _, found = examined(clinic)
    assert found["admins"]["status"] == "warn"
    assert "staff add" in found["admins"]["mend"]


def test_links_that_lead_nowhere_are_a_warning(lite):
    lite.set_up()
    said = lite.run("doctor", host="0.0.0.0", port=str(free_port()))
    assert "set DIARY_PUBLIC_URL" in said.output


@pytest.mark.parametrize("whole", [True, False], ids=["a pair", "halves of two"])
def test_the_two_halves_of_the_push_keys_must_be_a_pair(lite, whole):
    lite.set_up()
    keys, others = PushKeys.make(), PushKeys.make()
    public = keys.public if whole else others.public
    said = lite.run("doctor", "--json", push_keys=f"{keys.private}.{public}", port=str(free_port()))
    (found,) = [row for row in json.loads(said.stdout) if row["check"] == "push"]
    assert found["status"] == ("ok" if whole else "FAIL")
    assert whole or "push-keys" in found["mend"]


def test_a_live_clinic_without_push_keys_is_told_that_no_phone_hears(lite):
    lite.set_up()
    engine = make_engine(lite.url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE installation SET kind = 'live', clock_at = NULL"))
    engine.dispose()
    _, found = examined(lite)
    assert (found["push"]["status"], found["operator"]["status"]) == ("warn", "warn")
