"""An alert that nobody takes climbs: to colleagues, to the admins, and onto a banner that stays red."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from diary.domain.telling import RUNGS, Rung, next_digest, rung, worked_ago
from diary.domain.working_days import LOOK_AHEAD_DAYS, WorkingDays
from diary.services import outbox
from diary.services.clinics import local_day
from diary.services.covers import stand_ins
from diary.services.working_days import working_days
from diary.storage.outbox import (
    admins,
    count_untaken,
    escalations_of,
    unheard_alerts,
    untaken_alerts,
)
from diary.storage.protocols import protocol_at, zones_of
from diary.storage.staff import staff_of_clinic
from diary.storage.tables.alert import Alert
from diary.storage.tables.staff import Staff
from diary.storage.unit import clinic_of

RED_FLAG: Final = "red_flag"
TREATING: Final = ("nurse", "physician")


def climb(session: Session, *, now: datetime) -> None:
    """Tell the next ones of every alert that nobody has taken; each once for each rung.

    One whose messages all ended without reaching anybody waits no hours for its next rung.
    """
    climbed_at = _climbed_at(session, now=now)
    unheard = unheard_alerts(session)
    before = max(moments[0] for moments in climbed_at.values())
    untaken = untaken_alerts(session, before=before, or_ids=unheard)
    if not untaken:
        return
    people: dict[Rung, list[Staff]] = {"colleagues": _colleagues(session, now=now), "admins": admins(session)}
    told = escalations_of(session, [alert.id for alert in untaken])
    letters = []
    for alert in untaken:
        position = RUNGS.index(rung(since(alert), climbed_at[alert.kind == RED_FLAG]))
        if alert.id in unheard:
            position = max(position, 1 + max(RUNGS.index(name) for name in RUNGS if _told(alert, name, told)))
        reached = [name for name in people if RUNGS.index(name) <= position]
        letters += [_letter(alert, person, name) for name in reached for person in people[name]]
    outbox.enqueue_new(session, [one for one in letters if one.dedupe_key not in told], now=now)


def red_alerts(session: Session, *, now: datetime) -> int:
    """How many alerts stand red: told to everybody, and taken by nobody."""
    climbed_at = _climbed_at(session, now=now)
    return count_untaken(session, before=climbed_at[False][-1], red_flag_before=climbed_at[True][-1])


def digest_at(session: Session, *, now: datetime) -> datetime:
    """When staff of the clinic are told next of what can wait until the morning."""
    zones = zones_of(session, clinic_of(session))
    days: WorkingDays = working_days(session, local_day(session, now))
    return next_digest(now, zones, days)


def since(alert: Alert) -> datetime:
    """From when on nobody has had it: since it opened, or since it came back unattended."""
    return alert.opened_at if alert.acknowledged_at is None else alert.changed_at


def _climbed_at(session: Session, *, now: datetime) -> dict[bool, list[datetime]]:
    """Before which moments one must have waited for each rung after the first: red flags, and all others."""
    _, protocol = protocol_at(session, now)
    zones = zones_of(session, clinic_of(session))
    days = working_days(session, (now - timedelta(days=LOOK_AHEAD_DAYS)).date())
    step_hours = {True: protocol.climb_red_flag_hours, False: protocol.climb_hours}
    return {
        red: [worked_ago(hours * step, now, zones, days) for step in range(1, len(RUNGS))]
        for red, hours in step_hours.items()
    }


def _colleagues(session: Session, *, now: datetime) -> list[Staff]:
    """Everybody who treats, and is not away; where all are away, all of them."""
    away = stand_ins(session, local_day(session, now))
    treating = [
        person
        for person in staff_of_clinic(session)
        if person.role in TREATING and person.disabled_at is None
    ]
    return [person for person in treating if person.id not in away] or treating


def _letter(alert: Alert, person: Staff, name: Rung) -> outbox.Letter:
    return outbox.Letter(
        "escalation", f"{_rung_key(alert, name)}{person.uid}", staff_id=person.id, alert_id=alert.id
    )


def _told(alert: Alert, name: Rung, told: Collection[str]) -> bool:
    """Whether it has been told so far up already."""
    return name == "told" or any(key.startswith(_rung_key(alert, name)) for key in told)


def _rung_key(alert: Alert, name: Rung) -> str:
    return f"escalation:{alert.uid}:{since(alert).isoformat()}:{name}:"
