"""What a job computed from a clinic's diaries, kept whole: pages show it with its age."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from config.words import RESULT_KINDS
from diary.storage.base import Base, Owned, one_of, owned


class Result(Owned, Base):
    """The newest of its kind and subject; the next one takes its place."""

    __tablename__ = "result"
    __table_args__ = owned(UniqueConstraint("clinic_id", "kind", "subject"), one_of("kind", RESULT_KINDS))

    kind: Mapped[str]
    subject: Mapped[str]
    """uid of what it is about: the clinic, or a study."""
    night: Mapped[date]
    """It knows diary days up to this one."""
    computed_at: Mapped[datetime]
    found: Mapped[dict[str, Any]]
