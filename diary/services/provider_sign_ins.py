"""Signing in by the organisation's identity provider: asked, taken back once, linked to an account we know.

The provider says who somebody is. Whether they have an account, and in which role, is said here: by an
invitation, or by a person who is signed in.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services import audit
from diary.services.accounts import end_sessions
from diary.services.secrets import token_digest
from diary.services.sign_in_steps import begin_step, finish_step
from diary.services.sign_ins import person_of
from diary.services.staff import SignedIn, act_as, open_session
from diary.storage.signing import identity_of, identity_presented, passkeys_of
from diary.storage.staff import hold_staff
from diary.storage.tables.signing import OutsideIdentity
from diary.storage.tables.staff import Staff, StaffSession
from diary.storage.unit import clinic_of, present


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on its way: `token` stays in the browser that asked, `state` goes round and comes back."""

    token: str
    state: str
    nonce: str
    verifier: str


def ask(session: Session, facts: Mapping[str, Any], *, now: datetime) -> Asked:
    """Begin; `facts` says what the answer is for."""
    nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    step = begin_step(session, "provider", {**facts, "nonce": nonce, "verifier": verifier}, now=now)
    return Asked(step.token, _state_of(step.token), nonce, verifier)


def take_back(session: Session, token: str, state: str, *, now: datetime) -> dict[str, Any]:
    """What this browser asked for, once: a link that somebody else's browser began opens nothing in this one.

    Raises:
        Refusal: sign_in_again.
    """
    if not hmac.compare_digest(_state_of(token).encode(), state.encode()):
        raise Refusal("sign_in_again", "This sign-in was not begun in this browser. Start again.")
    return finish_step(session, token, "provider", now=now)


def sign_in(session: Session, identity: str, *, now: datetime, client: str | None) -> SignedIn:
    """A session of whom this identity is linked to, in a unit that has entered no clinic.

    Raises:
        Refusal: provider_unknown; sign_in_failed.
    """
    present(session, identity)
    found = identity_presented(session, identity)
    if found is None:
        raise Refusal(
            "provider_unknown",
            "Nobody here is linked to this sign-in. Open your invitation, or sign in otherwise and link it "
            "under My account.",
        )
    person = person_of(session, {"clinic": found.clinic_id, "staff": found.staff_id})
    act_as(session, person)
    session.refresh(found)
    found.last_used_at = now
    return open_session(session, person, now=now, way="provider", client=client)


def link(session: Session, person: Staff, identity: str, *, now: datetime) -> None:
    """From now on this identity is this person; the one that they had before opens nothing any more.

    Raises:
        Refusal: identity_taken.
    """
    hold_staff(session, person.id)
    present(session, identity)
    found = identity_presented(session, identity)
    if found is not None:
        if found.staff_id == person.id:
            return
        raise Refusal("identity_taken", "This sign-in is linked to another account already.")
    _forget(session, person)
    facts = {"clinic_id": clinic_of(session), "staff_id": person.id, "digest": identity}
    session.add(OutsideIdentity(**facts, created_at=now, last_used_at=now))
    session.flush()
    audit.note(session, "staff.provider", now=now, object="staff", object_uid=person.uid)


def unlink(session: Session, person: Staff, *, now: datetime, but: StaffSession | None = None) -> None:
    """The provider signs this person in no more; every session of theirs ends, `but` the one that asks."""
    if _forget(session, person):
        audit.note(session, "staff.provider_remove", now=now, object="staff", object_uid=person.uid)
        end_sessions(session, person, now=now, but=but)


def unlink_own(session: Session, person: Staff, mine: StaffSession, *, now: datetime) -> None:
    """The same, for whoever has another way in.

    Raises:
        Refusal: last_way.
    """
    if person.password_hash is None and not passkeys_of(session, person.id):
        raise Refusal("last_way", "This is your only way in. Add a passkey first.")
    unlink(session, person, now=now, but=mine)


def _forget(session: Session, person: Staff) -> bool:
    known = identity_of(session, person.id)
    if known is None:
        return False
    session.delete(known)
    session.flush()
    return True


def _state_of(token: str) -> str:
    return token_digest(f"state:{token}")
