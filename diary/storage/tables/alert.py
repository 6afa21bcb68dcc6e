"""Alerts, the copy of what they were judged from, and everything people did with them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from config.words import (
    ACTORS,
    ALERT_ENDED,
    ALERT_KINDS,
    ALERT_LABELS,
    ALERT_OUTCOMES,
    ALERT_STATUSES,
    CALL_RESULTS,
    LOSS_LEVELS,
)
from diary.storage.base import Base, Owned, belongs_to, holds, one_of, only_one, owned

LIVE = f"status NOT IN ({', '.join(repr(word) for word in ALERT_ENDED)})"


class Alert(Owned, Base):
    """A reason for a person to look at a patient; at most one not yet ended per course and kind."""

    __tablename__ = "alert"
    __table_args__ = owned(
        belongs_to("patient"),
        belongs_to("course"),
        belongs_to("staff", "owner_id"),
        only_one("uq_alert_live", "course_id", "kind", where=f"{LIVE} AND kind <> 'red_flag'"),
        only_one(
            "uq_alert_live_no_course",
            "patient_id",
            "kind",
            where=f"{LIVE} AND kind <> 'red_flag' AND course_id IS NULL",
        ),
        Index(
            "ix_alert_live", "clinic_id", "status", "id", sqlite_where=text(LIVE), postgresql_where=text(LIVE)
        ),
        Index("ix_alert_course", "course_id", "kind"),
        Index("ix_alert_patient", "patient_id"),
        one_of("kind", ALERT_KINDS),
        one_of("level", LOSS_LEVELS),
        one_of("status", ALERT_STATUSES),
        one_of("outcome", ALERT_OUTCOMES),
        holds("only_loss_has_a_level", "(kind = 'loss') = (level IS NOT NULL)"),
        holds(
            "only_a_person_can_stand_alone",
            "course_id IS NOT NULL OR kind IN ('red_flag', 'call_me')",
        ),
        holds("snoozed_has_an_end", "(status = 'snoozed') = (snoozed_until IS NOT NULL)"),
        holds("closed_has_an_outcome", "(status = 'closed') = (outcome IS NOT NULL)"),
        holds("superseded_says_why", "status <> 'superseded' OR end_reason IS NOT NULL"),
        unique=["uid"],
    )

    uid: Mapped[str]
    patient_id: Mapped[int]
    course_id: Mapped[int | None]
    kind: Mapped[str]
    level: Mapped[str | None]
    status: Mapped[str]
    night: Mapped[date | None]
    facts: Mapped[dict[str, Any]]
    owner_id: Mapped[int | None]
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    snoozed_until: Mapped[date | None]
    snooze_reason: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    end_reason: Mapped[str | None]
    late: Mapped[bool]
    version: Mapped[int]


class AlertInput(Owned, Base):
    """What an alert was judged from, copied with it, so that the verdict can be computed again."""

    __tablename__ = "alert_input"
    __table_args__ = owned(
        belongs_to("alert"),
        belongs_to("protocol_version"),
        UniqueConstraint("alert_id", "night"),
        one_of("level", LOSS_LEVELS),
    )

    alert_id: Mapped[int]
    night: Mapped[date]
    level: Mapped[str | None]
    anchor_day: Mapped[date]
    first_infusion_day: Mapped[date]
    last_infusion_day: Mapped[date]
    booster_days: Mapped[list[Any]]
    days: Mapped[bytes] = mapped_column(LargeBinary)
    unasked_days: Mapped[list[Any] | None]
    """Course days on which no answer was asked for; empty in copies from before they were kept."""
    entry_ids: Mapped[list[Any]]
    baseline_nrs: Mapped[float | None]
    baseline_kind: Mapped[str]
    protocol_version_id: Mapped[int]
    protocol: Mapped[dict[str, Any] | None]
    """Its values; empty in copies from before they were kept."""
    detector_version: Mapped[str]
    prior_version: Mapped[str | None]
    prior: Mapped[dict[str, Any] | None]
    """Its numbers; empty where the forecast took no part, and in copies from before they were kept."""


class AlertEvent(Owned, Base):
    """One thing that happened to an alert: by a person, by the night, by the patient."""

    __tablename__ = "alert_event"
    __table_args__ = owned(
        belongs_to("alert"), one_of("actor_kind", ACTORS), Index("ix_alert_event", "alert_id", "id")
    )

    alert_id: Mapped[int]
    at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    action: Mapped[str]
    status_before: Mapped[str | None]
    status_after: Mapped[str]
    level: Mapped[str | None]
    note: Mapped[str | None]


class AlertLabel(Owned, Base):
    """A person's verdict: was this alert right? Kept apart from what was done about it."""

    __tablename__ = "alert_label"
    __table_args__ = owned(
        belongs_to("alert"),
        belongs_to("staff"),
        UniqueConstraint("alert_id", "staff_id"),
        one_of("label", ALERT_LABELS),
    )

    alert_id: Mapped[int]
    staff_id: Mapped[int]
    label: Mapped[str]
    at: Mapped[datetime]


class CallLog(Owned, Base):
    """A call to a patient: reached or not, by whom, when."""

    __tablename__ = "call_log"
    __table_args__ = owned(
        belongs_to("patient"),
        belongs_to("alert"),
        belongs_to("staff"),
        one_of("result", CALL_RESULTS),
        Index("ix_call_log_patient", "patient_id", "at"),
    )

    patient_id: Mapped[int]
    alert_id: Mapped[int | None]
    staff_id: Mapped[int]
    at: Mapped[datetime]
    result: Mapped[str]
    note: Mapped[str | None]


class Note(Owned, Base):
    """A note of staff about a patient."""

    __tablename__ = "note"
    __table_args__ = owned(
        belongs_to("patient"), belongs_to("staff"), Index("ix_note_patient", "patient_id", "at")
    )

    patient_id: Mapped[int]
    staff_id: Mapped[int]
    at: Mapped[datetime]
    body: Mapped[str]
