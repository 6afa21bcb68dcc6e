"""How long a job that can wait has: until the next night falls due."""

from datetime import datetime, timedelta

from diary.domain.days import night_due
from diary.storage.nights import next_nights
from diary.storage.protocols import zones_by_clinic
from diary.storage.unit import SYSTEM, unit
from jobs.duty import Duty


def until_next_night(duty: Duty, now: datetime) -> timedelta:
    """How long until a night falls due. One that is due already has failed, or is another's: nobody waits."""
    with unit(duty.engine, SYSTEM, write=False) as session:
        zones = zones_by_clinic(session)
        ahead = [night_due(one.night, zones[one.clinic_id]) - now for one in next_nights(session)]
    return min((wait for wait in ahead if wait > timedelta(0)), default=timedelta.max)
