"""The work of one shard, from its reading to its commit: in this process, in others, or on other machines."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from diary.services.night_judging import Detector, judge_shard
from diary.services.night_shard import NightFrame, read_shard
from diary.services.night_writing import Counts, write_shard
from diary.storage.engine import make_engine
from diary.storage.nights import hold_term
from diary.storage.shards import Stretch
from diary.storage.unit import Scope, unit

LEASE: Final = timedelta(minutes=5)

Clock = Callable[[], datetime]


class Fenced(Exception):
    """Somebody else took this night over; nothing more of ours is written."""


@dataclass(frozen=True, slots=True)
class Task:
    """One shard of a night that is held under a term. It travels to another process as it stands."""

    frame: NightFrame
    term: int
    stretch: Stretch


@dataclass(frozen=True, slots=True)
class Spread:
    """Where shards are worked on when not here, by any `concurrent.futures.Executor`; and the clock there."""

    executor: Executor
    wall: Clock
    """A function of a module, so that it can be sent."""


@contextmanager
def processes(count: int, *, wall: Clock) -> Iterator[Spread | None]:
    """Spread over so many processes of this machine, begun when they are needed; None for 0.

    They start afresh and not as copies of this one, which may hold threads and connections.
    """
    if not count:
        yield None
        return
    with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield Spread(executor, wall)


def work(engine: Engine, task: Task, *, wall: Clock, detector: Detector) -> Counts:
    """Read in one transaction, judge in none, and write in one that proves the term.

    Raises:
        Fenced: the night is somebody else's by now.
    """
    scope = Scope(task.frame.clinic_id, "system")
    with unit(engine, scope, write=False) as session:
        shard = read_shard(session, task.frame, task.stretch)
    findings = judge_shard(shard, task.frame, detector=detector)
    with unit(engine, scope, write=True) as session:
        hold(session, task.frame.night, task.term, wall)
        return write_shard(session, task.frame, shard, findings)


def work_all(
    engine: Engine, tasks: Sequence[Task], *, wall: Clock, detector: Detector, spread: Spread | None
) -> Iterator[Counts]:
    """What each shard came to, as it is done: one after the other here, elsewhere as the executor has it."""
    if spread is None:
        for task in tasks:
            yield work(engine, task, wall=wall, detector=detector)
        return
    url = engine.url.render_as_string(hide_password=False)
    sent = [spread.executor.submit(_work_there, url, task, spread.wall, detector) for task in tasks]
    try:
        for done in as_completed(sent):
            yield done.result()
            wall()  # says when this process shall end
    finally:
        for future in sent:
            future.cancel()


def hold(session: Session, night: date, term: int, wall: Clock) -> int:
    """Prove that the term still holds and renew its lease; the run's id.

    Raises:
        Fenced: it does not.
    """
    now = wall()
    run_id = hold_term(session, night=night, term=term, wall_now=now, lease_until_at=now + LEASE)
    if run_id is None:
        raise Fenced
    return run_id


def _work_there(url: str, task: Task, wall: Clock, detector: Detector) -> Counts:
    return work(_engine(url), task, wall=wall, detector=detector)


@lru_cache(maxsize=1)
def _engine(url: str) -> Engine:
    """One connection a worker, kept from shard to shard."""
    return make_engine(url, pool_size=1)
