"""The work of one shard, from its reading to its commit: in this process, in others, or on other machines."""

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from diary.services.night_judging import Detector, give_up, judge_shard
from diary.services.night_lanes import InLine, WorkLost
from diary.services.night_shard import NightFrame, read_shard
from diary.services.night_writing import Counts, write_shard
from diary.storage.engine import make_engine
from diary.storage.nights import hold_term
from diary.storage.shards import Stretch, stretches
from diary.storage.unit import Scope, unit

log = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=5)
# A shard that fails is worked on again in so many parts: one course of 2,000 is found in four rounds.
PARTS: Final = 8
# So many shards are under way or waiting at an executor; one after the other, where there is none.
UNDER_WAY: Final = 64
LOOK_UP_S: Final = 1.0
# The database is away or in use, which no smaller shard would mend.
AWAY: Final = (OperationalError, InterfaceError, PoolTimeout)

Clock = Callable[[], datetime]


class Fenced(Exception):
    """Somebody else took this night over; nothing more of ours is written."""


class ShardFailed(Exception):
    """Something in this shard cannot be read, judged or written; what is beside it may be."""


@dataclass(frozen=True, slots=True)
class Task:
    """One shard of a night that is held under a term. It travels to another process as it stands."""

    frame: NightFrame
    term: int
    stretch: Stretch
    given_up: bool = False
    """It holds one course, which the detector does not come back from: that is said of it."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Where shards are worked on when not here, by any `concurrent.futures.Executor`; and the clock there."""

    executor: Executor
    wall: Clock
    """A function of a module, so that it can be sent."""
    lanes: int
    """How many shards are worked on at once."""


def work(engine: Engine, task: Task, *, wall: Clock, detector: Detector) -> Counts:
    """Read in one transaction, judge in none, and write in one that proves the term.

    Raises:
        Fenced: the night is somebody else's by now.
        ShardFailed: it failed by what is in it.
    """
    scope = Scope(task.frame.clinic_id, "system")
    try:
        with unit(engine, scope, write=False) as session:
            shard = read_shard(session, task.frame, task.stretch)
        findings = (
            give_up(shard, task.frame) if task.given_up else judge_shard(shard, task.frame, detector=detector)
        )
        with unit(engine, scope, write=True) as session:
            hold(session, task.frame.night, task.term, wall)
            return write_shard(session, task.frame, shard, findings)
    except (Fenced, *AWAY):
        raise
    except Exception as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        log.exception("shard failed", extra=_named(task))
        raise ShardFailed("failed") from error


def work_all(
    engine: Engine, tasks: Sequence[Task], *, wall: Clock, detector: Detector, spread: Spread | None
) -> Iterator[Counts]:
    """What each shard came to, as it is done; of one that fails, what its parts come to.

    In the end a single course may be left that cannot be read or written: it is counted as failed.
    """
    if spread is None:
        submit, at_once = _submit_here(engine, wall, detector), 1
    else:
        submit, at_once = _submit_there(engine, spread, detector), UNDER_WAY
    waiting, under_way = deque(tasks), dict[Future[Counts], Task]()
    try:
        while waiting or under_way:
            while waiting and len(under_way) < at_once:
                task = waiting.popleft()
                under_way[submit(task)] = task
            done, _ = wait(under_way, timeout=LOOK_UP_S, return_when=FIRST_COMPLETED)
            for future in done:
                task = under_way.pop(future)
                try:
                    yield future.result()
                except (ShardFailed, WorkLost) as error:
                    log.warning("shard lost", extra={**_named(task), "code": str(error)})
                    if task.given_up:
                        yield Counts(seen=1, failed=1)
                    else:
                        waiting.extendleft(_parts(engine, task))
            if spread is not None:
                wall()  # says when this process shall end; here, each write asks
    finally:
        for future in under_way:
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


def _parts(engine: Engine, task: Task) -> list[Task]:
    """The shard again in smaller ones; a single course is given up."""
    if task.stretch.courses == 1:
        return [replace(task, given_up=True)]
    most = -(-task.stretch.courses // PARTS)
    with unit(engine, Scope(task.frame.clinic_id, "system"), write=False) as session:
        return [replace(task, stretch=part) for part in stretches(session, most=most, within=task.stretch)]


def _named(task: Task) -> dict[str, object]:
    """Which shard, in a log: its clinic, its last course, and how many courses."""
    stretch = task.stretch
    return {"clinic_id": task.frame.clinic_id, "course_id": stretch.last_id, "seen": stretch.courses}


def _submit_here(engine: Engine, wall: Clock, detector: Detector) -> Callable[[Task], Future[Counts]]:
    executor = InLine()
    return lambda task: executor.submit(work, engine, task, wall=wall, detector=detector)


def _submit_there(engine: Engine, spread: Spread, detector: Detector) -> Callable[[Task], Future[Counts]]:
    url = engine.url.render_as_string(hide_password=False)
    return lambda task: spread.executor.submit(_work_there, url, task, spread.wall, detector)


def _work_there(url: str, task: Task, wall: Clock, detector: Detector) -> Counts:
    return work(_engine(url), task, wall=wall, detector=detector)


@lru_cache(maxsize=1)
def _engine(url: str) -> Engine:
    """One connection a worker, kept from shard to shard."""
    return make_engine(url, pool_size=1)
