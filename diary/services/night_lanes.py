"""Executors for the shards of a night: a call that hangs, or ends its process, fails by itself and alone.

The executors of the standard library and of Dask give up all work when one process dies, or hand the deadly
call to the next process; and neither ends a call that never returns. A night must go on without the one
course that does such a thing, so it has to know which shard it was.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar

# A shard takes a tenth of a second, and a second where thousands of alerts open. One that takes longer than
# this is worked on again in parts, so that a slow machine loses time and nothing else.
LIMIT_S: Final = 30.0

P = ParamSpec("P")
T = TypeVar("T")


class WorkLost(Exception):
    """The call did not return within its limit, or the process that it ran in has ended; a code says so."""


class InLine(Executor):
    """Runs each call at once, where it is submitted. What ends the process ends this one."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run it; what is no `Exception` goes through to the caller."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class Lanes(Executor, ABC):
    """Some threads, each of which has one call worked on elsewhere and waits for it."""

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have it run as soon as a lane is free."""
        return self._threads.submit(self._run, partial(fn, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more; calls that have begun come to their end."""
        self._threads.shutdown(wait, cancel_futures=cancel_futures)

    @abstractmethod
    def _run(self, call: Callable[[], Any]) -> Any:
        """What the call returns or raises, elsewhere.

        Raises:
            WorkLost: as it says.
        """
