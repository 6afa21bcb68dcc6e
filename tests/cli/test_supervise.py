"""Two processes as one: real ones, watched through named pipes, which end when their last holder does."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from diary.cli.supervise import Look, supervise

ROOT = Path(__file__).parents[2]
SUPERVISOR = """
import json, os, sys
from diary.cli.supervise import supervise
commands, grace_s = json.loads(sys.argv[1])
sys.exit(supervise(commands, env=os.environ, grace_s=grace_s))
"""
# Opens the pipe for as long as it lives, says its number, then does the rest.
CHILD = (
    "import os, signal, sys; pipe = open(sys.argv[1], 'w', 1); {first}print(os.getpid(), file=pipe); {then}"
)
WAIT_S = 20  # far more than any of this takes


class Watched:
    """A child to be: its command, and the named pipe that it holds open while it lives."""

    def __init__(self, pipe: Path, *, first: str = "", then: str = "signal.pause()") -> None:
        os.mkfifo(pipe)
        self.reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.command = [sys.executable, "-c", CHILD.format(first=first, then=then), str(pipe)]

    def pid(self) -> int:
        """Waits until the child has said its number."""
        return int(self.says())

    def says(self) -> str:
        """Waits for the child's next words."""
        return self._read().decode().strip()

    def is_gone(self) -> bool:
        """Hears it out until nobody holds the pipe any more; true at once when nobody ever did."""
        try:
            while os.read(self.reader, 100):
                pass
        except BlockingIOError:
            while self._read():
                pass
        return True

    def _read(self) -> bytes:
        ready, _, _ = select.select([self.reader], [], [], WAIT_S)
        assert ready, f"nothing happened for {WAIT_S} s"
        return os.read(self.reader, 100)


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Callable[..., Watched]]:
    made: list[Watched] = []

    def make(**behaviour: str) -> Watched:
        made.append(Watched(tmp_path / f"child-{len(made)}", **behaviour))
        return made[-1]

    yield make
    for one in made:
        os.close(one.reader)


def start(*children: Watched, grace_s: float = WAIT_S, look: Look | None = None) -> "subprocess.Popen[str]":
    commands: Sequence[Sequence[str]] = [one.command for one in children]
    return subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, json.dumps([commands, grace_s])],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )


def end_of(supervisor: "subprocess.Popen[str]") -> tuple[int, str]:
    _, lines = supervisor.communicate(timeout=WAIT_S)
    return supervisor.returncode, lines


@pytest.mark.parametrize(
    ("last_act", "code", "said"),
    [
        ("sys.exit(7)", 7, "ended with code 7"),
        ("sys.exit(0)", 1, "ended with code 0"),
        ("os.kill(os.getpid(), signal.SIGKILL)", 137, "ended with code 137"),
    ],
)
def test_when_one_ends_the_other_is_stopped_and_one_line_says_which(child, tmp_path, last_act, code, said):
    os.mkfifo(tmp_path / "go")
    stays, ends = child(), child(then=f"open({str(tmp_path / 'go')!r}).read(); {last_act}")
    supervisor = start(stays, ends)
    assert stays.pid() != ends.pid()

    (tmp_path / "go").write_text("now")
    returned, lines = end_of(supervisor)

    assert returned == code
    assert said in lines
    assert last_act in lines
    assert len(lines.splitlines()) == 1
    assert stays.is_gone()


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_that_was_asked_for_ends_all_and_is_no_failure(child, asked):
    web, jobs = child(), child()
    supervisor = start(web, jobs)
    assert web.pid() != jobs.pid()

    supervisor.send_signal(asked)

    assert end_of(supervisor) == (0, "")
    assert web.is_gone()
    assert jobs.is_gone()


def test_a_child_that_will_not_stop_is_killed_after_the_grace(child):
    stubborn = child(first="signal.signal(signal.SIGTERM, signal.SIG_IGN); ")
    supervisor = start(stubborn, grace_s=0.2)
    assert stubborn.pid()

    supervisor.terminate()

    assert end_of(supervisor) == (0, "")
    assert stubborn.is_gone()


def test_asked_a_second_time_it_does_not_wait(child):
    says_term = "signal.signal(signal.SIGTERM, lambda *_: os.write(pipe.fileno(), b'asked')); "
    stubborn = child(first=says_term, then="[signal.pause() for _ in iter(int, 1)]")  # pauses for ever
    supervisor = start(stubborn, grace_s=10 * WAIT_S)
    assert stubborn.pid()
    supervisor.send_signal(signal.SIGINT)
    assert stubborn.says() == "asked"

    supervisor.send_signal(signal.SIGINT)

    assert end_of(supervisor) == (0, "")
    assert stubborn.is_gone()


def test_what_the_children_started_goes_with_them(child):
    grandchild = child()
    starts_another = f"import subprocess; subprocess.Popen({grandchild.command!r}); signal.pause()"
    parent = child(then=starts_another)
    supervisor = start(parent)
    assert parent.pid() != grandchild.pid()

    supervisor.terminate()

    assert end_of(supervisor)[0] == 0
    assert parent.is_gone()
    assert grandchild.is_gone()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can promise it")
def test_no_child_outlives_a_supervisor_that_was_killed(child):
    web, jobs = child(), child()
    supervisor = start(web, jobs)
    assert web.pid() != jobs.pid()

    supervisor.kill()

    assert end_of(supervisor)[0] == -signal.SIGKILL
    assert web.is_gone()
    assert jobs.is_gone()


def test_each_child_leads_a_group_of_its_own_so_that_ctrl_c_reaches_the_supervisor_only(child):
    web = child()
    supervisor = start(web)
    pid = web.pid()

    assert os.getpgid(pid) == pid

    supervisor.terminate()
    assert end_of(supervisor)[0] == 0


def test_a_command_that_cannot_start_stops_the_others_and_is_named(child):
    web = child()
    lines: list[str] = []

    code = supervise([web.command, ["no-such-program", "serve"]], env=os.environ, on_line=lines.append)

    assert code == 127
    assert lines == ["no-such-program serve could not be started: No such file or directory"]
    assert web.is_gone()


WAIT_FOR_LINES = """
import sys, time
while len(open(sys.argv[1]).readlines()) < int(sys.argv[2]): time.sleep(0.02)
sys.exit(9)
"""
HANG = """
import os, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(os.getpid(), file=open(sys.argv[1], "a"))
signal.pause()
"""


def test_a_look_that_cannot_start_ends_nobody_and_is_tried_again(tmp_path):
    said = tmp_path / "said"
    said.touch()

    def hear(line: str) -> None:
        with said.open("a") as file:
            print(line, file=file)

    code = supervise(
        [[sys.executable, "-c", WAIT_FOR_LINES, str(said), "3"]],
        env=os.environ,
        on_line=hear,
        look=Look(["no-such-program"], every_s=0.05, most_s=1),
    )

    assert code == 9
    assert said.read_text().count("no-such-program could not be started: No such file or directory") >= 3


def test_a_look_that_hangs_is_killed_and_the_next_one_comes(tmp_path):
    looks = tmp_path / "looks"
    looks.touch()
    lines: list[str] = []

    code = supervise(
        [[sys.executable, "-c", WAIT_FOR_LINES, str(looks), "2"]],
        env=os.environ,
        on_line=lines.append,
        grace_s=0.2,
        look=Look([sys.executable, "-c", HANG, str(looks)], every_s=0.05, most_s=1.5),
    )

    assert code == 9
    assert "hung and was killed" in lines[0]
    for pid in looks.read_text().split():
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def test_signals_are_handled_as_before_once_it_has_returned():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)]

    assert (
        supervise([[sys.executable, "-c", "raise SystemExit(5)"]], env=os.environ, on_line=lambda _: None)
        == 5
    )

    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)] == before
