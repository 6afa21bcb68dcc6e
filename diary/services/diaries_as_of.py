"""Courses of a clinic with their diaries as of a night: what is learned from, and held against forecasts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from config.priors import Prior
from config.protocol import Protocol
from diary.domain import packed
from diary.domain.relapse.forecast import forecast
from diary.domain.relapse.posterior import Seen
from diary.domain.relapse.shadow import AHEAD_DAYS, Told
from diary.domain.relapse.truth import Truth, rule_truth, until_booster
from diary.services.clinics import local_day
from diary.services.night_arrays import Arrays, arrays_of
from diary.services.night_shard import ShardCourse, day_number, days_until, see_courses
from diary.storage.foretold import next_starts
from diary.storage.protocols import protocol_at
from diary.storage.shards import courses_among

ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AsOf:
    """A night, what was received by its cut-off, and the protocol in force then.

    Infusions, boosters and baselines that staff set are taken as they are known now, as a made-up night does
    (docs/decisions/0012).
    """

    night: date
    cutoff_at: datetime
    protocol: Protocol


@dataclass(frozen=True, slots=True)
class Diaries:
    """Some courses, followed or closed, each up to its day of the night or the end of its follow-up."""

    courses: Sequence[ShardCourse]
    arrays: Arrays
    nights: NDArray[np.int_]
    """(n,) course days."""
    ends: NDArray[np.int_]
    """(n,) the last of these days that is the course's own: the next may have begun since."""

    @property
    def count(self) -> int:
        """How many."""
        return len(self.courses)

    def rows(self, chosen: NDArray[np.intp]) -> "Diaries":
        """Some of them."""
        courses = [self.courses[row] for row in chosen]
        return Diaries(courses, self.arrays.rows(chosen), self.nights[chosen], self.ends[chosen])

    def seen(self) -> Seen:
        """As the forecast takes them: up to the last answer before a booster, where their curve ends."""
        ends = until_booster(self.ends, self.arrays.boosters)
        day = np.arange(1, self.arrays.scores.shape[1] + 1)
        answered = (self.arrays.scores != packed.NO_ANSWER) & (day <= ends[:, None])
        last = np.where(answered, day, 0).max(axis=1, initial=0)
        scores = np.where(day <= last[:, None], self.arrays.scores, np.uint8(packed.NO_ANSWER))
        return Seen(scores, last, self.arrays.baselines)

    def truth(self, protocol: Protocol) -> Truth:
        """What the plain rule knows of them."""
        return rule_truth(
            self.arrays.scores,
            self.ends,
            self.arrays.baselines,
            protocol=protocol,
            boosters=self.arrays.boosters,
            expected=self.arrays.expected,
        )


def as_of_now(session: Session, now: datetime) -> AsOf:
    """All that is known now, today's answers with it."""
    _, protocol = protocol_at(session, now)
    return AsOf(local_day(session, now), now, protocol)


def foresee(arrays: Arrays, nights: NDArray[np.int_], prior: Prior) -> Told:
    """What a prior tells of courses, on a night each."""
    found = forecast(
        arrays.scores,
        nights,
        arrays.baselines,
        prior=prior,
        lead_days=AHEAD_DAYS,
        boosters=arrays.boosters,
    )
    return Told(found.p_lost_28d, found.lost_p10, found.lost_p90)


def read_diaries(session: Session, course_ids: Sequence[int], as_of: AsOf) -> Diaries | None:
    """These courses, by id; None where none of them has a day after its infusion that can be read."""
    night = as_of.night
    starts = next_starts(session, course_ids)
    ends = {course_id: min(night, first - ONE_DAY) for course_id, first in starts.items()}
    courses = see_courses(
        session,
        courses_among(session, course_ids),
        night=night,
        cutoff_at=as_of.cutoff_at,
        protocol=as_of.protocol,
        ends=ends,
    )
    limit = as_of.protocol.follow_up_days
    kept = [_up_to(one, limit) for one in courses if one.day_number >= 1 and one.problem is None]
    if not kept:
        return None
    nights = np.array([one.day_number for one in kept])
    own = [day_number(one.course, ends.get(one.course.id, night)) for one in kept]
    return Diaries(kept, arrays_of(kept), nights, np.minimum(nights, own))


def _up_to(one: ShardCourse, limit: int) -> ShardCourse:
    """A course no further than its follow-up."""
    if one.day_number <= limit:
        return one
    last = one.course.last_infusion_day
    assert last is not None
    return one._replace(
        days=days_until(one.course, one.days, last + limit * ONE_DAY),
        day_number=limit,
        unasked_days=[day for day in one.unasked_days if day <= limit],
    )
