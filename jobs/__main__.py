"""`python -m jobs`: the scheduler, a process of its own. TERM lets it finish what it writes, and end with 0.

Every job looks at the database once a tick, the clock of a sandbox each second, and does what is due by then:
after an hour's sleep, a restart or a change of the clocks nothing is skipped and nothing runs twice. One
thread runs them, one after the other; those that may not wait for a night have one each.
"""

import logging
import os
import signal
import socket
import sys
from datetime import UTC, datetime
from functools import partial
from logging.config import dictConfig
from threading import Thread
from typing import Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

import config.one_thread  # noqa: F401 - before numpy
from config.logging import logging_config
from config.settings import Settings, settings_or_exit
from diary.domain.errors import Refusal
from diary.services.night_places import place
from diary.services.nights import CLINICS_AT_ONCE_MAX
from diary.services.play import read_play, read_tokens
from diary.storage.engine import make_engine
from diary.storage.revisions import current, head
from jobs.beat import Beats
from jobs.duty import Duty, Stopped, real_time
from jobs.player import Player
from jobs.table import JOBS, Job
from jobs.ways import Post

log = logging.getLogger("jobs")

STOPS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# One connection reads while another writes, a third is spare, each job beside has its own; each clinic of a
# spread night has one more.
POOL_SIZE: Final = 3 + sum(job.beside for job in JOBS)


def main() -> int:
    """Run the jobs until the process is asked to end."""
    settings = settings_or_exit(os.environ)
    asked_to_end = _asked_to_end()
    engine = make_engine(settings.database_url, pool_size=POOL_SIZE + CLINICS_AT_ONCE_MAX)
    fault = _fault(engine)
    if fault is not None:
        sys.stderr.write(f"{fault}\n")
        return 1
    dictConfig(logging_config(settings.log_level))
    # A job that takes longer than a tick is no news: its next tick is left out, and said at WARNING.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
    workers = place(
        settings.night_workers,
        cluster=settings.night_cluster,
        wall=real_time,
        prepare=partial(dictConfig, logging_config(settings.log_level)),
    )
    with workers as spread:
        duty = Duty(engine, settings, post=Post(engine, settings), player=_player(settings), spread=spread)
        scheduler = _scheduler(duty)
        Thread(target=_end_when_asked, args=(asked_to_end, scheduler, duty), daemon=True).start()
        scheduler.start()
        duty.post.close()
    engine.dispose()
    return 0


def _fault(engine: Engine) -> str | None:
    """Why nothing can be done in this database, in one line; None when it can be used."""
    try:
        fits = current(engine) == head()
    except DatabaseError as error:
        told = str(error.orig).splitlines()[0]
        return f"The database cannot be used: {told}. Run: python -m diary doctor"
    return None if fits else "The database is not at this version's revision. Run: python -m diary migrate"


def _scheduler(duty: Duty) -> BlockingScheduler:
    """The defaults of this library drop a run that is a second late; ours never do."""
    scheduler = BlockingScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={name: ThreadPoolExecutor(1) for name in ("default", *(j.name for j in JOBS if j.beside))},
        timezone=UTC,
    )
    beats = Beats(duty.engine)
    for job in JOBS:
        every_s = job.tick_max_s if job.beside else min(duty.settings.tick_s, job.tick_max_s)
        scheduler.add_job(
            _tick,
            IntervalTrigger(seconds=every_s, timezone=UTC),
            args=(job, duty, beats),
            id=job.name,
            executor=job.name if job.beside else "default",
            coalesce=True,
            misfire_grace_time=None,
            max_instances=1,
            next_run_time=datetime.now(UTC),
        )
    return scheduler


def _tick(job: Job, duty: Duty, beats: Beats) -> None:
    failure: Exception | None = None
    try:
        job.run(duty)
    except Stopped:
        log.info("job stopped", extra={"job": job.name})
        return
    except Refusal as refusal:
        if refusal.code == "not_set_up":  # until somebody founds the clinic in the browser
            return
        log.exception("job failed", extra={"job": job.name})
        failure = refusal
    except Exception as error:
        log.exception("job failed", extra={"job": job.name})
        failure = error
    beats.note(job.name, at=real_time(), failure=failure)


def _asked_to_end() -> socket.socket:
    """A socket that holds a byte once the process is asked to end.

    Not the signal's own handler ends it: that would run inside whatever the main thread does, which may hold
    the scheduler's locks.
    """
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.detach())
    for number in STOPS:
        signal.signal(number, lambda *_: None)
    return reader


def _end_when_asked(asked_to_end: socket.socket, scheduler: BlockingScheduler, duty: Duty) -> None:
    asked_to_end.recv(1)
    duty.stopping.set()
    scheduler.shutdown(wait=True)


def _player(settings: Settings) -> Player | None:
    play = settings.sandbox_play
    if play is None:
        return None
    return Player(play, read_play(play), read_tokens(play), url=settings.own_url)


if __name__ == "__main__":
    sys.exit(main())
