"""How long the most delayed clinic has been waiting for a night that is due."""

from datetime import datetime

from sqlalchemy.orm import Session

from diary.domain.days import night_due
from diary.services.sandbox import now_in
from diary.storage.nights import next_nights
from diary.storage.protocols import zones_of


def oldest_open_night(session: Session, *, wall_now: datetime) -> float:
    """Hours since the earliest due instant of a night not yet finished, over all clinics; 0 when none is due.

    Runs in the system's scope. A complete night is at most 24 hours old when the next one falls due.
    """
    now = now_in(session, wall_now)
    waits = [
        now - night_due(upcoming.night, zones_of(session, upcoming.clinic_id))
        for upcoming in next_nights(session)
    ]
    seconds = max((wait.total_seconds() for wait in waits), default=0.0)
    return round(max(0.0, seconds) / 3600, 1)
