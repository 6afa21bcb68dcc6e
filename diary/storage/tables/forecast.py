"""What the forecast learns by itself: the ledger of its weeks, and priors that wait in the shadow."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from config.words import CANDIDATE_STATES
from diary.storage.base import Base, Owned, belongs_to, holds, one_of, only_one, owned


class ForecastWeek(Owned, Base):
    """One week of a clinic, looked at once: this row is written together with all that came of it."""

    __tablename__ = "forecast_week"
    __table_args__ = owned(belongs_to("forecast_version"), UniqueConstraint("clinic_id", "night"))

    night: Mapped[date]
    """The Sunday that it ends with; everything is as of that night's cut-off."""
    cutoff_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    forecast_version_id: Mapped[int]
    """In force when it was looked at."""
    found: Mapped[dict[str, Any]]
    """How the forecasts of the nights came true, by the names of `domain.relapse.drift`."""


class ForecastCandidate(Owned, Base):
    """A prior that the clinic's own courses taught; it takes over only after its time in the shadow."""

    __tablename__ = "forecast_candidate"
    __table_args__ = owned(
        belongs_to("forecast_version"),
        UniqueConstraint("clinic_id", "night"),
        only_one("uq_forecast_candidate_shadow", "clinic_id", where="state = 'shadow'"),
        one_of("state", CANDIDATE_STATES),
        holds("ended_says_when_and_why", "(state = 'shadow') = (ended_at IS NULL AND reason IS NULL)"),
        holds("took_over_as_a_version", "(state = 'took_over') = (forecast_version_id IS NOT NULL)"),
    )

    night: Mapped[date]
    """It was learned from what was known at the cut-off of this night."""
    cutoff_at: Mapped[datetime]
    prior: Mapped[dict[str, Any]]
    """The numbers that are not as shipped."""
    courses: Mapped[int]
    """So many it was learned from."""
    state: Mapped[str]
    scores: Mapped[dict[str, Any]]
    """Beside the prior in force, as of the last week; empty before the first."""
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    forecast_version_id: Mapped[int | None]
    """What it became."""
