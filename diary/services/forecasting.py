"""A clinic's forecast: what its own courses would make of its prior, and changes to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from config.priors import SHIPPED, Prior
from config.protocol import Protocol
from diary.domain.relapse.relearn import COURSES_MIN, relearn
from diary.domain.relapse.shadow import Compared, compare
from diary.services.diaries_as_of import AsOf, Diaries, as_of_now, foresee, read_diaries
from diary.storage.foretold import newest_courses

# The newest of them: treatments change, and more would not move the prior.
COURSES_MOST: Final = 1_000
# On these nights the learned prior is tried on courses that it was not learned from.
TRIED_NIGHTS: Final = (21, 42, 63)


@dataclass(frozen=True, slots=True)
class Learned:
    """A prior of the clinic's own."""

    courses: int
    prior: Prior


@dataclass(frozen=True, slots=True)
class Tried:
    """A prior of the clinic's own, and how one that half of the courses taught did on the other half."""

    learned: Learned
    compared: Compared
    """Beside the shipped prior."""

    @property
    def worse(self) -> bool:
        """It foresees worse than the shipped one, by more than chance gives; or nobody can say."""
        return not self.compared.brier <= self.compared.brier_in_force + self.compared.brier_error


def learn(session: Session, as_of: AsOf) -> Learned | None:
    """Learn from the clinic's newest courses; None where there are too few.

    Raises:
        ValueError: they are such that the detector cannot follow.
    """
    diaries = _newest(session, as_of)
    return None if diaries is None else _learn(diaries)


def learn_and_try(session: Session, *, now: datetime) -> Tried | None:
    """Learn from all that is known now; and again from one half of it, to be tried on the other.

    None where there are too few courses.
    """
    as_of = as_of_now(session, now)
    protocol = as_of.protocol
    diaries = _newest(session, as_of)
    if diaries is None or diaries.count < 2 * COURSES_MIN:
        return None
    place = np.arange(diaries.count)
    half = relearn(diaries.rows(place[::2]).seen(), SHIPPED)
    learned = _learn(diaries)
    return None if learned is None else Tried(learned, _try(diaries.rows(place[1::2]), half, protocol))


def _newest(session: Session, as_of: AsOf) -> Diaries | None:
    """The newest courses that have a baseline, and an answer after it."""
    chosen = newest_courses(session, ended_by=as_of.night, most=COURSES_MOST)
    diaries = read_diaries(session, chosen, as_of)
    if diaries is None:
        return None
    teaches = (diaries.seen().nights > 0) & np.isfinite(diaries.arrays.baselines.nrs)
    return diaries.rows(np.flatnonzero(teaches))


def _learn(diaries: Diaries) -> Learned | None:
    if diaries.count < COURSES_MIN:
        return None
    return Learned(diaries.count, relearn(diaries.seen(), SHIPPED))


def _try(diaries: Diaries, prior: Prior, protocol: Protocol) -> Compared:
    """A prior beside the shipped one, on all of TRIED_NIGHTS that the courses reached."""
    course = np.repeat(np.arange(diaries.count), len(TRIED_NIGHTS))
    nights = np.tile(TRIED_NIGHTS, diaries.count)
    reached = nights <= diaries.nights[course]
    course, nights = course[reached], nights[reached]
    arrays = diaries.arrays.rows(course)
    return compare(
        foresee(arrays, nights, SHIPPED),
        foresee(arrays, nights, prior),
        diaries.truth(protocol).rows(course),
        nights=nights.astype(np.float64),
        ages=diaries.nights[course].astype(np.float64),
        of_course=course,
    )
