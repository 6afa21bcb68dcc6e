"""Who did what, when, why: written in the transaction it tells of; chained per clinic afterwards."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from config.words import ACTORS
from diary.storage.base import Base, Owned, one_of, owned


class Audit(Owned, Base):
    """One act or one read. Pseudonyms and digests only; `position` and `digest` are the sealer's."""

    __tablename__ = "audit"
    __table_args__ = owned(
        one_of("actor_kind", ACTORS),
        UniqueConstraint("clinic_id", "position"),
        Index("ix_audit_object", "clinic_id", "object", "object_uid"),
        Index("ix_audit_patient", "clinic_id", "patient_id", "id"),
        Index("ix_audit_at", "clinic_id", "at"),
        Index(
            "ix_audit_unsealed",
            "clinic_id",
            "id",
            sqlite_where=text("position IS NULL"),
            postgresql_where=text("position IS NULL"),
        ),
    )

    at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    action: Mapped[str]
    object: Mapped[str]
    object_uid: Mapped[str | None]
    patient_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]]
    request_id: Mapped[str | None]
    origin: Mapped[str | None]
    """From where: the route, and of staff and machines the network address."""
    position: Mapped[int | None]
    digest: Mapped[str | None]


class AuditHead(Owned, Base):
    """Where a clinic's chain ends: rows taken off its end show, too."""

    __tablename__ = "audit_head"
    __table_args__ = owned(unique=["clinic_id"])

    position: Mapped[int]
    digest: Mapped[str]
    sealed_at: Mapped[datetime]
