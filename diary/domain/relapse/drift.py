"""Whether a forecast has drifted: losses earlier or later than it told, more or fewer, than chance gives.

Counted on each course's forecast of one day, so that courses are strangers to each other, and on courses for
which it is settled by the calendar. Of a right forecast one loss in ten comes before the lower end of its 80
% interval and one in ten after the upper end, and as many come within 28 days as its chances add up to. How
often would such a one be so far off, by chance? If less than once in a thousand years of looking each week:
it drifted.

The truth is the plain rule's, which errs: it finds losses in some who never responded, and finds them late,
or not, in those who answer little. So a right forecast is granted more than its tenth and its sum; how much
was measured on simulated cohorts that the forecast is right about (tests/domain/relapse/test_drift.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from diary.domain.relapse.shadow import AHEAD_DAYS, SETTLED_AFTER_DAYS, Told
from diary.domain.relapse.truth import CONFIRMED_AFTER_DAYS, Bools, Floats, Truth

# The first finding that is kept: what is told then rests most on the prior, where a drift shows first.
TOLD_ON_DAY: Final = 7
# A course is looked at from this age on.
AGE_DAYS_MIN: Final = TOLD_ON_DAY + SETTLED_AFTER_DAYS
# Of the newest so many courses: a sudden change shows in few, a small one only in many.
WINDOWS: Final = (50, 200)
TAIL: Final = 0.1
"""Losses before the lower end of an 80 % interval, and after the upper one."""
# Granted to a right forecast, by what the rule made of simulated cohorts that the shipped prior is right
# about: 4 to 13 % came early and 1 to 27 % late (where another drug hides losses), and 0.5 to 1.4 times as
# many as told (fewest where two days in five are answered).
EARLY_GRANTED: Final = 0.14
LATE_GRANTED: Final = 0.30
MORE_GRANTED: Final = 1.5
FEWER_GRANTED: Final = 0.45

WHATS: Final = ("early", "late", "more", "fewer")
# Looked at 52 times a year, in each of these ways, it errs once in a thousand years at most.
CHANCE_MIN: Final = 1 / 1000 / 52 / (len(WHATS) * len(WINDOWS))

_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "early": "lost relief before the day that the forecast gave 10 %",
        "late": "lost relief after the day that the forecast gave 90 %, or not at all",
        "more": f"lost relief within {AHEAD_DAYS} days",
        "fewer": f"lost relief within {AHEAD_DAYS} days",
    }
)


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something came among the newest courses, and how often it was told."""

    what: str
    courses: int
    came: int
    told: float
    chance: float
    """That a right forecast is so far off, with what is granted to it."""

    @property
    def drifted(self) -> bool:
        """Less than chance can bring."""
        return self.chance < CHANCE_MIN

    def to_values(self) -> dict[str, Any]:
        """By name, ready for JSON."""
        return asdict(self)

    def words(self) -> str:
        """For people.

        >>> print(Tally("early", 50, 24, 5.0, 1e-9).words())
        Of the newest 50 courses 24 lost relief before the day that the forecast gave 10 %; it told of 5.
        """
        came = f"{self.came} {_WORDS[self.what]}"
        return f"Of the newest {self.courses} courses {came}; it told of {self.told:.0f}."


def tallies(told: Told, truth: Truth, *, ages: Floats) -> list[Tally]:
    """Hold forecasts against what came.

    Args:
        told: on day TOLD_ON_DAY of n courses, newest course first.
        truth: what is known of them today.
        ages: (n,) their course days of today.
    """
    by = np.full(len(ages), float(TOLD_ON_DAY + AHEAD_DAYS))
    at_risk = np.isfinite(told.p_lost_28d) & (truth.confirmed_on > TOLD_ON_DAY)
    lower, upper = (np.nan_to_num(days, nan=np.inf) for days in (told.lost_p10, told.lost_p90))
    early = _ended(lower, truth, ages) & at_risk & truth.responds
    late = _ended(upper, truth, ages) & at_risk & truth.responds
    settled = at_risk & (ages >= AGE_DAYS_MIN) & truth.known_by(by)
    came_early, came_late = truth.loss_day < lower, truth.loss_day > upper
    lost = truth.lost_by(by)
    return [
        *_windows("early", came_early[early], np.full(early.sum(), TAIL), _as_many, EARLY_GRANTED / TAIL),
        *_windows("late", came_late[late], np.full(late.sum(), TAIL), _as_many, LATE_GRANTED / TAIL),
        *_windows("more", lost[settled], told.p_lost_28d[settled], _as_many, MORE_GRANTED),
        *_windows("fewer", lost[settled], told.p_lost_28d[settled], _as_few, FEWER_GRANTED),
    ]


def _ended(end: Floats, truth: Truth, ages: Floats) -> Bools:
    """Whether it is known what came by an end of an interval, and would be known whatever came."""
    return (ages >= end + CONFIRMED_AFTER_DAYS) & truth.known_by(end)


def _windows(
    what: str, came: Bools, told: Floats, chance_of: Callable[[int, Floats], float], granted: float
) -> list[Tally]:
    """One for each window that there are courses for; where there are fewer, of all."""
    sizes = sorted({min(window, len(came)) for window in WINDOWS} - {0})
    found = []
    for size in sizes:
        count = int(came[:size].sum())
        chance = chance_of(count, np.minimum(told[:size] * granted, 1.0))
        found.append(Tally(what, size, count, float(told[:size].sum()), chance))
    return found


def _as_many(count: int, chances: Floats) -> float:
    """The chance of so many or more, of events that are strangers to each other."""
    return float(counts_of(chances)[count:].sum())


def _as_few(count: int, chances: Floats) -> float:
    """The chance of so few or fewer."""
    return float(counts_of(chances)[: count + 1].sum())


def counts_of(chances: Floats) -> Floats:
    """(n + 1,) the chance of each count of n events, each with a chance of its own.

    >>> counts_of(np.array([0.5, 0.5])).tolist()
    [0.25, 0.5, 0.25]
    """
    found = np.ones(1)
    for chance in chances:
        found = np.convolve(found, [1 - chance, chance])
    return found
