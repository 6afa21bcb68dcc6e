"""Patients, apart from who they are; their zones, consent, phones, and the links they share."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from config.words import FOLLOW_STATES, STOP_REASONS
from diary.storage.base import Base, Owned, belongs_to, holds, one_of, owned


class Patient(Owned, Base):
    """A patient of the clinic, by pseudonym."""

    __tablename__ = "patient"
    __table_args__ = owned(
        UniqueConstraint("clinic_id", "pseudonym"),
        belongs_to("staff", "owner_id"),
        belongs_to("team"),
        one_of("follow_state", FOLLOW_STATES),
        unique=["uid"],
    )

    uid: Mapped[str]
    pseudonym: Mapped[str]
    owner_id: Mapped[int | None]
    team_id: Mapped[int | None]
    zone: Mapped[str]
    locale: Mapped[str]
    follow_state: Mapped[str]
    version: Mapped[int]
    created_at: Mapped[datetime]


class PatientIdentity(Owned, Base):
    """Who the patient is: read by treating staff only, and every read is audited."""

    __tablename__ = "patient_identity"
    __table_args__ = owned(belongs_to("patient"), UniqueConstraint("clinic_id", "patient_id"))

    patient_id: Mapped[int]
    name: Mapped[str | None]
    birth_date: Mapped[date | None]
    hospital_number: Mapped[str | None]
    phone: Mapped[str | None]


class PatientZone(Owned, Base):
    """The zones a patient's phone answered from, each with its first moment."""

    __tablename__ = "patient_zone"
    __table_args__ = owned(belongs_to("patient"), UniqueConstraint("clinic_id", "patient_id", "since_at"))

    patient_id: Mapped[int]
    zone: Mapped[str]
    since_at: Mapped[datetime]


class PatientFollow(Owned, Base):
    """Followed, paused, stopped: the history, so that a night can be judged as of its own time."""

    __tablename__ = "patient_follow"
    __table_args__ = owned(
        belongs_to("patient"),
        one_of("state", FOLLOW_STATES),
        one_of("stop_reason", STOP_REASONS),
        holds("a_stop_has_a_reason", "state <> 'stopped' OR stop_reason IS NOT NULL"),
        Index("ix_patient_follow_patient", "patient_id", "since_at"),
    )

    patient_id: Mapped[int]
    state: Mapped[str]
    since_at: Mapped[datetime]
    until_day: Mapped[date | None]
    stop_reason: Mapped[str | None]
    note: Mapped[str | None]
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]


class Consent(Owned, Base):
    """Which text a patient agreed to, and when."""

    __tablename__ = "consent"
    __table_args__ = owned(belongs_to("patient"), Index("ix_consent_patient", "patient_id"))

    patient_id: Mapped[int]
    text_version: Mapped[str]
    locale: Mapped[str]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class EnrolmentCode(Owned, Base):
    """A one-time code for one phone; 72 hours, stored as a digest."""

    __tablename__ = "enrolment_code"
    __table_args__ = owned(
        belongs_to("patient"),
        belongs_to("device"),
        Index("ix_enrolment_code_patient", "patient_id"),
        unique=["code_hash"],
    )

    patient_id: Mapped[int]
    code_hash: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    redeemed_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    device_id: Mapped[int | None]


class Device(Owned, Base):
    """An enrolled phone; its token is stored as a digest."""

    __tablename__ = "device"
    __table_args__ = owned(
        belongs_to("patient"),
        Index("ix_device_patient", "patient_id"),
        Index("ix_device_previous", "previous_hash", unique=True),
        unique=["uid", "token_hash"],
    )

    uid: Mapped[str]
    patient_id: Mapped[int]
    token_hash: Mapped[str]
    label: Mapped[str | None]
    platform: Mapped[str | None]
    client_version: Mapped[str | None]
    enrolled_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    previous_hash: Mapped[str | None]
    """Of the token before, until the newest one has come back: its answer may have been lost."""
    renewed_at: Mapped[datetime | None]


class ShareLink(Owned, Base):
    """A link to read one diary by, for some days; stored as a digest of its code."""

    __tablename__ = "share_link"
    __table_args__ = owned(
        belongs_to("patient"),
        holds("opened_is_counted", "opened >= 0 AND (opened > 0) = (last_opened_at IS NOT NULL)"),
        Index("ix_share_link_patient", "patient_id"),
        unique=["uid", "code_hash"],
    )

    uid: Mapped[str]
    patient_id: Mapped[int]
    code_hash: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    opened: Mapped[int]
    last_opened_at: Mapped[datetime | None]
