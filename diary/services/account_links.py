"""Links by which a person sets their own password: an invitation, or a reset by the clinic's admin."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services import accounts, audit, staff
from diary.services.clinics import the_clinic
from diary.services.second_factor import has_second_factor
from diary.services.secrets import new_token, token_digest
from diary.storage.signing import link_presented, open_links
from diary.storage.staff import hold_staff
from diary.storage.tables.signing import AccountLink
from diary.storage.tables.staff import Staff
from diary.storage.unit import Scope, clinic_of, enter, present, scope_of

# An invitation may lie over a weekend; who waits for a reset sits at the desk.
LINK_LIFE: Final[Mapping[str, timedelta]] = {
    "invitation": timedelta(hours=72),
    "reset": timedelta(hours=24),
}
PREFIX: Final = "al_"


@dataclass(frozen=True, slots=True)
class Link:
    """A new link; its token is shown this once."""

    token: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """What whoever opened a link may read before they use it."""

    clinic: str
    name: str
    email: str
    kind: str


def invite(session: Session, *, email: str, name: str, role: str, now: datetime) -> tuple[Staff, Link]:
    """An account without a password yet, and the link by which its person sets one.

    Raises:
        Refusal: email_taken.
    """
    person = staff.add_staff(session, email=email, name=name, role=role, password=None, now=now)
    return person, make_link(session, person, "invitation", now=now)


def make_link(session: Session, person: Staff, kind: str, *, now: datetime) -> Link:
    """A link for this person; an earlier one opens nothing any more.

    Raises:
        Refusal: account_disabled.
    """
    if hold_staff(session, person.id).disabled_at is not None:
        raise Refusal("account_disabled", "This account has ended. Enable it first.")
    end_links(session, person, now=now)
    token = new_token(PREFIX)
    ends_at = now + LINK_LIFE[kind]
    session.add(
        AccountLink(
            clinic_id=clinic_of(session),
            staff_id=person.id,
            kind=kind,
            token_hash=token_digest(token),
            created_at=now,
            expires_at=ends_at,
        )
    )
    audit.note(session, f"staff.{kind}", now=now, object="staff", object_uid=person.uid)
    return Link(token, ends_at)


def end_links(session: Session, person: Staff, *, now: datetime) -> None:
    """No link of this person opens anything any more."""
    for link in open_links(session, person.id):
        link.ended_at = now


def look_at_link(session: Session, token: str, *, now: datetime) -> Opened:
    """What the link is for, without using it up; in a unit that has entered no clinic.

    Raises:
        Refusal: link_ended.
    """
    link, person = _opened(session, token_digest(token), now=now)
    return Opened(the_clinic(session).name, person.name, person.email, link.kind)


def use_link(session: Session, token: str, password: str, *, now: datetime) -> Staff:
    """Set the person's password. The link, and every session of theirs, ends; a second factor stays.

    Raises:
        Refusal: link_ended; password_too_short; password_too_long; password_common.
    """
    _, person = _opened(session, token_digest(token), now=now)
    accounts.set_password(session, person, password, now=now)
    return person


def accept_invitation(session: Session, digest: str, *, now: datetime) -> Staff:
    """Whom an invitation, known by its token's digest, is for; it opens nothing any more.

    Where there is a password or a second factor it is a reset: an identity linked by it leads past them.

    Raises:
        Refusal: link_ended.
    """
    link, person = _opened(session, digest, now=now)
    has_another_way = person.password_hash is not None or has_second_factor(session, person.id)
    if link.kind != "invitation" or has_another_way:
        raise _ended()
    end_links(session, person, now=now)
    return person


def _opened(session: Session, digest: str, *, now: datetime) -> tuple[AccountLink, Staff]:
    """The link and its person, whose account is held: of two who use one link at once, one does."""
    present(session, digest)
    found = link_presented(session, digest)
    if found is not None:
        request_id = scope_of(session).request_id
        enter(session, Scope(found.clinic_id, "staff", found.staff_id, None, request_id))
        person = hold_staff(session, found.staff_id)
        session.refresh(found)
        if found.ended_at is None and now < found.expires_at and person.disabled_at is None:
            return found, person
    raise _ended()


def _ended() -> Refusal:
    return Refusal(
        "link_ended", "This link was used, has ended, or another one took its place. Ask your admin."
    )
