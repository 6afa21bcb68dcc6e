"""Queries about staff, their sessions, and integration keys."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from diary.storage.base import table_of
from diary.storage.prepared import Prepared
from diary.storage.tables.staff import IntegrationKey, Staff, StaffSession
from diary.storage.unit import clinic_of, held, own

_STAFF: Final = table_of(Staff).c
_NAMES: Final = Prepared(
    select(_STAFF.id, _STAFF.uid, _STAFF.name)
    .where(_STAFF.clinic_id == bindparam("clinic_id"))
    .order_by(_STAFF.name)
)


def staff_presented(session: Session, email: str) -> Staff | None:
    """The person who gave this sign-in name, before any clinic is known."""
    return session.scalars(select(Staff).where(Staff.email == email)).one_or_none()


def session_presented(session: Session, token_hash: str) -> StaffSession | None:
    """The session whose token was presented, before any clinic is known."""
    return session.scalars(select(StaffSession).where(StaffSession.token_hash == token_hash)).one_or_none()


def open_sessions(session: Session, staff_id: int, *, now: datetime, idle: timedelta) -> list[StaffSession]:
    """A person's sessions that are neither ended nor too old nor idle for so long, newest first."""
    statement = own(session, StaffSession).where(
        StaffSession.staff_id == staff_id,
        StaffSession.ended_at.is_(None),
        StaffSession.expires_at > now,
        StaffSession.last_seen_at > now - idle,
    )
    return list(session.scalars(statement.order_by(StaffSession.id.desc())))


def key_presented(session: Session, secret_hash: str) -> IntegrationKey | None:
    """The integration key that was presented, before any clinic is known."""
    return session.scalars(
        select(IntegrationKey).where(IntegrationKey.secret_hash == secret_hash)
    ).one_or_none()


def key_by_uid(session: Session, uid: str) -> IntegrationKey | None:
    """A key of this clinic."""
    return session.scalars(own(session, IntegrationKey).where(IntegrationKey.uid == uid)).one_or_none()


def staff_by_id(session: Session, staff_id: int) -> Staff:
    """A person of this clinic whose id another row holds."""
    return session.scalars(own(session, Staff).where(Staff.id == staff_id)).one()


def hold_staff(session: Session, staff_id: int) -> Staff:
    """The account, which nobody else changes, or signs in with, until the unit ends."""
    return session.scalars(held(own(session, Staff).where(Staff.id == staff_id))).one()


def hold_admins(session: Session) -> list[Staff]:
    """The clinic's admins who may come in, none of whom anybody else changes until the unit ends."""
    statement = own(session, Staff).where(Staff.role == "admin", Staff.disabled_at.is_(None))
    return list(session.scalars(held(statement.order_by(Staff.id))))


def staff_by_uid(session: Session, uid: str) -> Staff | None:
    """A person of this clinic."""
    return session.scalars(own(session, Staff).where(Staff.uid == uid)).one_or_none()


def ids_by_email(session: Session, emails: Collection[str]) -> dict[str, int]:
    """Whose addresses these are."""
    ours = own(session, Staff).with_only_columns(Staff.email, Staff.id).where(Staff.email.in_(emails))
    return {row.email: row.id for row in session.execute(ours)}


def staff_of_clinic(session: Session) -> list[Staff]:
    """Everyone with an account here, by name."""
    return list(session.scalars(own(session, Staff).order_by(Staff.name)))


def names_of_clinic(session: Session) -> list[tuple[int, str, str]]:
    """Id, uid and name of everyone with an account here, by name."""
    return [(row[0], row[1], row[2]) for row in _NAMES.rows(session, clinic_id=clinic_of(session))]


def keys_of_clinic(session: Session) -> list[IntegrationKey]:
    """Every key of other programs, revoked ones too, in the order in which they were made."""
    return list(session.scalars(own(session, IntegrationKey).order_by(IntegrationKey.id)))
