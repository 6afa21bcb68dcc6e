"""The night: who runs it, what it found, and the log that calibration is judged from."""

from datetime import date, datetime

from sqlalchemy import Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from config.words import BASELINE_KINDS, COURSE_STATES, NIGHT_STATES
from diary.storage.base import Base, Owned, belongs_to, holds, one_of, owned


class NightRun(Owned, Base):
    """One clinic's night: claimed by this unique row, fenced by `term`, never run twice."""

    __tablename__ = "night_run"
    __table_args__ = owned(
        belongs_to("protocol_version"),
        UniqueConstraint("clinic_id", "night"),
        one_of("state", NIGHT_STATES),
        holds(
            "counts_add_up",
            "state NOT IN ('done', 'partial') "
            "OR courses_seen = courses_judged + courses_silent + courses_failed",
        ),
    )

    night: Mapped[date]
    cutoff_at: Mapped[datetime]
    state: Mapped[str]
    owner: Mapped[str]
    term: Mapped[int]
    lease_until_at: Mapped[datetime]
    heartbeat_at: Mapped[datetime]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    late: Mapped[bool]
    protocol_version_id: Mapped[int | None]
    detector_version: Mapped[str | None]
    prior_version: Mapped[str | None]
    """By its name, as alerts have it; none of nights before there was this column."""
    courses_seen: Mapped[int]
    courses_judged: Mapped[int]
    courses_silent: Mapped[int]
    courses_failed: Mapped[int]
    alerts_opened: Mapped[int]
    alerts_ended: Mapped[int]


class _Findings:
    """What a night says of one course; the same columns in the current row and in the log."""

    course_id: Mapped[int]
    night: Mapped[date]
    day_number: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str]
    answered_14d: Mapped[int] = mapped_column(SmallInteger)
    days_since_answer: Mapped[int] = mapped_column(SmallInteger)
    mean_7d: Mapped[float | None]
    relief_7d: Mapped[float | None]
    best_14d: Mapped[float | None]
    below_since: Mapped[int | None] = mapped_column(SmallInteger)
    loss_day: Mapped[int | None] = mapped_column(SmallInteger)
    baseline_nrs: Mapped[float | None]
    baseline_kind: Mapped[str]
    p_lost: Mapped[float | None]
    p_lost_14d: Mapped[float | None]
    p_lost_28d: Mapped[float | None]
    p_lost_lead: Mapped[float | None]
    lost_p10: Mapped[int | None] = mapped_column(SmallInteger)
    lost_p50: Mapped[int | None] = mapped_column(SmallInteger)
    lost_p90: Mapped[int | None] = mapped_column(SmallInteger)


class Assessment(_Findings, Owned, Base):
    """The current finding of a course; rewritten when its state or a whole-percent chance changes."""

    __tablename__ = "assessment"
    __table_args__ = owned(
        belongs_to("course"),
        belongs_to("night_run"),
        UniqueConstraint("course_id"),
        Index("ix_assessment_state", "clinic_id", "state"),
        one_of("state", COURSE_STATES),
        one_of("baseline_kind", BASELINE_KINDS),
    )

    night_run_id: Mapped[int]
    since_night: Mapped[date]
    outlook: Mapped[bytes | None]
    """Packed as `domain.outlook` says; none while the forecast is in the shadow."""


class AssessmentLog(_Findings, Owned, Base):
    """A finding kept: on a change of state and on days 7, 14, 21 and so on."""

    __tablename__ = "assessment_log"
    __table_args__ = owned(
        belongs_to("course"),
        belongs_to("night_run"),
        UniqueConstraint("course_id", "night"),
        one_of("state", COURSE_STATES),
        one_of("baseline_kind", BASELINE_KINDS),
    )

    night_run_id: Mapped[int]
    sight: Mapped[bytes | None]
    """Packed as `domain.sight` says, on days 7, 14, 21 and so on; in the shadow, too."""
