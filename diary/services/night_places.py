"""Where nights are worked on: in this process, in others of this machine, or on a Dask cluster."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from diary.services.night_cluster import Cluster
from diary.services.night_processes import Processes
from diary.services.night_work import Clock, Spread


@contextmanager
def place(
    workers: int, *, cluster: str | None = None, wall: Clock, prepare: Callable[[], object] | None = None
) -> Iterator[Spread | None]:
    """Workers that begin when they are first needed; None, for this process, where there are 0.

    Args:
        workers: how many shards are worked on at once.
        cluster: the address of a Dask scheduler; processes of this machine, when None.
        wall: the real clock of the workers.
        prepare: what runs first in each process of this machine.
    """
    if not workers:
        yield None
        return
    executor = Processes(workers, prepare=prepare) if cluster is None else Cluster(cluster, workers)
    with executor:
        yield Spread(executor, wall, workers)
