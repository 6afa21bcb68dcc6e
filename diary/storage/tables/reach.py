"""Where people and programs can be reached: phones that take notes, when, and addresses that take events."""

from datetime import date, datetime

from sqlalchemy import Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from config.words import REMINDER_STEPS, WEBHOOK_ENDINGS
from diary.storage.base import Base, Owned, belongs_to, holds, one_of, owned


class PushSubscription(Owned, Base):
    """One browser of a patient that agreed to be sent notes; kept after its end, to say why none arrive."""

    __tablename__ = "push_subscription"
    __table_args__ = owned(
        belongs_to("patient"),
        belongs_to("device"),
        UniqueConstraint("clinic_id", "endpoint"),
        holds("ended_says_why", "(ended_at IS NULL) = (end_reason IS NULL)"),
        Index("ix_push_subscription_patient", "patient_id"),
    )

    patient_id: Mapped[int]
    device_id: Mapped[int]
    endpoint: Mapped[str]
    p256dh: Mapped[str]
    auth: Mapped[str]
    created_at: Mapped[datetime]
    refused_times: Mapped[int] = mapped_column(SmallInteger)
    """In a row, by the phone's maker."""
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


class Webhook(Owned, Base):
    """An address of another program that is told what happened."""

    __tablename__ = "webhook"
    __table_args__ = owned(
        one_of("end_reason", WEBHOOK_ENDINGS),
        holds("ended_says_why", "(ended_at IS NULL) = (end_reason IS NULL)"),
        unique=["uid"],
    )

    uid: Mapped[str]
    url: Mapped[str]
    secret: Mapped[str]
    """Signs what is sent, so it is kept as it is: whoever reads the database could sign as we do."""
    created_at: Mapped[datetime]
    failing_since_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


class Reminder(Owned, Base):
    """When a patient wants to be reminded, and when the next look at it is due."""

    __tablename__ = "reminder"
    __table_args__ = owned(
        belongs_to("patient"),
        UniqueConstraint("clinic_id", "patient_id"),
        UniqueConstraint("feed_hash"),
        one_of("step", REMINDER_STEPS),
        holds("minute_of_a_day", "minute BETWEEN 0 AND 1439"),
        holds("on_has_a_next_look", "(next_at IS NULL) = (step IS NULL) AND (step IS NULL) = (day IS NULL)"),
        Index("ix_reminder_next", "clinic_id", "next_at"),
    )

    patient_id: Mapped[int]
    wanted: Mapped[bool]
    minute: Mapped[int] = mapped_column(SmallInteger)
    """Of the day, on the clock around the patient."""
    next_at: Mapped[datetime | None]
    step: Mapped[str | None]
    day: Mapped[date | None]
    feed_hash: Mapped[str | None]
    """Digest of the secret in the address of the patient's calendar."""
