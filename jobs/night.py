"""Runs the nights that are due; a sandbox's by its own clock."""

import logging
from datetime import datetime

from diary.services.nights import run_due
from diary.services.sandbox import now_in
from diary.storage.unit import SYSTEM, unit
from jobs.duty import Duty

log = logging.getLogger(__name__)


def run(duty: Duty) -> None:
    """Run every night that is due by now."""
    with unit(duty.engine, SYSTEM, write=False) as session:
        now = now_in(session, duty.wall())
    run_until(duty, now)


def run_until(duty: Duty, now: datetime) -> None:
    """Run every night that is due at `now`, oldest first, and log each."""
    finished = run_due(duty.engine, now=now, wall=duty.wall, owner=duty.owner, spread=duty.spread)
    for due, counts in finished:
        log.info(
            "night done",
            extra={
                "clinic_id": due.clinic_id,
                "night": due.night.isoformat(),
                "seen": counts.seen,
                "judged": counts.judged,
                "silent": counts.silent,
                "failed": counts.failed,
                "late_s": int((now - due.cutoff_at).total_seconds()),
            },
        )
