"""The table of jobs: each with the work of one tick. What is watched of them stands in config/duties.py."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Final

from jobs import deliver, night, relearn, results, sandbox, seal
from jobs.duty import Duty


@dataclass(frozen=True, slots=True)
class Job:
    """What runs when nobody asks."""

    name: str
    run: Callable[[Duty], None]
    tick_max_s: float = inf
    """It looks this often, however seldom the settings let the others look."""
    beside: bool = False
    """In a thread of its own, since it may not wait for a night, and just as often as it says."""


JOBS: Final = (
    Job("night", night.run),
    Job("relearn", relearn.run),
    Job("results", results.run),
    # Somebody who moved the clock waits in front of a page.
    # A red flag is told at once, also while a long night runs.
    Job("deliver", deliver.run, tick_max_s=5.0, beside=True),
    Job("sandbox", sandbox.run, tick_max_s=1.0),
    # An audit row is sealed within a minute, also while a night is run.
    Job("seal", seal.run, tick_max_s=20.0, beside=True),
)
