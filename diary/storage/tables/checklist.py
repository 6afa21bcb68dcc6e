"""The clinic's own checklist before an infusion, in versions, and what was ticked of it for a booking."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from diary.storage.base import Base, Owned, belongs_to, holds, owned


class ChecklistVersion(Owned, Base):
    """One immutable list of lines; a list without lines ends the checklist."""

    __tablename__ = "checklist_version"
    __table_args__ = owned(UniqueConstraint("clinic_id", "n"))

    n: Mapped[int]
    valid_from_at: Mapped[datetime]
    lines: Mapped[list[Any]]
    """Texts, in the order in which they are shown."""


class ChecklistTick(Owned, Base):
    """One press: a line was ticked for a booking, or the tick was taken back; the newest press counts."""

    __tablename__ = "checklist_tick"
    __table_args__ = owned(
        belongs_to("checklist_version"),
        belongs_to("booking"),
        belongs_to("staff"),
        holds("a_line_of_the_list", "line >= 0"),
        Index("ix_checklist_tick_booking", "booking_id", "id"),
    )

    checklist_version_id: Mapped[int]
    line: Mapped[int] = mapped_column(SmallInteger)
    """Its place in that version, from 0."""
    booking_id: Mapped[int]
    staff_id: Mapped[int]
    at: Mapped[datetime]
    ticked: Mapped[bool]
