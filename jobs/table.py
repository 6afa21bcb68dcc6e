"""The table of jobs: each with the work of one tick, and where its last success can be read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from jobs import night, sandbox
from jobs.duty import Duty


@dataclass(frozen=True, slots=True)
class Job:
    """What runs when nobody asks."""

    name: str
    run: Callable[[Duty], None]
    last_success: Callable[[Session], datetime | None]
    """From the database, so that another process can tell that this one has stopped working."""


JOBS: Final = (
    Job("night", night.run, night.last_success),
    Job("sandbox", sandbox.run, sandbox.last_success),
)
