"""What every rival is given: the answers so far, as points and over the mean before the infusion."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.protocol import DEFAULT
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.baselines import own_means
from diary.domain.simulation.cohort import Cohort

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

# Of the level before the infusion, which is what 30 % relief is.
LINE: Final = 0.70
WITHOUT_BASELINE_NRS: Final = 7.2


@dataclass(frozen=True, slots=True)
class Diary:
    """n courses of T days; NaN for no answer."""

    nrs: Floats
    """(n, T) points."""
    ratio: Floats
    """(n, T) the same over each course's baseline."""

    @property
    def answered(self) -> Bools:
        """(n, T)"""
        return np.isfinite(self.nrs)


Rival = Callable[[Diary], Floats]
"""From a diary (n, T) risks: higher is more alarming, NaN or -inf where it cannot speak; night d looks at
days 1 to d."""


def diary_of(cohort: Cohort) -> Diary:
    """The mean of the last 7 answers before the infusion is known to all, or the baseline carried over."""
    baseline = own_means(cohort.before, DEFAULT)
    if cohort.carried_nrs is not None:
        baseline = np.where(np.isfinite(cohort.carried_nrs), cohort.carried_nrs, baseline)
    baseline = np.where(np.isfinite(baseline) & (baseline > 0), baseline, WITHOUT_BASELINE_NRS)
    nrs = np.where(cohort.scores == NO_ANSWER, np.nan, cohort.scores.astype(np.float64))
    return Diary(nrs, nrs / baseline[:, None])


def gated(risk: Floats, diary: Diary) -> Floats:
    """The same risk, silent until a 7-day mean was under the line: only what was had can be lost."""
    seen = np.nan_to_num(mean_of_days(diary.ratio, 7), nan=np.inf)
    return np.where(np.minimum.accumulate(seen, axis=1) <= LINE, risk, -np.inf)


def mean_of_days(values: Floats, days: int, *, share_min: float = 0.5) -> Floats:
    """(n, T) the mean of the last days; NaN unless more than a share of them were answered."""
    total, count = np.nancumsum(values, axis=1), np.cumsum(np.isfinite(values), axis=1)
    total[:, days:] -= total[:, :-days].copy()
    count[:, days:] -= count[:, :-days].copy()
    return np.where(count > days * share_min, total / np.maximum(count, 1), np.nan)


def held(values: Floats, *, days: int | None = None) -> Floats:
    """(n, T) each value held until the next one, or for so many days; NaN before the first.

    >>> held(np.array([[np.nan, 3.0, np.nan, np.nan, 5.0]]), days=2).tolist()
    [[nan, 3.0, 3.0, nan, 5.0]]
    """
    night = np.arange(values.shape[1])
    last = np.maximum.accumulate(np.where(np.isnan(values), -1, night), axis=1)
    found = np.take_along_axis(values, np.maximum(last, 0), axis=1)
    fresh = last >= 0 if days is None else (last >= 0) & (night - last < days)
    return np.where(fresh, found, np.nan)
