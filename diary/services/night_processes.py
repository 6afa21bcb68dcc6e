"""Processes of this machine that each work on one call at a time, and of which any one can be ended."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final

from diary.services.night_lanes import LIMIT_S, Lanes, WorkLost

BEGIN_WITHIN_S: Final = 60.0


class Processes(Lanes):
    """So many processes, each begun when it is first needed, and again after it has ended.

    They start afresh and not as copies of this one, which may hold threads and connections. They end with it.
    """

    def __init__(
        self, count: int, *, limit_s: float = LIMIT_S, prepare: Callable[[], object] | None = None
    ) -> None:
        """`prepare` runs first in each process: a function of a module, so that it can be sent."""
        super().__init__(count)
        self._limit_s = limit_s
        self._prepare = prepare
        self._free: SimpleQueue[_Child | None] = SimpleQueue()
        for _ in range(count):
            self._free.put(None)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes that have nothing to do; the others, when they are done."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        while not self._free.empty():
            child = self._free.get()
            if child is not None:
                child.end()

    def _run(self, call: Callable[[], Any]) -> Any:
        child = self._free.get()
        try:
            if child is None:
                child = _Child(self._prepare)
            succeeded, answer = child.ask(call, limit_s=self._limit_s)
        except WorkLost:
            child = None
            raise
        finally:
            self._free.put(child)
        if not succeeded:
            raise answer
        return answer


class _Child:
    """One process, and our end of the pipe to it."""

    def __init__(self, prepare: Callable[[], object] | None) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, prepare), daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, call: Callable[[], Any], *, limit_s: float) -> tuple[bool, Any]:
        """Whether the call succeeded, and what it returned or raised."""
        try:
            self._pipe.send(call)
            self._answer(within_s=BEGIN_WITHIN_S)
            answer: tuple[bool, Any] = self._answer(within_s=limit_s)
        except TimeoutError:
            self._process.kill()
            self.end()
            raise WorkLost("took_too_long") from None
        except (EOFError, OSError):
            self.end()
            raise WorkLost("process_ended") from None
        return answer

    def _answer(self, *, within_s: float) -> Any:
        if not self._pipe.poll(within_s):
            raise TimeoutError
        return self._pipe.recv()

    def end(self) -> None:
        """Close the pipe, on which the process ends by itself, and wait for that."""
        self._pipe.close()
        self._process.join()


def _serve(pipe: Connection, prepare: Callable[[], object] | None) -> None:
    """Answer calls until the pipe is closed."""
    # Ctrl-C reaches the whole group of processes: the first of them says when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    if prepare is not None:
        prepare()
    while True:
        try:
            call = pipe.recv()
        except EOFError:
            return
        pipe.send("begun")  # the first call brings numpy along, which is none of its time
        try:
            answer = True, call()
        except Exception as error:
            answer = False, error
        pipe.send(answer)


def _end_with_parent() -> None:
    """A process that was killed cannot say so to its children."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
