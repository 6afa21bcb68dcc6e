"""Runs several processes as one: when one ends, all end, and nobody is left behind.

Asked to stop (Ctrl-C, TERM, a closed terminal), it sends each child TERM, waits, kills what remains and
returns 0, as a stop that was asked for is no failure. Asked again, it kills at once. When a child ends by
itself, even with code 0, the others are stopped in the same way, and the code says that something is wrong.
"""

import ctypes
import os
import select
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

STOPS: Final = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
GRACE_S: Final = 35.0  # gunicorn gives its requests 30
NOT_STARTED: Final = 127  # as shells say it

# Linux only: the kernel kills the child when this process dies without a chance to (KILL, out of memory).
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG: Final = 1

Child = subprocess.Popen[bytes]
Wait = Callable[[float | None], frozenset[int]]


@dataclass(frozen=True, slots=True)
class Look:
    """A command that is run every so often beside the others; one that runs longer than `most_s` hangs."""

    command: Sequence[str]
    every_s: float
    most_s: float


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def supervise(
    commands: Sequence[Sequence[str]],
    *,
    env: Mapping[str, str],
    on_line: Callable[[str], None] = _to_stderr,
    grace_s: float = GRACE_S,
    look: Look | None = None,
) -> int:
    """Run the commands side by side until one ends or a stop is asked for; `on_line` hears which ended.

    Whatever becomes of a `look`, if it fails, hangs or cannot be started: the others go on, and the next look
    comes.

    Call it in the main thread, since it listens to signals, and before other threads run. Each child leads a
    process group of its own, which is killed whole at the end: what the children started goes with them.

    Returns:
        0 after a stop that was asked for; else the code of the child that ended first: 128 + n when signal n
        ended it, 1 when it ended with 0, 127 when it could not be started.
    """
    children: list[Child] = []
    lookout = _Lookout(look, env=env, on_line=on_line)
    asked = False
    with _signals() as wait:
        try:
            for command in commands:
                children.append(_start(command, env=env))  # noqa: PERF401 - a failure is known by its place
            while not asked and all(child.poll() is None for child in children):
                asked = bool(wait(lookout.rest_s()) & STOPS)
                lookout.look_when_due()
        except OSError as error:
            on_line(f"{_name(commands[len(children)])} could not be started: {error.strerror}")
            return NOT_STARTED
        finally:
            codes = [child.returncode for child in children]
            _stop([*children, *lookout.running], wait=wait, until=time.monotonic() + grace_s)
    if asked:
        return 0
    command, code = next((command, code) for command, code in zip(commands, codes) if code is not None)
    code = 128 - code if code < 0 else code
    on_line(f"{_name(command)} ended with code {code}; the others were stopped")
    return code or 1


def _start(command: Sequence[str], *, env: Mapping[str, str]) -> Child:
    parent = os.getpid()

    def die_with_parent() -> None:
        if _LIBC and (_LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0 or os.getppid() != parent):
            os._exit(NOT_STARTED)  # no such protection, or the parent is gone already

    return subprocess.Popen(
        command,
        env=env,
        stdin=subprocess.DEVNULL,
        process_group=0,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - safe while no other thread runs
    )


class _Lookout:
    """Starts the looks, one at a time."""

    def __init__(self, look: Look | None, *, env: Mapping[str, str], on_line: Callable[[str], None]) -> None:
        self._look = look
        self._env = env
        self._on_line = on_line
        self._began_s = self._last_s = time.monotonic()
        self.running: list[Child] = []

    def rest_s(self) -> float | None:
        """Until the next is due; None for ever."""
        return None if self._look is None else max(0.0, self._last_s + self._look.every_s - time.monotonic())

    def look_when_due(self) -> None:
        """Start the next one, if it is time, and the one before has ended or hangs."""
        self.running = [one for one in self.running if one.poll() is None]
        now_s = time.monotonic()
        if self._look is None or now_s < self._last_s + self._look.every_s:
            return
        self._last_s = now_s
        if self.running and now_s < self._began_s + self._look.most_s:
            return
        if self.running:
            self._on_line(f"{_name(self._look.command)} hung and was killed")
            _kill(self.running)
        self._began_s = now_s
        try:
            self.running = [_start(self._look.command, env=self._env)]
        except OSError as error:
            self._on_line(f"{_name(self._look.command)} could not be started: {error.strerror}")


def _stop(children: Sequence[Child], *, wait: Wait, until: float) -> None:
    for child in children:
        child.terminate()
    while any(child.poll() is None for child in children) and (left_s := until - time.monotonic()) > 0:
        if wait(left_s) & STOPS:
            break
    _kill(children)


def _kill(children: Sequence[Child]) -> None:
    for child in children:
        with suppress(ProcessLookupError):  # the whole group has ended
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


@contextmanager
def _signals() -> Iterator[Wait]:
    """A function that waits, so many seconds at most, and says which signals came; none is missed."""
    reader, writer = socket.socketpair()
    with reader, writer:
        writer.setblocking(False)
        handlers = {number: signal.signal(number, lambda *_: None) for number in (*STOPS, signal.SIGCHLD)}
        wakeup = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)

        def wait(seconds: float | None) -> frozenset[int]:
            ready, _, _ = select.select([reader], [], [], seconds)
            return frozenset(reader.recv(4096)) if ready else frozenset()

        try:
            yield wait
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in handlers.items():
                signal.signal(number, handler)


def _name(command: Sequence[str]) -> str:
    """The command as one would type it, without the path of its program."""
    return shlex.join([Path(command[0]).name, *command[1:]])
