"""Records that somebody who treats in another clinic opened in an emergency."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from diary.storage.base import Base, Owned, belongs_to, holds, owned


class EmergencyAccess(Owned, Base):
    """One opening of a record of this clinic; `guest` says by whom, in which role, of which clinic."""

    __tablename__ = "emergency_access"
    __table_args__ = owned(
        belongs_to("patient"),
        ForeignKeyConstraint(["guest_clinic_id"], ["clinic.id"]),
        holds("ends_after_it_starts", "ends_at > opened_at"),
        Index("ix_emergency_access_patient", "patient_id"),
        unique=["uid"],
    )

    uid: Mapped[str]
    patient_id: Mapped[int]
    guest_clinic_id: Mapped[int]
    guest_staff_id: Mapped[int]
    guest: Mapped[str]
    reason: Mapped[str]
    opened_at: Mapped[datetime]
    ends_at: Mapped[datetime]
