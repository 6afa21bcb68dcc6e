"""Real processes for tests: started with settings of their own, watched, and ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parents[2]
SECRET = "pQ7v-K2nX9sLr4TbYw8ZcJm3HgFd6AeUiOoB5xNqRtVkWzSyMhGjDlCa"
WAIT_S = 60.0

T = TypeVar("T")


def environment(**settings: str) -> dict[str, str]:
    """The environment of a process: nothing of ours but these settings."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DIARY_")}
    return {
        **plain,
        "DIARY_SECRET_KEY": SECRET,
        **{f"DIARY_{name.upper()}": v for name, v in settings.items()},
    }


@contextmanager
def running(*arguments: str, env: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of this checkout's Python; asked to end, and made to, when the block ends."""
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=dict(env), stdout=written, stderr=written
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(found: Callable[[], T | None], *, process: subprocess.Popen[bytes], log: Path) -> T:
    """What `found` finds, asked again and again while the process lives."""
    ends_s = time.monotonic() + WAIT_S
    while time.monotonic() < ends_s:
        value = found()
        if value:
            return value
        try:
            process.wait(0.05)
            break  # it ended
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(f"it never came; the process wrote:\n{log.read_text()[-3000:]}")
