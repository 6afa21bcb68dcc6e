"""Two priors beside each other, on forecasts that neither has seen the outcome of."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from diary.domain.relapse.calibration import (
    CLOSED_HOLD,
    OPEN_HOLD,
    Floats,
    brier,
    clustered_error,
    held,
    mean,
)
from diary.domain.relapse.truth import CONFIRMED_AFTER_DAYS, Truth

AHEAD_DAYS: Final = 28
# From the night of a forecast on, until the rule has found a loss that came within those days.
SETTLED_AFTER_DAYS: Final = AHEAD_DAYS + CONFIRMED_AFTER_DAYS

# Fewer would let anything pass: the standard error is then wider than any difference.
FORECASTS_MIN: Final = 30
COURSES_MIN: Final = 10


@dataclass(frozen=True, slots=True)
class Told:
    """What was foreseen of n courses, on one night each; NaN for nothing."""

    p_lost_28d: Floats
    lost_p10: Floats
    lost_p90: Floats

    def rows(self, chosen: NDArray[np.intp]) -> "Told":
        """Some of them."""
        return Told(self.p_lost_28d[chosen], self.lost_p10[chosen], self.lost_p90[chosen])


@dataclass(frozen=True, slots=True)
class Compared:
    """The prior in force and a candidate, by the same forecasts; NaN where there were none.

    `brier`: mean squared error of the chance of a loss within 28 days; lower is better. `off`: by how much
    the share of 80 % intervals that held is above (or below) what a right forecast's would be.
    """

    forecasts: int
    courses: int
    brier_in_force: float
    brier: float
    brier_error: float
    """Standard error of the difference, of courses that are each other's strangers."""
    intervals: int
    off_in_force: float
    off: float
    off_error: float

    @property
    def enough(self) -> bool:
        """Whether anything can be said."""
        return self.forecasts >= FORECASTS_MIN and self.courses >= COURSES_MIN

    @property
    def worse(self) -> str | None:
        """Why the candidate may not take over, in words; None where it may."""
        if self.brier > self.brier_in_force + self.brier_error:
            return (
                f"its squared error was {self.brier:.4f} against {self.brier_in_force:.4f}, "
                f"more than the standard error {self.brier_error:.4f} apart"
            )
        if self.intervals and abs(self.off) > abs(self.off_in_force) + self.off_error:
            return (
                f"its 80 % intervals held {100 * self.off:+.0f} points of what they should, "
                f"against {100 * self.off_in_force:+.0f}"
            )
        return None


NOTHING: Final = Compared(0, 0, math.nan, math.nan, math.nan, 0, math.nan, math.nan, math.nan)


def compare(
    in_force: Told,
    candidate: Told,
    truth: Truth,
    *,
    nights: Floats,
    ages: Floats,
    of_course: NDArray[np.int_],
) -> Compared:
    """Score both on forecasts that are settled by the calendar, whatever came.

    Only by the calendar: losses are known sooner than their absence, and would be counted too often.

    Args:
        in_force: what was told on the nights, by the prior in force then.
        candidate: what it would have told.
        truth: what is known today of each forecast's course.
        nights: (n,) course days of the forecasts.
        ages: (n,) course days of today.
        of_course: (n,) which course each is of.
    """
    by = nights + AHEAD_DAYS
    told = np.isfinite(in_force.p_lost_28d) & np.isfinite(candidate.p_lost_28d)
    at_risk = told & (truth.confirmed_on > nights) & (ages >= nights + SETTLED_AFTER_DAYS)
    judged = at_risk & truth.known_by(by)
    lost, course = truth.lost_by(by)[judged], of_course[judged]
    chances = [one.p_lost_28d[judged] for one in (in_force, candidate)]
    worse_by = (chances[1] - lost) ** 2 - (chances[0] - lost) ** 2
    responds = at_risk & truth.responds
    misses = [_miss(one, truth, ages) for one in (in_force, candidate)]
    both = responds & np.isfinite(misses[0]) & np.isfinite(misses[1])
    return Compared(
        forecasts=int(judged.sum()),
        courses=len(np.unique(course)),
        brier_in_force=brier(chances[0], lost),
        brier=brier(chances[1], lost),
        brier_error=clustered_error(worse_by, course),
        intervals=int(both.sum()),
        off_in_force=mean(misses[0][both]),
        off=mean(misses[1][both]),
        off_error=clustered_error((misses[1] - misses[0])[both], of_course[both]),
    )


def _miss(told: Told, truth: Truth, ages: Floats) -> Floats:
    """(n,) 1 or 0 as the interval held, less what a right one's would; NaN where nothing is known of it."""
    lower, upper = (np.nan_to_num(days, nan=math.inf) for days in (told.lost_p10, told.lost_p90))
    today = ages - CONFIRMED_AFTER_DAYS
    lost = truth.loss_day <= today
    horizon = np.where(lost, today, np.minimum(today, truth.known_until))
    inside = held(lower, upper, np.where(lost, truth.loss_day, math.inf), horizon=horizon)
    due = np.where(upper <= horizon, CLOSED_HOLD, OPEN_HOLD)
    return np.where((lower <= today) & (lower <= horizon), inside - due, np.nan)
