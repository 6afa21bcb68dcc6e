"""What somebody would use instead: from the days before and the answers so far, a risk for every night.

A risk is (n, T), higher is more alarming, NaN where the method cannot speak; night d looks at days 1 to d.
Each method has as many settings to choose from on the calibration cohort. All know the pre-infusion mean, and
in two forms: as published, and gated to courses that were under the 70 % line once, which the literature's
rules are not, and which halves their false alerts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.protocol import DEFAULT
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.baselines import own_means
from diary.domain.simulation.cohort import Cohort

Floats = NDArray[np.float64]

# Of the level before the infusion, which is what 30 % relief is.
LINE: Final = 0.70
WITHOUT_BASELINE_NRS: Final = 7.2


@dataclass(frozen=True, slots=True)
class Diary:
    """Scores as numbers, over the baseline's mean; NaN for no answer."""

    ratio: Floats
    """(n, T)"""

    @property
    def answered(self) -> NDArray[np.bool_]:
        """(n, T)"""
        return np.isfinite(self.ratio)


Rival = Callable[[Diary], Floats]


def diary_of(cohort: Cohort) -> Diary:
    """What every rival is given."""
    baseline = own_means(cohort.before, DEFAULT)
    if cohort.carried_nrs is not None:
        baseline = np.where(np.isfinite(cohort.carried_nrs), cohort.carried_nrs, baseline)
    baseline = np.where(np.isfinite(baseline) & (baseline > 0), baseline, WITHOUT_BASELINE_NRS)
    scores = np.where(cohort.scores == NO_ANSWER, np.nan, cohort.scores.astype(np.float64))
    return Diary(scores / baseline[:, None])


def gated(rival: Rival, diary: Diary) -> Floats:
    """The same, silent until a 7-day mean was under the line: only what was had can be lost."""
    had = np.fmin.accumulate(np.nan_to_num(window_mean(diary, days=7), nan=np.inf), axis=1) <= LINE
    return np.where(had, rival(diary), -np.inf)


def single_day(diary: Diary) -> Floats:
    """The newest answer."""
    return _carry(diary.ratio)


def window_mean(diary: Diary, *, days: int) -> Floats:
    """The mean of the last days, of which more than half were answered."""
    total = np.nancumsum(diary.ratio, axis=1)
    count = np.cumsum(diary.answered, axis=1)
    total[:, days:] -= total[:, :-days].copy()
    count[:, days:] -= count[:, :-days].copy()
    return np.where(count > days // 2, total / np.maximum(count, 1), np.nan)


def ewma(diary: Diary, *, weight: float) -> Floats:
    """An exponentially weighted mean."""
    return _over_nights(diary, lambda level, answer: level + weight * (answer - level))


def line_ahead(diary: Diary, *, days: int, ahead: int) -> Floats:
    """A straight line through the last days, carried on."""
    n, nights = diary.ratio.shape
    found = np.full((n, nights), np.nan)
    for night in range(7, nights + 1):
        part = diary.ratio[:, max(0, night - days) : night]
        x = np.arange(-part.shape[1] + 1, 1.0)
        known = np.isfinite(part)
        count = known.sum(axis=1)
        mean_x = np.where(known, x, 0).sum(axis=1) / np.maximum(count, 1)
        mean_y = np.where(known, part, 0).sum(axis=1) / np.maximum(count, 1)
        off = np.where(known, x - mean_x[:, None], 0)
        slope = (off * np.nan_to_num(part - mean_y[:, None])).sum(axis=1) / np.maximum(
            (off**2).sum(axis=1), 1
        )
        found[:, night - 1] = np.where(count >= 7, mean_y + slope * (ahead - mean_x), np.nan)
    return found


def chart_of_early_days(diary: Diary, *, weight: float) -> Floats:
    """An EWMA chart: SDs above the mean of the course's own days 3 to 14."""
    mean, sd = _early(diary)
    level = _over_nights(diary, lambda level, answer: level + weight * (answer - level))
    return _from_day_15((level - mean) / (sd * np.sqrt(weight / (2 - weight))))


def cusum_of_early_days(diary: Diary, *, slack: float) -> Floats:
    """A one-sided CUSUM against the same days."""
    mean, sd = _early(diary)
    return _from_day_15(_summed((diary.ratio - mean) / sd - slack))


def page_hinkley(diary: Diary, *, delta: float) -> Floats:
    """Page-Hinkley: how far the sum of rises over the running mean stands above its lowest."""
    mean = np.nancumsum(diary.ratio, axis=1) / np.maximum(np.cumsum(diary.answered, axis=1), 1)
    total = np.nancumsum(diary.ratio - mean - delta, axis=1)
    return total - np.minimum.accumulate(total, axis=1)


def kalman_trend(diary: Diary, *, drift: float, ahead: int) -> Floats:
    """A local linear trend, filtered: how surely it will stand over the line some days ahead, in SDs."""
    n, nights = diary.ratio.shape
    noise = 0.15**2
    level, slope = np.full(n, 0.3), np.zeros(n)
    p_ll, p_ls, p_ss = np.full(n, 0.1), np.zeros(n), np.full(n, 0.02**2)
    found = np.full((n, nights), np.nan)
    for night in range(nights):
        level, p_ll = level + slope, p_ll + 2 * p_ls + p_ss + noise * 0.01
        p_ls, p_ss = p_ls + p_ss, p_ss + drift**2
        answer = diary.ratio[:, night]
        came = np.isfinite(answer)
        gain_l, gain_s = p_ll / (p_ll + noise), p_ls / (p_ll + noise)
        off = np.where(came, answer - level, 0.0)
        level, slope = level + gain_l * off, slope + gain_s * off
        p_ss = np.where(came, p_ss - gain_s * p_ls, p_ss)
        p_ls = np.where(came, (1 - gain_l) * p_ls, p_ls)
        p_ll = np.where(came, (1 - gain_l) * p_ll, p_ll)
        spread = np.sqrt(p_ll + 2 * ahead * p_ls + ahead**2 * p_ss)
        found[:, night] = (level + ahead * slope - LINE) / spread
    return found


SETTINGS: Final = 4
RIVALS: Final[Mapping[str, tuple[Rival, ...]]] = {
    "single day": (single_day,),
    "7-day mean": tuple(partial(window_mean, days=days) for days in (5, 7, 10, 14)),
    "EWMA": tuple(partial(ewma, weight=weight) for weight in (0.05, 0.1, 0.2, 0.3)),
    "21-day line": tuple(
        partial(line_ahead, days=days, ahead=ahead) for days in (14, 21) for ahead in (7, 14)
    ),
    "EWMA of own early days": tuple(partial(chart_of_early_days, weight=w) for w in (0.05, 0.1, 0.2, 0.3)),
    "CUSUM of own early days": tuple(partial(cusum_of_early_days, slack=k) for k in (0.25, 0.5, 0.75, 1.0)),
    "Page-Hinkley": tuple(partial(page_hinkley, delta=delta) for delta in (0.0, 0.02, 0.05, 0.1)),
    "Kalman trend": tuple(
        partial(kalman_trend, drift=drift, ahead=ahead) for drift in (0.001, 0.003) for ahead in (14, 28)
    ),
}


def _early(diary: Diary) -> tuple[Floats, Floats]:
    """(n, 1) mean and SD of days 3 to 14, the SD no smaller than a twentieth."""
    early = diary.ratio[:, 2:14]
    count = np.maximum(np.isfinite(early).sum(axis=1, keepdims=True), 1)
    mean = np.nansum(early, axis=1, keepdims=True) / count
    variance = np.nansum((early - mean) ** 2, axis=1, keepdims=True) / np.maximum(count - 1, 1)
    return mean, np.maximum(np.sqrt(variance), 0.05)


def _from_day_15(risk: Floats) -> Floats:
    risk[:, :14] = np.nan
    return risk


def _summed(steps: Floats) -> Floats:
    found = np.zeros_like(steps)
    height = np.zeros(len(steps))
    for night in range(steps.shape[1]):
        height = np.maximum(0, height + np.nan_to_num(steps[:, night]))
        found[:, night] = height
    return found


def _over_nights(diary: Diary, update: Callable[[Floats, Floats], Floats]) -> Floats:
    """A level that each answer moves; the first answer begins it."""
    found = np.full(diary.ratio.shape, np.nan)
    level = np.full(len(diary.ratio), np.nan)
    for night in range(diary.ratio.shape[1]):
        answer = diary.ratio[:, night]
        moved = np.where(np.isfinite(level), update(level, answer), answer)
        level = np.where(np.isfinite(answer), moved, level)
        found[:, night] = level
    return found


def _carry(ratio: Floats) -> Floats:
    last = np.where(np.isfinite(ratio), np.arange(ratio.shape[1]), -1)
    last = np.maximum.accumulate(last, axis=1)
    found = np.take_along_axis(ratio, np.maximum(last, 0), axis=1)
    return np.where(last >= 0, found, np.nan)
