"""Who looked at a patient's diary, by day and role: the patient may ask, and no name is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from config.words import STAFF_ROLES
from diary.domain.days import diary_day
from diary.storage.looks import EXPORT, OPENED, Look, reads_of, shown_of
from diary.storage.tables.patient import Patient

# Each opened page is a row; a page of days comes out of a few hundred of them.
LOOKS_MAX: Final = 500
DAYS_MAX: Final = 60
# Of another clinic in an emergency, of a machine that the clinic keeps, of whoever holds a shared link, and
# of the whole record taken out.
GUEST, MACHINE, LINK, COPY = "guest", "integration", "link", "copy"
READERS: Final = (*STAFF_ROLES, GUEST, MACHINE, LINK, COPY)


@dataclass(frozen=True, slots=True)
class Looked:
    """On this day somebody of each of these looked."""

    day: date
    by: tuple[str, ...]


def who_looked(session: Session, patient: Patient) -> list[Looked]:
    """The days on which somebody looked, newest first."""
    looks = [
        *reads_of(session, patient.id, limit=LOOKS_MAX),
        *shown_of(session, patient.uid, since_at=patient.created_at, limit=LOOKS_MAX),
    ]
    return by_day(looks, ZoneInfo(patient.zone))[:DAYS_MAX]


def clinic_last_looked(session: Session, patient: Patient) -> date | None:
    """The day on which somebody of the clinic last opened this diary; None when nobody has."""
    looks = (look for look in reads_of(session, patient.id, limit=LOOKS_MAX) if look.role is not None)
    newest = next(looks, None)
    return diary_day(newest.at, ZoneInfo(patient.zone)) if newest is not None else None


def by_day(looks: Iterable[Look], zone: ZoneInfo) -> list[Looked]:
    """Each day once, newest first, with who looked in the order of READERS."""
    days: dict[date, set[str]] = {}
    for look in looks:
        days.setdefault(diary_day(look.at, zone), set()).add(reader(look))
    return [
        Looked(day, tuple(one for one in READERS if one in days[day])) for day in sorted(days, reverse=True)
    ]


def reader(look: Look) -> str:
    """One of READERS."""
    if look.action in (OPENED, EXPORT):
        return LINK if look.action == OPENED else COPY
    return look.role or (GUEST if look.actor_kind == "staff" else MACHINE)
