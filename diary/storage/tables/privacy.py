"""Whose record was erased, and whose may not be: for a while the law can hold what a patient wants gone."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from config.words import ERASURE_EXTENTS
from diary.storage.base import Base, Owned, belongs_to, one_of, owned


class Erasure(Owned, Base):
    """One erasure; while it stands, this patient's entries may be taken out of a table that else only grows.

    It names the patient by the ids of before, and by nothing that a person knows.
    """

    __tablename__ = "erasure"
    __table_args__ = owned(UniqueConstraint("clinic_id", "patient_uid"), one_of("extent", ERASURE_EXTENTS))

    patient_uid: Mapped[str]
    patient_id: Mapped[int]
    extent: Mapped[str]
    at: Mapped[datetime]


class LegalHold(Owned, Base):
    """From when, and why, a patient's record must be kept whatever is asked; ended or not."""

    __tablename__ = "legal_hold"
    __table_args__ = owned(
        belongs_to("patient"),
        Index(
            "uq_legal_hold_standing",
            "clinic_id",
            "patient_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    patient_id: Mapped[int]
    reason: Mapped[str]
    since_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
