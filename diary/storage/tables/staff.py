"""People and machines that sign in for a clinic, and how often a door was tried."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from config.words import KEY_KINDS, SIGN_IN_WAYS, STAFF_ROLES
from diary.storage.base import Base, Owned, belongs_to, holds, one_of, owned


class Staff(Owned, Base):
    """A person of the clinic with one role and an account of their own."""

    __tablename__ = "staff"
    __table_args__ = owned(
        UniqueConstraint("email"),
        one_of("role", STAFF_ROLES),
        holds("email_is_lower_case", "email = lower(email)"),
        unique=["uid"],
    )

    uid: Mapped[str]
    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class StaffSession(Owned, Base):
    """A signed-in browser or client; the token itself is never stored."""

    __tablename__ = "staff_session"
    __table_args__ = owned(
        belongs_to("staff"),
        one_of("way", SIGN_IN_WAYS),
        Index("ix_staff_session_uid", "uid", unique=True),
        unique=["token_hash"],
    )

    uid: Mapped[str | None]
    """None for a session that was open when sessions got their ids."""
    staff_id: Mapped[int]
    token_hash: Mapped[str]
    way: Mapped[str]
    client: Mapped[str | None]
    """Browser and system, as the list of sessions names them."""
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Team(Owned, Base):
    """A group of staff that shares patients."""

    __tablename__ = "team"
    __table_args__ = owned(UniqueConstraint("clinic_id", "name"), unique=["uid"])

    uid: Mapped[str]
    name: Mapped[str]


class TeamMember(Owned, Base):
    """Who works in which team."""

    __tablename__ = "team_member"
    __table_args__ = owned(
        belongs_to("team"), belongs_to("staff"), UniqueConstraint("clinic_id", "team_id", "staff_id")
    )

    team_id: Mapped[int]
    staff_id: Mapped[int]


class Cover(Owned, Base):
    """One person's work goes to another, both days included."""

    __tablename__ = "cover"
    __table_args__ = owned(
        belongs_to("staff", "absent_id"),
        belongs_to("staff", "cover_id"),
        holds("covers_somebody_else", "absent_id <> cover_id"),
        holds("ends_after_it_starts", "last_day >= first_day"),
    )

    absent_id: Mapped[int]
    cover_id: Mapped[int]
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str]


class StaffWish(Owned, Base):
    """What a person wants to be mailed of what can wait, and their week; who has none works on every day and
    is mailed all of it, at any hour.
    """

    __tablename__ = "staff_wish"
    __table_args__ = owned(
        belongs_to("staff"),
        belongs_to("staff", "cover_id"),
        UniqueConstraint("clinic_id", "staff_id"),
        holds("some_weekdays", "weekdays BETWEEN 1 AND 126"),
        holds("covered_by_another", "cover_id <> staff_id"),
        holds("hours_are_two", "(opens_minute IS NULL) = (closes_minute IS NULL)"),
        holds("opens_in_a_day", "opens_minute BETWEEN 0 AND 1439"),
        holds("closes_in_a_day", "closes_minute BETWEEN 0 AND 1439"),
        holds("some_hours", "opens_minute <> closes_minute"),
    )

    staff_id: Mapped[int]
    mails: Mapped[bool]
    opens_minute: Mapped[int | None] = mapped_column(SmallInteger)
    """Of the day, on the clinic's clock."""
    closes_minute: Mapped[int | None] = mapped_column(SmallInteger)
    weekdays: Mapped[int | None] = mapped_column(SmallInteger)
    """On which they work, a bit each from Monday (1) to Sunday (64); on all of them, when None."""
    cover_id: Mapped[int | None]
    """Who has their work on the other weekdays; whoever treats then, when None."""


class IntegrationKey(Owned, Base):
    """A machine's key: shown once, stored as a digest, good for its clinic's patients."""

    __tablename__ = "integration_key"
    __table_args__ = owned(one_of("kind", KEY_KINDS), unique=["uid", "secret_hash"])

    uid: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    prefix: Mapped[str]
    secret_hash: Mapped[str]
    scopes: Mapped[list[Any]]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class AttemptCount(Base):
    """How often a door was tried in the present window: counted here, so that every worker counts alike."""

    __tablename__ = "attempt_count"

    door: Mapped[str] = mapped_column(primary_key=True)
    attempts: Mapped[int]
    window_ends_at: Mapped[datetime]
