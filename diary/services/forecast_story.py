"""What became of a clinic's forecast: its versions, the priors that it tried, how its last week came true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from config.words import DECIDES_MODE
from diary.storage.foretold import candidates, last_week
from diary.storage.protocols import forecast_versions, prior_name
from diary.storage.tables.clinic import ForecastVersion
from diary.storage.tables.forecast import ForecastCandidate


@dataclass(frozen=True, slots=True)
class Chapter:
    """A version, or a prior that was learned."""

    since: date
    prior: str
    state: str
    mode: str | None
    """None of a candidate: nobody sees it."""
    courses: int | None
    forecasts: int | None
    """So many it was judged by, beside the prior in force."""
    error: float | None
    """Squared error of its 28-day chances; lower is better."""
    error_in_force: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Story:
    """All of it, first to last, and what is so now."""

    mode: str
    prior: str
    learns: bool
    chapters: Sequence[Chapter]
    week: date | None
    """The Sunday of the last week that was looked at."""
    found: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """The forecast hid itself, and no person has said since whether it shall be seen."""

    at: datetime
    why: str


def switched_off(session: Session) -> SwitchedOff | None:
    """For whoever works with it; None where all is as people chose."""
    return off_in(forecast_versions(session))


def off_in(versions: Sequence[ForecastVersion]) -> SwitchedOff | None:
    """The same, of a clinic's versions, first to last."""
    decided = [version for version in versions if version.cause in DECIDES_MODE]
    if not decided or decided[-1].cause != "drift":
        return None
    return SwitchedOff(decided[-1].valid_from_at, decided[-1].note)


def story(session: Session) -> Story:
    """Of the unit's clinic."""
    versions = forecast_versions(session)
    week = last_week(session)
    chapters = [
        *(
            _of_version(version, later)
            for version, later in zip(versions, [*versions[1:], None], strict=True)
        ),
        *(_of_candidate(candidate) for candidate in candidates(session)),
    ]
    return Story(
        mode=versions[-1].mode,
        prior=prior_name(versions[-1]),
        learns=versions[-1].learns,
        chapters=sorted(chapters, key=lambda chapter: chapter.since),
        week=week.night if week is not None else None,
        found=week.found if week is not None else {},
    )


def _of_version(version: ForecastVersion, later: ForecastVersion | None) -> Chapter:
    return Chapter(
        since=version.valid_from_at.date(),
        prior=prior_name(version),
        state="in force" if later is None else f"replaced on {later.valid_from_at.date()}",
        mode=version.mode,
        courses=None,
        forecasts=None,
        error=None,
        error_in_force=None,
        why=version.note,
    )


def _of_candidate(candidate: ForecastCandidate) -> Chapter:
    ended = "" if candidate.ended_at is None else f" on {candidate.ended_at.date()}"
    words = {"shadow": "in the shadow", "took_over": "took over", "dropped": "dropped"}
    return Chapter(
        since=candidate.night,
        prior="learned",
        state=f"{words[candidate.state]}{ended}",
        mode=None,
        courses=candidate.courses,
        forecasts=candidate.scores.get("forecasts"),
        error=candidate.scores.get("brier"),
        error_in_force=candidate.scores.get("brier_in_force"),
        why=candidate.reason or "",
    )
