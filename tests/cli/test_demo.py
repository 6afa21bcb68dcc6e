"""The demo, played small by its real processes: it ends where its links begin, and every link answers."""

import re
import signal
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.terminal import Terminal
from tests.cli.test_serve import free_port
from tests.jobs.processes import environment, running, until


@dataclass(frozen=True, slots=True)
class Page:
    """What an address answered."""

    status: int
    location: str | None
    cookie: str
    text: str


def open_page(address: str, *, cookie: str = "", key: str = "") -> Page:
    """One GET, as a browser that holds this cookie, or a program that holds this key."""
    parts = urlsplit(address)
    headers = {"Cookie": cookie} if cookie else {"Authorization": f"Bearer {key}"} if key else {}
    with closing(HTTPConnection(parts.netloc, timeout=20)) as connection:
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        answer = connection.getresponse()
        set_cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        return Page(answer.status, answer.getheader("Location"), set_cookie, answer.read().decode())


def link(told: str, name: str) -> str:
    """The address that the guide prints beside a name."""
    found = re.search(rf"^ +{name} +(http://\S+)", told, re.MULTILINE)
    assert found, f"no link called {name} in:\n{told}"
    return found[1]


def test_a_small_demo_plays_to_its_end_and_every_link_answers(tmp_path: Path):
    port, log, stranger = free_port(), tmp_path / "demo.log", tmp_path / "stranger.db"
    small = ("--patients", "3", "--weeks", "2", "--folder", str(tmp_path / "demo"), "--port", str(port))
    env = environment(database_url=f"sqlite:///{stranger}")
    with running("-m", "diary", "demo", *small, env=env, log=log) as process:
        told = until(lambda: ended(log), process=process, log=log)
        assert int(re.search(r"^(\d+) requests in \d+ s, 0 failed\.", told, re.MULTILINE)[1]) > 50

        for name in ("Start here", "as physician", "trial patients"):
            door = open_page(link(told, name))
            assert (door.status, urlsplit(door.location).path) == (303, "/desk/")
            desk = open_page(f"http://localhost:{port}/desk/", cookie=door.cookie)
            assert (desk.status, "Simulated." in desk.text, "Next week" in desk.text) == (200, True, True)
        assert "Your code" in open_page(link(told, "a phone")).text
        assert open_page(link(told, "the API")).status == 200
        figure = tmp_path / "demo" / "trial.html"
        assert f"All twelve weeks: {figure}" in told
        assert "<svg" in figure.read_text(encoding="utf-8")
        key = re.search(r"test key: (dk_test_\S+)", told)[1]
        clock = open_page(f"http://localhost:{port}/v1/sandbox/clock", key=key)
        assert '"now_at":"2026-09-07T07:00:00' in clock.text

        process.send_signal(signal.SIGINT)
        assert process.wait(40) == 0
    with pytest.raises(ConnectionRefusedError):
        open_page(f"http://localhost:{port}/healthz")
    assert not stranger.exists()


def ended(log: Path) -> str | None:
    """All that was said, once the last line is there."""
    told = log.read_text("utf-8")
    return told if told.endswith("Stop with Ctrl-C.\n") else None


def test_a_folder_that_holds_something_else_is_left_alone(lite: Terminal, tmp_path: Path):
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "to Anna.txt").write_text("Dear Anna")
    said = lite.run("demo", "--folder", str(letters), "--port", str(free_port()))
    assert said.exit_code == 1
    assert "holds something else than a demo; move it away first" in said.stderr
    assert [path.name for path in letters.iterdir()] == ["to Anna.txt"]
