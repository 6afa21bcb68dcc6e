"""What the watchdog reads and remembers: when each job last succeeded, and what the operator was told."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from diary.storage.base import Base


class JobBeat(Base):
    """When a job last succeeded and last failed, by the real clock; `/readyz` does so for the web."""

    __tablename__ = "job_beat"

    job: Mapped[str] = mapped_column(primary_key=True)
    ok_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    failure: Mapped[str | None]
    """The kind of the last failure, such as OperationalError; its words might quote a patient."""


class Incident(Base):
    """Something that is wrong now, and when the operator was told of it."""

    __tablename__ = "incident"

    key: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    began_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
