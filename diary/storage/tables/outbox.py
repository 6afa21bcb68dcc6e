"""Messages written in the transaction that causes them, and each try to deliver one."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from config.words import MESSAGE_KINDS, MESSAGE_STATES
from diary.storage.base import Base, Owned, belongs_to, holds, one_of, owned

WAITING = "state IN ('new', 'taken')"


class Message(Owned, Base):
    """One message to one person; ends in a named state or has a next try. Holds no score and no name."""

    __tablename__ = "message"
    __table_args__ = owned(
        belongs_to("staff"),
        belongs_to("patient"),
        belongs_to("alert"),
        belongs_to("booking"),
        belongs_to("webhook"),
        UniqueConstraint("clinic_id", "dedupe_key"),
        one_of("kind", MESSAGE_KINDS),
        one_of("state", MESSAGE_STATES),
        holds("waiting_has_a_next_try", f"NOT ({WAITING}) OR next_try_at IS NOT NULL"),
        holds("ended_says_when", f"({WAITING}) = (ended_at IS NULL)"),
        holds("an_event_goes_to_a_webhook", "(kind = 'event') = (webhook_id IS NOT NULL)"),
        Index(
            "ix_message_waiting",
            "clinic_id",
            "next_try_at",
            sqlite_where=text(WAITING),
            postgresql_where=text(WAITING),
        ),
        Index("ix_message_patient", "patient_id", "created_at"),
        Index("ix_message_alert", "alert_id"),
        unique=["uid"],
    )

    uid: Mapped[str]
    kind: Mapped[str]
    dedupe_key: Mapped[str]
    staff_id: Mapped[int | None]
    patient_id: Mapped[int | None]
    alert_id: Mapped[int | None]
    booking_id: Mapped[int | None]
    webhook_id: Mapped[int | None]
    event: Mapped[dict[str, Any] | None]
    """What a webhook is told: which thing changed, and no word about it."""
    state: Mapped[str]
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(SmallInteger)
    owner: Mapped[str | None]
    lease_until_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    shown_at: Mapped[datetime | None]
    """When the phone said that it showed it."""


class Delivery(Owned, Base):
    """One try at one message by one channel."""

    __tablename__ = "delivery"
    __table_args__ = owned(
        belongs_to("message"),
        belongs_to("staff"),
        Index("ix_delivery_message", "message_id", "id"),
        Index(
            "ix_delivery_staff",
            "staff_id",
            "id",
            sqlite_where=text("staff_id IS NOT NULL"),
            postgresql_where=text("staff_id IS NOT NULL"),
        ),
    )

    message_id: Mapped[int]
    staff_id: Mapped[int | None]
    """Who of the staff was to read it: the person themselves, or whoever had their work."""
    channel: Mapped[str]
    tried_at: Mapped[datetime]
    result: Mapped[str]
    detail: Mapped[str | None]
