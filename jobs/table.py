"""The table of jobs: each with the work of one tick, and where its last success can be read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import inf
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
    tick_max_s: float = inf
    """It looks this often, however seldom the settings let the others look."""


JOBS: Final = (
    Job("night", night.run, night.last_success),
    # Somebody who moved the clock waits in front of a page.
    Job("sandbox", sandbox.run, sandbox.last_success, tick_max_s=1.0),
)
