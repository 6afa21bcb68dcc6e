"""What a person sees and ends of their own account: second factors, and the sessions that are open."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from config.words import STRONG_WAYS
from diary.domain.errors import Refusal
from diary.services import staff
from diary.services.covers import can_cover
from diary.services.own_week import Week, week_of
from diary.services.staff_wishes import Told, told
from diary.storage.signing import authenticator_of, identity_of, passkeys_of, unused_recovery_codes
from diary.storage.staff import open_sessions, staff_by_id
from diary.storage.tables.signing import Authenticator, OutsideIdentity, Passkey
from diary.storage.tables.staff import Staff, StaffSession


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """A person's account as they see it themselves."""

    person: Staff
    session: StaffSession
    """The one that asks."""
    authenticator: Authenticator | None
    passkeys: list[Passkey]
    identity: OutsideIdentity | None
    """At the organisation's identity provider."""
    recovery_codes_left: int
    other_sessions: list[StaffSession]
    told: Told
    week: Week | None
    """When they work; None for who has no work that could go over."""
    stand_in: str | None
    """Who by name has their work on the other weekdays."""

    @property
    def has_factor(self) -> bool:
        """Whether a password alone is not enough."""
        return self.authenticator is not None or bool(self.passkeys)


def own_account(session: Session, person: Staff, mine: StaffSession, *, now: datetime) -> OwnAccount:
    """The account of the person who is asking, by the session that asks."""
    week = week_of(session, person) if can_cover(person) else None
    stand_in = staff_by_id(session, week.cover_id) if week and week.cover_id is not None else None
    open_now = open_sessions(session, person.id, now=now, idle=staff.SESSION_IDLE)
    return OwnAccount(
        person=person,
        session=mine,
        authenticator=authenticator_of(session, person.id),
        passkeys=passkeys_of(session, person.id),
        identity=identity_of(session, person.id),
        recovery_codes_left=len(unused_recovery_codes(session, person.id)),
        other_sessions=[found for found in open_now if found.id != mine.id],
        told=told(session, person),
        week=week,
        stand_in=stand_in.name if stand_in is not None else None,
    )


def prove(mine: StaffSession, *, way: str = "password_code") -> None:
    """This session has just shown a second factor, or who it is elsewhere: it may go where its role may."""
    if mine.way not in STRONG_WAYS or way == "provider":
        mine.way = way


def end_session(session: Session, person: Staff, uid: str, *, now: datetime) -> None:
    """End one of the person's own sessions; one that has ended already stays so.

    Raises:
        Refusal: not_found.
    """
    for found in staff.sessions_of(session, person.id):
        if found.uid == uid:
            if found.ended_at is None:
                staff.sign_out(session, found, now=now)
            return
    raise Refusal("not_found", "There is no such session of yours.")
