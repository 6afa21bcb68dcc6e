"""Whether what was told of coming weeks came, from the findings that the nights kept."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from diary.domain.demand import WEEK
from diary.domain.demand_record import KEPT_WITHIN, TOLD_BEFORE, DemandRecord, record_of, weeks_held
from diary.services.clinics import local_day
from diary.storage.protocols import foresight_at
from diary.storage.told_and_came import came_of, courses_told, infusion_days_of, kept_of

# Half a year of weeks that are over, and for which the rule has had time to confirm.
LOOKED_AT: Final = 26
SETTLED: Final = 3 * WEEK


def demand_record(session: Session, *, now: datetime) -> DemandRecord | None:
    """Of the weeks that are settled; None where the forecast is in the shadow."""
    if not foresight_at(session, now).shown:
        return None
    today = local_day(session, now)
    this_monday = today - timedelta(days=today.weekday())
    mondays = [this_monday - SETTLED - week * WEEK for week in range(LOOKED_AT)]
    since = mondays[-1] - TOLD_BEFORE - KEPT_WITHIN
    course_ids = courses_told(session, since=since)
    return record_of(
        weeks_held(
            kept_of(session, course_ids, since=since),
            came_of(session, course_ids),
            infusion_days_of(session, course_ids),
            mondays=mondays,
        )
    )
