"""An alert that nobody takes climbs: to colleagues, to the admins, and onto a banner that stays red."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from config.protocol import Protocol
from diary.domain.telling import RUNGS, Rung, next_digest, rung, working_time
from diary.domain.working_days import WorkingDays
from diary.services import outbox
from diary.services.clinics import local_day
from diary.services.covers import stand_ins
from diary.services.working_days import working_days
from diary.storage.outbox import admins, untaken_alerts
from diary.storage.protocols import protocol_at, zones_of
from diary.storage.staff import staff_of_clinic
from diary.storage.tables.alert import Alert
from diary.storage.tables.staff import Staff
from diary.storage.unit import clinic_of

TREATING: Final = ("nurse", "physician")


@dataclass(frozen=True, slots=True)
class Untaken:
    """An alert that nobody has taken, and how far it has climbed."""

    alert: Alert
    rung: Rung


def untaken(session: Session, *, now: datetime) -> list[Untaken]:
    """Every open alert of the clinic with its rung, oldest first."""
    alerts = untaken_alerts(session)
    if not alerts:
        return []
    zones = zones_of(session, clinic_of(session))
    days = working_days(session, local_day(session, alerts[0].opened_at))
    _, protocol = protocol_at(session, now)
    found = []
    for alert in alerts:
        waited = working_time(since(alert), now, zones, days)
        found.append(Untaken(alert, rung(waited, step_hours=_step_hours(alert, protocol))))
    return found


def climb(session: Session, *, now: datetime) -> int:
    """Tell the next ones of every alert that nobody has taken; each once for each rung. How many are red."""
    red = 0
    for one in untaken(session, now=now):
        position = RUNGS.index(one.rung)
        if position >= RUNGS.index("colleagues"):
            for person in _colleagues(session, now=now):
                _tell(session, one.alert, person, "colleagues", now=now)
        if position >= RUNGS.index("admins"):
            for person in admins(session):
                _tell(session, one.alert, person, "admins", now=now)
        red += one.rung == "banner"
    return red


def red_alerts(session: Session, *, now: datetime) -> int:
    """How many alerts stand red: told to everybody, and taken by nobody."""
    return sum(one.rung == "banner" for one in untaken(session, now=now))


def digest_at(session: Session, *, now: datetime) -> datetime:
    """When staff of the clinic are told next of what can wait until the morning."""
    zones = zones_of(session, clinic_of(session))
    days: WorkingDays = working_days(session, local_day(session, now))
    return next_digest(now, zones, days)


def since(alert: Alert) -> datetime:
    """From when on nobody has had it: since it opened, or since it came back unattended."""
    return alert.opened_at if alert.acknowledged_at is None else alert.changed_at


def _step_hours(alert: Alert, protocol: Protocol) -> int:
    return protocol.climb_red_flag_hours if alert.kind == "red_flag" else protocol.climb_hours


def _colleagues(session: Session, *, now: datetime) -> list[Staff]:
    """Everybody who treats, and is not away."""
    away = stand_ins(session, local_day(session, now))
    return [
        person
        for person in staff_of_clinic(session)
        if person.role in TREATING and person.disabled_at is None and person.id not in away
    ]


def _tell(session: Session, alert: Alert, person: Staff, name: Rung, *, now: datetime) -> None:
    key = f"escalation:{alert.uid}:{since(alert).isoformat()}:{name}:{person.uid}"
    outbox.enqueue(session, outbox.Letter("escalation", key, staff_id=person.id, alert_id=alert.id), now=now)
