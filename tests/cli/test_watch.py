"""`watch` looks from outside the scheduler and the web process, and a real mail server gets what it tells."""

import json
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from config.duties import JOB_SILENT_MAX
from diary.cli.supervise import Look, supervise
from diary.services.clinics import the_clinic
from diary.storage.engine import make_engine
from diary.storage.tables.clinic import Clinic
from diary.storage.unit import SYSTEM, Scope, unit
from diary.storage.watch import incidents, put_beat
from tests.cli.terminal import SETUP, Terminal
from tests.jobs.processes import ROOT, environment

OPERATOR = "operator@clinic.example"


class Letterbox:
    """What a mail server was handed; it refuses at first, when asked to."""

    def __init__(self) -> None:
        self.letters: list[Message] = []
        self.refusing = False

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refusing:
            return "451 try again later"
        self.letters.append(message_from_bytes(envelope.content))
        return "250 taken"


@pytest.fixture
def letterbox() -> Letterbox:
    return Letterbox()


@pytest.fixture
def mail(letterbox: Letterbox) -> Iterator[dict[str, str]]:
    """The settings of a service that can tell its operator."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(letterbox, hostname="127.0.0.1", port=port)
    server.start()
    yield {"operator_email": OPERATOR, "smtp_url": f"smtp://127.0.0.1:{port}"}
    server.stop()


@pytest.fixture
def live(shell: Terminal) -> Terminal:
    """A live service that was set up three days ago and whose scheduler was never started."""
    said = shell.run("setup", *live_options(), "--password-file", str(shell.password_file()))
    assert said.exit_code == 0, said.output
    engine = make_engine(shell.url)
    with unit(engine, SYSTEM, write=False) as session:
        clinic_id = session.query(Clinic.id).scalar()
    with unit(engine, Scope(clinic_id, "operator"), write=True) as session:
        the_clinic(session).first_night -= timedelta(days=3)
    engine.dispose()
    return shell


def live_options() -> list[str]:
    return [part for name, value in {**SETUP, "kind": "live"}.items() for part in (f"--{name}", value)]


def beat(shell: Terminal, *jobs: str) -> None:
    engine = make_engine(shell.url)
    with unit(engine, SYSTEM, write=True) as session:
        for job in jobs:
            put_beat(session, job, at=datetime.now(UTC), failure=None)
    engine.dispose()


def test_a_scheduler_that_was_never_started_is_told_in_one_message_and_not_in_two(live, mail, letterbox):
    said = live.run("watch", "--tell", "--json", **mail)
    assert said.exit_code == 1
    assert [row["code"] for row in json.loads(said.stdout)] == [
        "night_overdue",
        *["job_silent"] * len(JOB_SILENT_MAX),
    ]
    (letter,) = letterbox.letters
    assert (letter["To"], letter["From"]) == (OPERATOR, "diary@localhost")
    text = letter.get_payload()
    assert "No night was ever complete" in text
    assert "The job night has never succeeded" in text
    assert live.run("watch", "--tell", **mail).exit_code == 1
    assert len(letterbox.letters) == 1


def test_when_it_is_over_the_operator_hears_of_it(live, mail, letterbox):
    live.run("watch", "--tell", **mail)
    assert live.run("night", **mail).exit_code == 0
    beat(live, *JOB_SILENT_MAX)
    said = live.run("watch", "--tell", **mail)
    assert (said.exit_code, said.output) == (0, "All is well.\n")
    began, ended = letterbox.letters
    assert ended["Subject"] == "Pain diary: well again"
    assert began["Message-ID"] != ended["Message-ID"], "a mail server may drop the second as a copy"


def test_a_message_that_was_refused_is_sent_at_the_next_look(live, mail, letterbox):
    letterbox.refusing = True
    said = live.run("watch", "--tell", **mail)
    assert said.exit_code == 1
    assert "The operator was not told: SMTPDataError. See DIARY_SMTP_URL." in said.stderr
    letterbox.refusing = False
    live.run("watch", "--tell", **mail)
    assert len(letterbox.letters) == 1


def test_a_copy_of_a_message_can_be_recognised(live, mail, letterbox):
    """Killed between the server's thanks and its own note, it sends again."""
    live.run("watch", "--tell", **mail)
    engine = make_engine(live.url)
    with unit(engine, SYSTEM, write=True) as session:
        for incident in incidents(session).values():
            incident.told_at = None
    engine.dispose()
    live.run("watch", "--tell", **mail)
    first, second = letterbox.letters
    assert first["Message-ID"] == second["Message-ID"]


def test_without_a_mail_server_it_says_that_nobody_was_told(live):
    said = live.run("watch", "--tell")
    assert said.exit_code == 1
    assert said.stderr == "Nobody was told: set DIARY_OPERATOR_EMAIL and DIARY_SMTP_URL.\n"


def found_of_operator(shell: Terminal, **settings: str) -> dict[str, str]:
    said = shell.run("doctor", "--json", port="1", **settings)
    return next(row for row in json.loads(said.stdout) if row["check"] == "operator")


def test_the_doctor_tries_the_mail_server_and_sends_nothing(live, mail, letterbox):
    assert found_of_operator(live, **mail)["status"] == "ok"
    assert letterbox.letters == []


def test_the_doctor_says_when_nobody_would_be_told(live, mail):
    assert found_of_operator(live)["mend"] == "set DIARY_OPERATOR_EMAIL and DIARY_SMTP_URL"
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = f"smtp://127.0.0.1:{closed.getsockname()[1]}"
    found = found_of_operator(live, **{**mail, "smtp_url": nobody})
    assert (found["status"], found["what"]) == (
        "FAIL",
        "the mail server takes no message: ConnectionRefusedError",
    )


def test_a_sandbox_tells_nobody(shell, mail, letterbox):
    shell.set_up()
    shell.run("watch", "--tell", **mail)
    assert letterbox.letters == []


def test_the_supervisor_looks_while_its_processes_run_and_survives_a_look_that_fails(
    live, mail, letterbox, tmp_path: Path
):
    """No scheduler and no web process runs, and the operator is told all the same."""
    env = environment(database_url=live.url, **mail)
    marker = tmp_path / "looks"
    script = (
        f"import subprocess, sys; open({str(marker)!r}, 'a').write('x'); "
        f"sys.exit(subprocess.call([sys.executable, '-m', 'diary', 'watch', '--tell'], cwd={str(ROOT)!r}))"
    )
    wait = (
        sys.executable,
        "-c",
        f"import time\nwhile len(open({str(marker)!r}).read()) < 3: time.sleep(0.05)",
    )
    marker.touch()
    supervise(
        [wait],
        env=env,
        on_line=lambda _: None,
        look=Look((sys.executable, "-c", script), every_s=0.05, most_s=60),
    )
    assert len(marker.read_text()) >= 3
    assert len(letterbox.letters) == 1
