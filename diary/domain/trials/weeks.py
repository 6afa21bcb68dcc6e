"""Two arms week by week: mean pain with its error and interval, the difference, and its chance by luck."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from diary.domain.chances import t_quantile, two_sided_t
from diary.domain.packed import NO_ANSWER

Floats = NDArray[np.float64]

WEEKS: Final = 12
# An interval that holds the truth in 95 of 100 trials.
CONFIDENCE: Final = 0.95
_ABOVE: Final = (1 + CONFIDENCE) / 2
# The infusion takes the first half of week 1: week w is the 7 days that end on day 7w - 4.
INTO_WEEK_1_DAYS: Final = 4


@dataclass(frozen=True, slots=True)
class ArmWeek:
    """One arm in one week: NRS points over the patients who answered; NaN under two of them."""

    patients: int
    mean_nrs: float
    sem_nrs: float
    low_nrs: float
    high_nrs: float


@dataclass(frozen=True, slots=True)
class Difference:
    """The second arm's mean pain less the first's, with its 95 % interval and two-sided P."""

    nrs: float
    se_nrs: float
    low_nrs: float
    high_nrs: float
    df: float
    p: float


@dataclass(frozen=True, slots=True)
class Week:
    """One week of both arms; `p_holm` is P held against all weeks at once."""

    week: int
    first: ArmWeek
    second: ArmWeek
    difference: Difference
    p_holm: float


def week_means(scores: NDArray[np.uint8], *, weeks: int = WEEKS) -> Floats:
    """Each patient's mean pain by week, (n, weeks); NaN for a week without an answer.

    The infusion takes the first half of week 1: week w is the 7 days that end on day 7w - 4, and week 1 is
    days 1 to 3 (clinical.md 5.1: so the weeks of Sigtermans 2009 are counted here).

    Args:
        scores: (n, T) from day 1 on, 255 for no answer.
        weeks: how many; T must reach the last one.

    >>> week_means(np.array([[2] * 3 + [4] * 7], dtype=np.uint8), weeks=2).tolist()
    [[2.0, 4.0]]
    """
    if scores.shape[1] < last_day(weeks):
        raise ValueError(
            f"{weeks} weeks need {last_day(weeks)} days of follow-up; there are {scores.shape[1]}"
        )
    came = scores != NO_ANSWER
    points = np.where(came, scores, 0)
    found = np.full((len(scores), weeks), np.nan)
    for week in range(weeks):
        days = slice(max(0, last_day(week)), last_day(week + 1))
        answers = came[:, days].sum(axis=1)
        np.divide(points[:, days].sum(axis=1), answers, out=found[:, week], where=answers > 0)
    return found


def last_day(week: int) -> int:
    """The course day that a week of the trial ends on.

    >>> last_day(1), last_day(12)
    (3, 80)
    """
    return 7 * week - INTO_WEEK_1_DAYS


def arm_week(week: int, means: Floats) -> ArmWeek:
    """One arm's mean over patients in a week, from `week_means`."""
    answered = means[:, week - 1][np.isfinite(means[:, week - 1])]
    patients = len(answered)
    if patients < 2:
        return ArmWeek(patients, math.nan, math.nan, math.nan, math.nan)
    mean, sem = float(answered.mean()), float(answered.std(ddof=1) / math.sqrt(patients))
    reach = t_quantile(_ABOVE, patients - 1) * sem
    return ArmWeek(patients, mean, sem, mean - reach, mean + reach)


def compare_weeks(first: Floats, second: Floats) -> list[Week]:
    """Both arms in every week, by Welch's test: the arms may spread differently (Welch 1947).

    Args:
        first: (n, W) one arm's `week_means`.
        second: (m, W) the other's.

    >>> (week,) = compare_weeks(np.array([[2.0], [3.0], [4.0]]), np.array([[5.0], [6.0], [7.0]]))
    >>> week.difference.nrs, round(week.difference.p, 4)
    (3.0, 0.0213)
    """
    pairs = [(arm_week(week, first), arm_week(week, second)) for week in range(1, first.shape[1] + 1)]
    differences = [_welch(one, other) for one, other in pairs]
    adjusted = holm([difference.p for difference in differences])
    return [
        Week(number, one, other, difference, p_holm)
        for number, ((one, other), difference, p_holm) in enumerate(
            zip(pairs, differences, adjusted, strict=True), start=1
        )
    ]


def holm(chances: Sequence[float]) -> list[float]:
    """P values held against all of them at once; NaN is none (Holm 1979, Scand J Stat 6:65-70).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    known = sorted((p, place) for place, p in enumerate(chances) if not math.isnan(p))
    found, reached = [math.nan] * len(chances), 0.0
    for rank, (p, place) in enumerate(known):
        reached = max(reached, min(1.0, (len(known) - rank) * p))
        found[place] = reached
    return found


def difference(nrs: float, se_nrs: float, df: float) -> Difference:
    """A difference with what follows from its error; df: degrees of freedom of Student's t."""
    reach = t_quantile(_ABOVE, df) * se_nrs
    return Difference(nrs, se_nrs, nrs - reach, nrs + reach, df, two_sided_t(nrs / se_nrs, df))


def _welch(one: ArmWeek, other: ArmWeek) -> Difference:
    between = other.mean_nrs - one.mean_nrs
    parts = [(arm.sem_nrs**2, arm.patients - 1) for arm in (one, other)]
    variance = sum(square for square, _ in parts)
    if not variance > 0:  # also where an arm has fewer than two patients
        return Difference(between, math.nan, math.nan, math.nan, math.nan, math.nan)
    df = variance**2 / sum(square**2 / below for square, below in parts)
    return difference(between, math.sqrt(variance), df)
