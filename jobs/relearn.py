"""Looks at the forecasts of the weeks that are over: learns, scores what waits in the shadow, switches off.

The night goes first: both run in one thread, so this ends as soon as a night falls due, and goes on at a
later tick. A clinic whose week fails holds up no other, and is tried again at each tick.
"""

import logging
from datetime import datetime, timedelta

from diary.domain.days import night_due
from diary.services.forecast_weeks import run_week, weeks_due
from diary.services.sandbox import now_in
from diary.storage.nights import next_nights
from diary.storage.protocols import zones_by_clinic
from diary.storage.unit import SYSTEM, unit
from jobs.duty import Duty

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
    free = _until_next_night(duty, now)
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


def _until_next_night(duty: Duty, now: datetime) -> timedelta:
    """How long until a night falls due. One that is due already has failed, or is another's: nobody waits."""
    with unit(duty.engine, SYSTEM, write=False) as session:
        zones = zones_by_clinic(session)
        ahead = [night_due(one.night, zones[one.clinic_id]) - now for one in next_nights(session)]
    return min((wait for wait in ahead if wait > timedelta(0)), default=timedelta.max)
