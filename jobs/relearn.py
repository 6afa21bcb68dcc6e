"""Looks at the forecasts of the weeks that are over: learns, scores what waits in the shadow, switches off.

The night goes first: both run in one thread, so this ends as soon as a night falls due, and goes on at a
later tick. A clinic whose week fails holds up no other, and is tried again at each tick.
"""

import logging
from datetime import datetime

from diary.services.forecast_weeks import run_week, weeks_due
from diary.services.sandbox import now_in
from diary.storage.unit import SYSTEM, unit
from jobs.duty import Duty
from jobs.free_time import until_next_night

log = logging.getLogger(__name__)


class WeeksFailed(Exception):
    """The weeks of some clinics could not be looked at."""


def run(duty: Duty) -> None:
    """Look at every week that is over by now.

    Raises:
        WeeksFailed: some could not be looked at; the others were.
    """
    with unit(duty.engine, SYSTEM, write=False) as session:
        now = now_in(session, duty.wall())
    failed = run_until(duty, now)
    if failed:
        raise WeeksFailed(f"{failed} of them")


def run_until(duty: Duty, now: datetime) -> int:
    """Look at every week that is over at `now`, until the next night falls due; how many failed."""
    began_at, failed = duty.wall(), 0
    weeks = weeks_due(duty.engine)
    if not weeks:
        return 0
    free = until_next_night(duty, now)
    for week in weeks:
        if duty.wall() - began_at >= free:
            break
        try:
            done = run_week(duty.engine, week, now=now)
        except Exception:
            log.exception("week failed", extra={"clinic_id": week.clinic_id})
            failed += 1
            continue
        if done is not None:
            log.info(
                "week done",
                extra={"clinic_id": week.clinic_id, "night": week.night.isoformat(), "code": done},
            )
    return failed
