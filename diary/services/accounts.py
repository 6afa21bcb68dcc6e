"""Changes accounts: disables a person, sets a password, revokes a machine's key."""

from datetime import datetime

from sqlalchemy.orm import Session

from diary.services import audit, staff
from diary.storage.tables.staff import IntegrationKey, Staff


def disable(session: Session, person: Staff, *, now: datetime) -> None:
    """The person signs in no more, and is signed out everywhere; what they did keeps their name."""
    person.disabled_at = person.disabled_at or now
    staff.end_sessions(session, person, now=now)
    audit.note(session, "staff.disable", now=now, object="staff", object_uid=person.uid)


def set_password(session: Session, person: Staff, password: str, *, now: datetime) -> None:
    """A new password; whoever is signed in with the old one is signed out.

    Raises:
        Refusal: password_too_short; password_too_long.
    """
    person.password_hash = staff.hashed(password)
    staff.end_sessions(session, person, now=now)
    audit.note(session, "staff.password", now=now, object="staff", object_uid=person.uid)


def revoke_key(session: Session, key: IntegrationKey, *, now: datetime) -> None:
    """The key opens nothing from now on."""
    key.revoked_at = key.revoked_at or now
    audit.note(session, "key.revoke", now=now, object="key", object_uid=key.uid)
