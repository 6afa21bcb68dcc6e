"""A clinic's forecast: what its own courses would make of its prior, and changes to it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.priors import SHIPPED, Prior
from config.protocol import Protocol
from diary.domain import packed
from diary.domain.relapse.baselines import Baselines, baselines_of
from diary.domain.relapse.forecast import forecast
from diary.domain.relapse.posterior import Seen
from diary.domain.relapse.relearn import COURSES_MIN, relearn
from diary.domain.relapse.rule import plain_rule
from diary.services.baselines import baseline_of
from diary.services.clinics import new_forecast
from diary.storage.protocols import foresight_at, protocol_at
from diary.storage.tables.clinic import ForecastVersion
from diary.storage.tables.course import Course
from diary.storage.tables.entry import CourseDays
from diary.storage.unit import clinic_of

# The newest of them: treatments change, and more would not move the prior.
COURSES_MOST: Final = 1_000
# On these nights the learned prior is tried on courses that it was not learned from.
TRIED_NIGHTS: Final = (21, 42, 63)
AHEAD_DAYS: Final = 28
# The rule confirms a loss a median of 11 days after it came: two windows, a few answers missing.
CONFIRMED_AFTER_DAYS: Final = 11


@dataclass(frozen=True, slots=True)
class Courses:
    """Courses of a clinic as the forecast sees them, each up to its last packed day."""

    seen: Seen

    @property
    def count(self) -> int:
        """How many."""
        return len(self.seen.nights)

    def rows(self, chosen: NDArray[np.intp]) -> "Courses":
        """Some of them."""
        seen = self.seen
        return Courses(Seen(seen.scores[chosen], seen.nights[chosen], seen.baselines.rows(chosen)))


@dataclass(frozen=True, slots=True)
class Learned:
    """A prior of the clinic's own, and how it did on courses that it was not learned from."""

    courses: int
    prior: Prior
    tried: int
    """Forecasts that were judged, of the courses left out."""
    shipped_brier: float
    """Mean squared error of the chance of a loss within 28 days, by the rule's verdict; lower is better."""
    learned_brier: float
    error: float
    """Standard error of their difference."""

    @property
    def worse(self) -> bool:
        """The clinic's own prior foresees worse than the shipped one, by more than chance gives."""
        return not self.learned_brier <= self.shipped_brier + self.error


def learn(session: Session, *, now: datetime) -> Learned | None:
    """Learn from the clinic's newest courses, and try it: learned from one half, judged on the other.

    None where there are too few courses.
    """
    _, protocol = protocol_at(session, now)
    courses = read_courses(session, protocol)
    if courses.count < 2 * COURSES_MIN:
        return None
    place = np.arange(courses.count)
    half = relearn(courses.rows(place[::2]).seen, SHIPPED)
    others = courses.rows(place[1::2])
    shipped, learned = (_errors(others, prior, protocol) for prior in (SHIPPED, half))
    error = float((learned - shipped).std() / np.sqrt(max(len(shipped), 1))) if len(shipped) else math.nan
    before, after = (float(errors.mean()) if len(errors) else math.nan for errors in (shipped, learned))
    return Learned(courses.count, relearn(courses.seen, SHIPPED), len(shipped), before, after, error)


def keep(session: Session, prior: Prior, *, note: str, now: datetime) -> ForecastVersion:
    """From now on nights believe this prior; shown or in the shadow as before."""
    numbers = {name: value for name, value in prior.to_values().items() if value != getattr(SHIPPED, name)}
    mode = "on" if foresight_at(session, now).shown else "shadow"
    return new_forecast(session, mode=mode, prior=numbers, note=note, now=now)


def choose(session: Session, mode: str, *, note: str, now: datetime) -> ForecastVersion:
    """From now on staff see the forecast, or it is logged only; the prior stays."""
    prior = foresight_at(session, now).prior
    numbers = {name: value for name, value in prior.to_values().items() if value != getattr(SHIPPED, name)}
    return new_forecast(session, mode=mode, prior=numbers, note=note, now=now)


def read_courses(session: Session, protocol: Protocol) -> Courses:
    """The newest courses of the clinic that had an infusion and an answer after it."""
    statement = (
        select(Course, CourseDays)
        .join(CourseDays, CourseDays.course_id == Course.id)
        .where(Course.clinic_id == clinic_of(session), Course.last_infusion_day.is_not(None))
        .order_by(Course.last_infusion_day.desc(), Course.id)
        .limit(COURSES_MOST)
    )
    kinds, nrs, before, after = [], [], [], []
    for course, row in session.execute(statement):
        assert course.first_infusion_day is not None
        assert course.last_infusion_day is not None
        series_days = (course.last_infusion_day - course.first_infusion_day).days + 1
        follow_up = row.days[packed.DAYS_BEFORE + series_days :]
        if not follow_up or packed.problem(row.days) is not None:
            continue
        baseline = baseline_of(course, row.days, protocol)
        kinds.append(baseline.kind)
        nrs.append(baseline.nrs)
        before.append(row.days[: packed.DAYS_BEFORE])
        after.append(follow_up)
    return Courses(
        Seen(_rows(after), np.array([len(days) for days in after]), _baselines(kinds, nrs, before))
    )


def _baselines(kinds: Sequence[str], nrs: Sequence[float | None], before: Sequence[bytes]) -> Baselines:
    days = _rows(before) if before else np.empty((0, packed.DAYS_BEFORE), dtype=np.uint8)
    return baselines_of(kinds, nrs, days)


def _rows(days: Sequence[bytes]) -> NDArray[np.uint8]:
    """(n, T) rows of equal length; 255 where a row has ended."""
    longest = max(map(len, days), default=0)
    filled = b"".join([row.ljust(longest, bytes([packed.NO_ANSWER])) for row in days])
    return np.frombuffer(filled, dtype=np.uint8).reshape(len(days), longest)


def _errors(courses: Courses, prior: Prior, protocol: Protocol) -> NDArray[np.float64]:
    """The squared error of each forecast that could be judged."""
    seen = courses.seen
    confirmed = plain_rule(seen.scores, seen.baselines.nrs, protocol=protocol).confirmed
    first = np.where(confirmed.any(axis=1), confirmed.argmax(axis=1) + 1, np.iinfo(np.int64).max)
    errors = [np.empty(0)]
    for night in TRIED_NIGHTS:
        by = night + AHEAD_DAYS + CONFIRMED_AFTER_DAYS
        if by > seen.scores.shape[1]:
            continue
        nights = np.full(courses.count, night)
        chance = forecast(seen.scores, nights, seen.baselines, prior=prior, lead_days=AHEAD_DAYS).p_lost_28d
        judged = (seen.nights >= by) & (first > night) & np.isfinite(chance)
        errors.append((chance - (first <= by))[judged] ** 2)
    return np.concatenate(errors)
