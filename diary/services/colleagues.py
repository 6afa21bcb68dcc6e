"""What a clinic's admin sees of its accounts: who may come in, how, and when they were last here."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from diary.services.staff import SESSION_IDLE
from diary.storage.base import table_of
from diary.storage.signing import factors_by_staff, open_links
from diary.storage.staff import open_sessions, staff_of_clinic
from diary.storage.tables.staff import Staff, StaffSession
from diary.storage.unit import clinic_of


@dataclass(frozen=True, slots=True)
class Colleague:
    """One account of the clinic."""

    person: Staff
    factors: frozenset[str]
    """Of "authenticator", "passkey" and "provider"."""
    last_seen_at: datetime | None
    link_ends_at: datetime | None
    """Until when an invitation or a reset can be used, where one waits."""
    open_sessions: int = 0
    """Counted for one account alone."""

    @property
    def state(self) -> str:
        """Ended, invited (and has no way in yet), or active."""
        if self.person.disabled_at is not None:
            return "ended"
        return "invited" if self.person.password_hash is None and not self.factors else "active"

    @property
    def has_second_factor(self) -> bool:
        """Whether there is one to lose."""
        return bool(self.factors - {"provider"})


def colleagues(session: Session, *, now: datetime) -> list[Colleague]:
    """Everyone with an account here, by name; those that have ended last."""
    factors, seen, waits = factors_by_staff(session), _last_seen(session), _links(session, now=now)
    found = [
        Colleague(one, frozenset(factors.get(one.id, ())), seen.get(one.id), waits.get(one.id))
        for one in staff_of_clinic(session)
    ]
    return sorted(found, key=lambda one: one.state == "ended")


def colleague(session: Session, person: Staff, *, now: datetime) -> Colleague:
    """One account, with its open sessions counted."""
    factors = factors_by_staff(session).get(person.id, set())
    return Colleague(
        person,
        frozenset(factors),
        _last_seen(session).get(person.id),
        _links(session, now=now).get(person.id),
        open_sessions=len(open_sessions(session, person.id, now=now, idle=SESSION_IDLE)),
    )


def _last_seen(session: Session) -> dict[int, datetime]:
    table = table_of(StaffSession)
    statement = (
        select(table.c.staff_id, func.max(table.c.last_seen_at))
        .where(table.c.clinic_id == clinic_of(session))
        .group_by(table.c.staff_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def _links(session: Session, *, now: datetime) -> dict[int, datetime]:
    return {link.staff_id: link.expires_at for link in open_links(session) if link.expires_at > now}
