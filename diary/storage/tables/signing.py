"""How staff prove who they are besides a password, the links that open accounts, and sign-ins under way."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from config.words import ACCOUNT_LINK_KINDS, SIGN_IN_STEPS
from diary.storage.base import Base, Owned, belongs_to, one_of, owned


class Authenticator(Owned, Base):
    """An app that shows codes (RFC 6238). Its secret is sealed; no step up to the last one counts again."""

    __tablename__ = "authenticator"
    __table_args__ = owned(belongs_to("staff"), UniqueConstraint("clinic_id", "staff_id"))

    staff_id: Mapped[int]
    sealed_secret: Mapped[str]
    last_step: Mapped[int]
    created_at: Mapped[datetime]


class RecoveryCode(Owned, Base):
    """A code for the day on which the phone is lost: stored as a digest, good once."""

    __tablename__ = "recovery_code"
    __table_args__ = owned(belongs_to("staff"), UniqueConstraint("clinic_id", "staff_id", "code_hash"))

    staff_id: Mapped[int]
    code_hash: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Owned, Base):
    """A key that a phone, a computer or a stick keeps (WebAuthn): here is its public half."""

    __tablename__ = "passkey"
    __table_args__ = owned(belongs_to("staff"), unique=["uid", "credential_id"])

    uid: Mapped[str]
    staff_id: Mapped[int]
    credential_id: Mapped[str]
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    name: Mapped[str]
    synced: Mapped[bool]
    """Kept by a service that copies it to the person's other devices."""
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class OutsideIdentity(Owned, Base):
    """What the organisation's identity provider knows a person by: a digest of its name and of theirs."""

    __tablename__ = "outside_identity"
    __table_args__ = owned(belongs_to("staff"), UniqueConstraint("clinic_id", "staff_id"), unique=["digest"])

    staff_id: Mapped[int]
    digest: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]


class AccountLink(Owned, Base):
    """A link by which a person sets a password: good once, and not for long."""

    __tablename__ = "account_link"
    __table_args__ = owned(belongs_to("staff"), one_of("kind", ACCOUNT_LINK_KINDS), unique=["token_hash"])

    staff_id: Mapped[int]
    kind: Mapped[str]
    token_hash: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When it was used, or another one took its place."""


class SignInStep(Base):
    """Half of a sign-in that waits some minutes for the other half; taken once."""

    __tablename__ = "sign_in_step"
    __table_args__ = (one_of("purpose", SIGN_IN_STEPS),)

    digest: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    facts: Mapped[dict[str, Any]]
    expires_at: Mapped[datetime]
