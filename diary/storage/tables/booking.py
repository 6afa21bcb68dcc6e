"""Chairs and beds, and the bookings of re-treatment."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from config.words import ACTORS, BOOKING_STATES, CHAIR_KINDS
from diary.storage.base import Base, Owned, belongs_to, holds, one_of, only_one, owned

UNDER_WAY = "NOT (state IN ('done', 'refused', 'cancelled', 'no_show'))"


class Chair(Owned, Base):
    """A chair or bed that can hold one infusion at a time."""

    __tablename__ = "chair"
    __table_args__ = owned(UniqueConstraint("clinic_id", "name"), one_of("kind", CHAIR_KINDS), unique=["uid"])

    uid: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    weekdays: Mapped[list[Any] | None]
    """Those on which it is used, by the words of config; None: all."""
    retired_at: Mapped[datetime | None]


class ChairClosure(Owned, Base):
    """Days on which a chair cannot be used; without a chair: the whole clinic."""

    __tablename__ = "chair_closure"
    __table_args__ = owned(
        belongs_to("chair"),
        holds("ends_after_it_starts", "last_day >= first_day"),
        Index("ix_chair_closure_day", "clinic_id", "first_day"),
    )

    chair_id: Mapped[int | None]
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str]


class Booking(Owned, Base):
    """Re-treatment under way: requested, authorised, offered, accepted, confirmed, done."""

    __tablename__ = "booking"
    __table_args__ = owned(
        belongs_to("patient"),
        belongs_to("course"),
        belongs_to("alert"),
        belongs_to("regimen"),
        belongs_to("chair"),
        only_one("uq_booking_live", "patient_id", where=UNDER_WAY),
        Index("ix_booking_state", "clinic_id", "state", "id"),
        one_of("state", BOOKING_STATES),
        holds("offer_has_both_days", "(offered_first_day IS NULL) = (offered_last_day IS NULL)"),
        holds("offer_ends_after_it_starts", "offered_last_day >= offered_first_day"),
        holds(
            "an_offer_has_days",
            "state NOT IN ('offered', 'accepted', 'confirmed') OR offered_first_day IS NOT NULL",
        ),
        unique=["uid"],
    )

    uid: Mapped[str]
    patient_id: Mapped[int]
    course_id: Mapped[int | None]
    alert_id: Mapped[int | None]
    regimen_id: Mapped[int]
    chair_id: Mapped[int | None]
    state: Mapped[str]
    offered_first_day: Mapped[date | None]
    offered_last_day: Mapped[date | None]
    authorisation_reference: Mapped[str | None]
    authorisation_expires_on: Mapped[date | None]
    can_come_at_short_notice: Mapped[bool]
    override_reason: Mapped[str | None]
    note: Mapped[str | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int]


class BookingEvent(Owned, Base):
    """One step of a booking: who, when, from which state to which, why."""

    __tablename__ = "booking_event"
    __table_args__ = owned(
        belongs_to("booking"), one_of("actor_kind", ACTORS), Index("ix_booking_event", "booking_id", "id")
    )

    booking_id: Mapped[int]
    at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    action: Mapped[str]
    state_before: Mapped[str | None]
    state_after: Mapped[str]
    note: Mapped[str | None]
