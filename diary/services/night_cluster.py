"""A Dask cluster that shards are worked on by: the workers of many machines, with the same checkout on each.

Optional: it needs requirements-cluster.txt. A shard travels as the numbers of its courses; the days and the
findings go between the worker and the database. A worker has its calls run by processes of its own, as this
machine would: a deadly call ends one of those, and never the worker with the calls of others.
"""

import hashlib
from collections.abc import Callable
from concurrent.futures import CancelledError
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

from diary.services.night_lanes import LIMIT_S, Lanes
from diary.services.night_processes import Processes

CHECKOUT: Final = Path(__file__).parents[2]
CONNECT_WITHIN_S: Final = 5.0
# Longer than a worker needs to end its own process: no answer by then, and nobody is at it.
ANSWER_WITHIN_S: Final = 5 * LIMIT_S


class ClusterAway(Exception):
    """The cluster cannot be used now, whatever the shard: the message says why."""


class Cluster(Lanes):
    """So many calls under way at once on the workers of one Dask scheduler.

    Connected to at the first call, and again at the next one after the connection was lost.
    """

    def __init__(self, address: str, count: int, *, limit_s: float = LIMIT_S) -> None:
        super().__init__(count)
        self._address = address
        self._limit_s = limit_s
        self._lock = Lock()
        self._connected: Any = None

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of the cluster once the calls under way have come to their end."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        self._let_go()

    def _run(self, call: Callable[[], Any]) -> Any:
        future = self._client().submit(_run_there, call, self._limit_s, pure=False)
        try:
            return future.result(timeout=ANSWER_WITHIN_S)
        except (CancelledError, TimeoutError, _dask().KilledWorker) as error:
            if isinstance(error, TimeoutError) and future.done():  # the call itself raised it
                raise
            self._let_go()
            raise ClusterAway(f"No answer came from the workers of {self._address}.") from error

    def _client(self) -> Any:
        with self._lock:
            if self._connected is None:
                self._connected = _connect(self._address)
            return self._connected

    def _let_go(self) -> None:
        with self._lock:
            if self._connected is not None:
                self._connected.close(timeout=1)
                self._connected = None


def _run_there(call: Callable[[], Any], limit_s: float) -> Any:
    """In a worker of the cluster: what a process of its own makes of the call."""
    return _processes_there(_dask().get_worker().state.nthreads, limit_s).submit(call).result()


@cache
def _processes_there(count: int, limit_s: float) -> Processes:
    return Processes(count, limit_s=limit_s)


@cache
def code_digest() -> str:
    """What tells two versions of this program apart."""
    digest = hashlib.sha256()
    for room in ("config", "diary"):
        for path in sorted((CHECKOUT / room).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _connect(address: str) -> Any:
    """A client of the cluster, whose workers all run this very version.

    Raises:
        ClusterAway: nobody answers, no worker is there, or one runs another version.
    """
    try:
        client = _dask().Client(address, timeout=CONNECT_WITHIN_S, set_as_default=False)
    except OSError as error:
        raise ClusterAway(f"No Dask scheduler answers at {address}.") from error
    try:
        client.wait_for_workers(1, timeout=CONNECT_WITHIN_S)
        digests = client.run(code_digest)
    except TimeoutError:
        client.close()
        raise ClusterAway(f"No worker has come to {address}.") from None
    except Exception as error:
        client.close()
        raise ClusterAway(f"The workers of {address} cannot run this program: {error}") from error
    others = sorted(worker for worker, digest in digests.items() if digest != code_digest())
    if others:
        client.close()
        raise ClusterAway(f"Another version of this program runs on {', '.join(others)}.")
    return client


def _dask() -> Any:
    """Half a second and 40 MB that only a cluster needs, and a package that may not be there."""
    try:
        import distributed  # noqa: PLC0415 - optional and heavy
    except ModuleNotFoundError:
        needed = "pip install --require-hashes --requirement requirements-cluster.txt"
        raise ClusterAway(f"Dask is not installed. Run: .venv/bin/{needed}") from None
    return distributed
