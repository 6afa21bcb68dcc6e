"""Computes durability and the figures of studies, once a week and clinic, for the desk to show.

The night goes first, as before `relearn`: this ends as soon as a night falls due, and goes on at a later
tick. A clinic that fails holds up no other, and is tried again at each tick.
"""

import logging

from diary.services.results import find, results_due
from diary.services.sandbox import now_in
from diary.storage.unit import SYSTEM, unit
from jobs.duty import Duty
from jobs.free_time import until_next_night

log = logging.getLogger(__name__)


class ResultsFailed(Exception):
    """The figures of some clinics could not be computed."""


def run(duty: Duty) -> None:
    """Compute what is due.

    Raises:
        ResultsFailed: some could not be computed; the others were.
    """
    with unit(duty.engine, SYSTEM, write=False) as session:
        now = now_in(session, duty.wall())
    began_at, failed = duty.wall(), 0
    due = results_due(duty.engine)
    free = until_next_night(duty, now) if due else None
    for one in due:
        if free is not None and duty.wall() - began_at >= free:
            break
        try:
            find(duty.engine, one, now=now)
        except Exception:
            log.exception("results failed", extra={"clinic_id": one.clinic_id})
            failed += 1
            continue
        log.info("results kept", extra={"clinic_id": one.clinic_id, "night": one.night.isoformat()})
    if failed:
        raise ResultsFailed(f"{failed} of them")
