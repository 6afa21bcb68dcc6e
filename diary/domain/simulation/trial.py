"""A simulated trial of two arms, and its means by week."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diary.domain.simulation.cohort import Cohort, simulate
from diary.domain.simulation.parameters import KETAMINE, PLACEBO
from diary.domain.trials.weeks import arm_week, week_means


@dataclass(frozen=True, slots=True)
class Trial:
    """The two arms of a simulated trial."""

    ketamine: Cohort
    placebo: Cohort


def simulate_trial(*, rng: np.random.Generator, patients_per_arm: int = 30, days: int = 84) -> Trial:
    """Draw a trial of the size of Sigtermans 2009: 30 patients an arm, followed for 12 weeks.

    >>> simulate_trial(rng=np.random.default_rng(7)).placebo.scores.shape
    (30, 84)
    """
    return Trial(
        ketamine=simulate(patients_per_arm, rng=rng, parameters=KETAMINE, days=days),
        placebo=simulate(patients_per_arm, rng=rng, parameters=PLACEBO, days=days),
    )


@dataclass(frozen=True, slots=True)
class WeeklyMean:
    """An arm's pain in one week of the trial."""

    week: int
    patients: int
    mean_nrs: float
    sem_nrs: float


def weekly_means(scores: NDArray[np.uint8], *, weeks: int = 12) -> list[WeeklyMean]:
    """Mean pain by week with its standard error over patients, as the trial reports it.

    The infusion takes the first half of week 1: week w is the 7 days that end on day 7w - 4, and week 1 is
    days 1 to 3. A patient without an answer in a week is left out of it; a week of under two is NaN.

    Args:
        scores: (n, T) from day 1 on, 255 for no answer.
        weeks: how many; T must reach the last one.

    >>> weekly_means(np.array([[2] * 10, [4] * 10], dtype=np.uint8), weeks=2)[1]
    WeeklyMean(week=2, patients=2, mean_nrs=3.0, sem_nrs=1.0)
    """
    means = week_means(scores, weeks=weeks)
    found = [arm_week(week, means) for week in range(1, weeks + 1)]
    return [
        WeeklyMean(week, one.patients, one.mean_nrs, one.sem_nrs) for week, one in enumerate(found, start=1)
    ]
