"""A process that runs a clinic's nights, and on the way kills or freezes itself.

python -m tests.services.night_to_kill DATABASE_URL CLINIC_ID UNTIL MINUTES_AHEAD KILL_AT FREEZE_AT

It kills itself as it asks for the time the n-th time, and freezes before it judges the n-th shard; 0: never.
"""

import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing.connection import Connection
from typing import Any

from diary.domain.relapse.assess import Assessed, assess
from diary.services.nights import nights_due, run_night
from diary.storage.engine import make_engine


def begin(pipe: Connection, *given: str) -> None:
    """The same in a process that was forked; says "ready" first."""
    pipe.send("ready")
    main(*given)


def main(url: str, clinic_id: str, until: str, ahead: str, kill_at: str, freeze_at: str) -> None:
    """Run every night that is due at `until`, in shards of two."""
    engine = make_engine(url)
    calls, shards = count(1), count(1)

    def wall() -> datetime:
        if next(calls) == int(kill_at):
            os.kill(os.getpid(), signal.SIGKILL)
        return datetime.now(UTC) + timedelta(minutes=int(ahead))

    def judge(*given: Any, **named: Any) -> Assessed:
        if next(shards) == int(freeze_at):
            os.kill(os.getpid(), signal.SIGSTOP)
        return assess(*given, **named)

    for due in nights_due(engine, now=datetime.fromisoformat(until)):
        if due.clinic_id == int(clinic_id):
            run_night(engine, due, now=due.cutoff_at, wall=wall, owner="me", detector=judge, shard_courses=2)


if __name__ == "__main__":
    main(*sys.argv[1:])
