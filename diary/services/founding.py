"""Founds an installation once, whole: its kind, its clinic, its first admin, chairs, a regimen, lead time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.protocol import DEFAULT, Protocol
from config.words import WEEKDAYS
from diary.domain.errors import Refusal
from diary.services.chairs import add_chair
from diary.services.clinics import found_clinic, found_installation
from diary.services.regimens import add_regimen
from diary.services.staff import add_staff
from diary.storage.tables.clinic import Clinic, Installation

# How the first ones are called; the clinic adds others under names of its own.
CHAIR_NAMES: Final = {"bed": "Bed", "chair": "Chair"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """All that a new installation is asked for; the same at the command line and in the browser."""

    kind: str
    name: str
    zone: str
    locale: str
    phone: str
    opening_hours: str
    emergency_text: str
    forecast: str
    admin_email: str
    admin_name: str
    password: str = field(repr=False)
    lead_days: int = DEFAULT.lead_days
    beds: int = 0
    chairs: int = 0
    weekdays: Sequence[str] = WEEKDAYS[:5]
    regimen: Mapping[str, Any] | None = None


def is_founded(session: Session) -> bool:
    """Whether this database was set up: it is, once and for all."""
    return session.scalars(select(Installation.id)).first() is not None


def found(session: Session, founding: Founding, *, clock_at: datetime | None, now: datetime) -> Clinic:
    """Everything in one unit: what is refused leaves nothing behind.

    Args:
        session: in the operator's scope, without a clinic.
        founding: what was asked for.
        clock_at: what time it is in a sandbox at first.
        now: this moment.

    Raises:
        Refusal: already_set_up; password_too_short and the other faults of an account.
    """
    if is_founded(session):
        raise Refusal("already_set_up", "This database is set up already. Sign in instead.")
    moment = clock_at or now
    found_installation(session, kind=founding.kind, clock_at=clock_at, now=now)
    clinic = found_clinic(
        session,
        name=founding.name,
        zone=founding.zone,
        phone=founding.phone,
        opening_hours=founding.opening_hours,
        emergency_text=founding.emergency_text,
        locale=founding.locale,
        forecast_mode=founding.forecast,
        protocol=Protocol(lead_days=founding.lead_days),
        now=moment,
    )
    add_staff(
        session,
        email=founding.admin_email,
        name=founding.admin_name,
        role="admin",
        password=founding.password,
        now=moment,
    )
    for kind, count in (("bed", founding.beds), ("chair", founding.chairs)):
        for number in range(1, count + 1):
            name = f"{CHAIR_NAMES[kind]} {number}"
            add_chair(session, name=name, kind=kind, weekdays=founding.weekdays, now=moment)
    if founding.regimen is not None:
        regimen = {"dose_mg_kg_h": None, "adjuncts": (), **founding.regimen}
        add_regimen(session, **regimen, now=moment)
    return clinic
