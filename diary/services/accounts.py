"""Changes accounts: roles, passwords, who may come in at all; revokes a machine's key."""

from datetime import datetime

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services import audit, staff
from diary.storage.signing import open_links
from diary.storage.staff import hold_admins
from diary.storage.tables.staff import IntegrationKey, Staff, StaffSession


def disable(session: Session, person: Staff, *, now: datetime) -> None:
    """The person signs in no more, and is signed out everywhere; what they did keeps their name.

    Raises:
        Refusal: last_admin.
    """
    keep_an_admin(session, person)
    person.disabled_at = person.disabled_at or now
    for link in open_links(session, person.id):
        link.ended_at = now
    end_sessions(session, person, now=now)
    audit.note(session, "staff.disable", now=now, object="staff", object_uid=person.uid)


def enable(session: Session, person: Staff, *, now: datetime) -> None:
    """The person may come in again, by the password and the second factor that they had."""
    if person.disabled_at is not None:
        person.disabled_at = None
        audit.note(session, "staff.enable", now=now, object="staff", object_uid=person.uid)


def change_role(session: Session, person: Staff, role: str, *, now: datetime) -> None:
    """What the person may do from the next request on; they sign in anew for it.

    Raises:
        Refusal: last_admin.
    """
    if role == person.role:
        return
    keep_an_admin(session, person)
    detail = {"before": person.role, "after": role}
    person.role = role
    end_sessions(session, person, now=now)
    audit.note(session, "staff.role", now=now, object="staff", object_uid=person.uid, detail=detail)


def keep_an_admin(session: Session, person: Staff) -> None:
    """A clinic without an admin could let nobody in again. Holds the admins: no two of them end each other.

    Raises:
        Refusal: last_admin.
    """
    admins = hold_admins(session)
    if any(one.id == person.id for one in admins) and not any(
        one.id != person.id and one.password_hash is not None for one in admins
    ):
        raise Refusal("last_admin", "This is the clinic's last admin. Make somebody else an admin first.")


def set_password(
    session: Session,
    person: Staff,
    password: str,
    *,
    now: datetime,
    pointer: str = "/password",
    but: StaffSession | None = None,
) -> None:
    """A new password; whoever is signed in with the old one is signed out, `but` the session that changes it.

    Raises:
        Refusal: password_too_short; password_too_long; password_common.
    """
    about = (person.email, person.name)
    person.password_hash = staff.hashed(password, about=about, pointer=pointer)
    for link in open_links(session, person.id):
        link.ended_at = now
    end_sessions(session, person, now=now, but=but)
    audit.note(session, "staff.password", now=now, object="staff", object_uid=person.uid)


def end_sessions(session: Session, person: Staff, *, now: datetime, but: StaffSession | None = None) -> None:
    """Sign a person out everywhere: when the password or the role changes, or the account is disabled."""
    ended = [found for found in staff.sessions_of(session, person.id) if but is None or found.id != but.id]
    for found in ended:
        found.ended_at = now
    if ended:
        detail = {"sessions": len(ended)}
        audit.note(session, "session.end_all", now=now, object="staff", object_uid=person.uid, detail=detail)


def revoke_key(session: Session, key: IntegrationKey, *, now: datetime) -> None:
    """The key opens nothing from now on."""
    key.revoked_at = key.revoked_at or now
    audit.note(session, "key.revoke", now=now, object="key", object_uid=key.uid)
