"""Queries about second factors, links into accounts, and sign-ins under way."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from diary.storage.base import table_of
from diary.storage.tables.signing import (
    AccountLink,
    Authenticator,
    OutsideIdentity,
    Passkey,
    RecoveryCode,
    SignInStep,
)
from diary.storage.unit import clinic_of, own


def authenticator_of(session: Session, staff_id: int) -> Authenticator | None:
    """The app that a person's codes come from."""
    return session.scalars(
        own(session, Authenticator).where(Authenticator.staff_id == staff_id)
    ).one_or_none()


def passkeys_of(session: Session, staff_id: int) -> list[Passkey]:
    """A person's passkeys, oldest first."""
    return list(
        session.scalars(own(session, Passkey).where(Passkey.staff_id == staff_id).order_by(Passkey.id))
    )


def passkey_presented(session: Session, credential_id: str) -> Passkey | None:
    """The passkey that signed, before any clinic is known."""
    return session.scalars(select(Passkey).where(Passkey.credential_id == credential_id)).one_or_none()


def passkey_by_uid(session: Session, staff_id: int, uid: str) -> Passkey | None:
    """A passkey of this person."""
    return session.scalars(
        own(session, Passkey).where(Passkey.staff_id == staff_id, Passkey.uid == uid)
    ).one_or_none()


def identity_of(session: Session, staff_id: int) -> OutsideIdentity | None:
    """What the identity provider knows a person by."""
    return session.scalars(
        own(session, OutsideIdentity).where(OutsideIdentity.staff_id == staff_id)
    ).one_or_none()


def identity_presented(session: Session, digest: str) -> OutsideIdentity | None:
    """The identity that the provider vouched for, before any clinic is known."""
    return session.scalars(select(OutsideIdentity).where(OutsideIdentity.digest == digest)).one_or_none()


def unused_recovery_codes(session: Session, staff_id: int) -> list[RecoveryCode]:
    """The codes that a person may still use."""
    return list(
        session.scalars(
            own(session, RecoveryCode).where(
                RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None)
            )
        )
    )


def forget_recovery_codes(session: Session, staff_id: int) -> None:
    """Used or not: none of them is good any more."""
    session.execute(
        delete(RecoveryCode).where(
            RecoveryCode.clinic_id == clinic_of(session), RecoveryCode.staff_id == staff_id
        )
    )


def factors_by_staff(session: Session) -> dict[int, set[str]]:
    """What each person of the clinic has besides a password: words of `desk.words.FACTORS`."""
    found: dict[int, set[str]] = {}
    kinds = {"authenticator": Authenticator, "passkey": Passkey, "provider": OutsideIdentity}
    for word, kind in kinds.items():
        table = table_of(kind)
        for staff_id in session.scalars(
            select(table.c.staff_id).where(table.c.clinic_id == clinic_of(session)).distinct()
        ):
            found.setdefault(staff_id, set()).add(word)
    return found


def link_presented(session: Session, token_hash: str) -> AccountLink | None:
    """The link that was opened, before any clinic is known."""
    return session.scalars(select(AccountLink).where(AccountLink.token_hash == token_hash)).one_or_none()


def open_links(session: Session, staff_id: int | None = None) -> list[AccountLink]:
    """Links of the clinic, or of one person, that were neither used nor replaced."""
    statement = own(session, AccountLink).where(AccountLink.ended_at.is_(None))
    if staff_id is not None:
        statement = statement.where(AccountLink.staff_id == staff_id)
    return list(session.scalars(statement.order_by(AccountLink.id)))


def take_step(session: Session, digest: str) -> SignInStep | None:
    """The step, which is gone with this: of two who take it at once, one gets it."""
    statement = delete(SignInStep).where(SignInStep.digest == digest).returning(SignInStep)
    return session.scalars(statement).one_or_none()


def sweep_steps(session: Session, *, now: datetime, most: int) -> None:
    """Remove some of those that nobody can take any more."""
    old = select(SignInStep.digest).where(SignInStep.expires_at <= now).limit(most)
    session.execute(delete(SignInStep).where(SignInStep.digest.in_(old.with_for_update(skip_locked=True))))


def count_steps(session: Session) -> int:
    """How many sign-ins are under way."""
    return session.scalar(select(func.count()).select_from(SignInStep)) or 0
