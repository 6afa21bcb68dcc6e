"""Moves the sandbox clock to where people asked it to go, stopping at every moment that matters.

At each stop, the nights that are due by then are run first, and after a Sunday's night its week is looked at;
then the clock is put there; then the simulated people of the play send what they send at that moment. So
whoever reads the clock finds every night before it done, and each entry is received on its own simulated day.
"""

from collections.abc import Iterable
from datetime import datetime

from diary.domain.days import night_due
from diary.services.nights import nights_due
from diary.services.sandbox import installation, move_clock
from diary.storage.nights import next_nights
from diary.storage.outbox import next_due_at
from diary.storage.protocols import zones_by_clinic
from diary.storage.reminders import next_reminder_at
from diary.storage.unit import SYSTEM, unit
from jobs import deliver, night, relearn
from jobs.duty import Duty


def run(duty: Duty) -> None:
    """Go from stop to stop until the clock stands where it was asked to."""
    while not duty.stopping.is_set():
        stop_at = _next_stop(duty)
        if stop_at is None:
            return
        night.run_until(duty, stop_at)
        if nights_due(duty.engine, now=stop_at):
            return  # another process holds a night: the clock waits for it, and the next tick looks again
        relearn.run_until(duty, stop_at)
        with unit(duty.engine, SYSTEM, write=True) as session:
            moved = move_clock(session, to=stop_at)
        deliver.run_until(duty, stop_at)
        if moved and duty.player is not None:
            duty.player.perform(stop_at, stopping=duty.stopping)


def next_stop(
    clock_at: datetime, target_at: datetime, *, nights_at: Iterable[datetime], cue_at: datetime | None
) -> datetime:
    """The next moment at which there is something to do, which may be the present one; at last the target.

    >>> from datetime import UTC, timedelta
    >>> noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    >>> hours = [noon + timedelta(hours=n) for n in range(48)]
    >>> next_stop(noon, hours[24], nights_at=[hours[14]], cue_at=hours[9]) == hours[9]
    True
    """
    ahead = [moment for moment in nights_at if moment > clock_at]
    if cue_at is not None:
        ahead.append(cue_at)
    return max(clock_at, min([*ahead, target_at]))


def _next_stop(duty: Duty) -> datetime | None:
    """Where to go next; None when the clock stands, or is none of ours."""
    with unit(duty.engine, SYSTEM, write=False) as session:
        found = installation(session)
        if found.clock_at is None or found.target_at is None:
            return None
        zones = zones_by_clinic(session)
        nights_at = [night_due(one.night, zones[one.clinic_id]) for one in next_nights(session)]
        nights_at += [at for at in (next_due_at(session), next_reminder_at(session)) if at is not None]
        cue_at = duty.player.next_cue_at if duty.player is not None else None
        return next_stop(found.clock_at, found.target_at, nights_at=nights_at, cue_at=cue_at)
