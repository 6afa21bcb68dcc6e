"""At a terminal, what was left out is asked for, and a wrong answer is asked for again."""

import os
import pty
import subprocess
import sys
from pathlib import Path

from tests.cli.terminal import PASSWORD, Terminal
from tests.jobs.processes import ROOT, environment


def type_at(url: str, *command: str, answers: list[str]) -> tuple[int, str]:
    """Run a command at a terminal of its own, and give each answer once a question ends in ": "."""
    terminal, far_end = pty.openpty()
    typed = subprocess.Popen(
        [sys.executable, "-m", "diary", *command],
        cwd=ROOT,
        env=environment(database_url=url),
        stdin=far_end,
        stdout=far_end,
        stderr=far_end,
        start_new_session=True,
    )
    os.close(far_end)
    seen, waiting = b"", list(answers)
    while read := _read(terminal):
        seen += read
        if waiting and seen.endswith(b": "):
            os.write(terminal, f"{waiting.pop(0)}\n".encode())
    os.close(terminal)
    return typed.wait(), seen.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that the other end has closed
        return b""


def test_setup_asks_again_for_what_cannot_be_and_keeps_what_was_said(sqlite_url, tmp_path: Path):
    answers = [
        "demo",
        "live",
        "Green Hill",
        "Amsterdam",
        "Europe/Amsterdam",
        "020 555 0000",
        "Monday to Friday",
        "Call 112.",
        "shadow",
        "ada@clinic.example",
        "Ada Willow",
        "short",
        PASSWORD,
        PASSWORD,
    ]
    code, seen = type_at(sqlite_url, "setup", answers=answers)
    assert code == 0, seen
    assert "'demo' is not one of" in seen
    assert "there is no time zone 'Amsterdam'" in seen
    assert seen.count("at least 15 characters") == 2
    assert PASSWORD not in seen
    assert "Green Hill is set up (live)" in seen
    assert "Ada Willow" in Terminal(sqlite_url, tmp_path).run("staff", "list").output
