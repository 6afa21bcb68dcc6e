"""What every job is given: the database, the real clock, its name in the ledger, and when to stop."""

import os
import secrets
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event

from sqlalchemy import Engine

from config.settings import Settings
from diary.services.night_work import Spread
from jobs.player import Player
from jobs.ways import Post


class Stopped(BaseException):
    """The process was asked to end; what is written is whole, the rest waits for the next start.

    No failure, as KeyboardInterrupt is none: what catches an Exception and goes on must not catch this one.
    """


def real_time() -> datetime:
    """This moment."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Duty:
    """The ground that a job stands on."""

    engine: Engine
    settings: Settings
    post: Post
    """Takes messages away."""
    player: Player | None = None
    spread: Spread | None = None
    """Where nights are worked on; here, when None."""
    stopping: Event = field(default_factory=Event)
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}")

    def wall(self) -> datetime:
        """This moment. A night asks before it writes each shard: there it ends, when the process shall end.

        Raises:
            Stopped: the process was asked to end.
        """
        if self.stopping.is_set():
            raise Stopped
        return real_time()
