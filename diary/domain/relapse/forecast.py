"""The forecast: the chance that relief is lost by a day, and the days by which it may be."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.priors import Prior
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.baselines import Baselines
from diary.domain.relapse.cells import CURVE_DAYS, NEVER, spread_cells
from diary.domain.relapse.evidence import Floats
from diary.domain.relapse.posterior import Seen, posterior

HORIZON_DAYS: Final = 365
"""Loss days beyond it are not told."""
CHANCE_DIGITS: Final = 4
"""Chances are rounded to this, so that they are equal wherever they were worked out."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is foreseen of n courses on one night each, or of n courses on T; NaN where it cannot tell.

    Chances are of the true loss having come by that day; a non-responder's mass counts as not lost. Loss days
    are course days given that the course responds.
    """

    p_lost: Floats
    p_lost_14d: Floats
    p_lost_28d: Floats
    p_lost_lead: Floats
    """Lost within the lead time."""
    lost_p10: Floats
    lost_p50: Floats
    lost_p90: Floats


def forecast(
    scores: NDArray[np.uint8],
    nights: NDArray[np.int_],
    baselines: Baselines,
    *,
    prior: Prior,
    lead_days: int,
    boosters: NDArray[np.bool_] | None = None,
) -> Forecast:
    """Foresee each course's loss on one night of its own. What came after that night is not looked at.

    Args:
        scores: (n, T) NRS points from day 1 on; 255 for no answer.
        nights: (n,) course days, 1 to T.
        baselines: of the same courses.
        prior: what is believed before the first answer.
        lead_days: from an alert to a bed.
        boosters: (n, T) days on which a booster was given: the curve begins anew after the last one.

    Returns:
        (n,) arrays; chances to four decimals.
    """
    began = np.zeros(len(nights), dtype=np.int_)
    if boosters is not None:
        day = np.arange(1, scores.shape[1] + 1)
        began = np.where(boosters & (day <= nights[:, None]), day, 0).max(axis=1, initial=0)
    seen = Seen(_since(scores, nights, began), nights - began, baselines)
    found = loss_days(seen, prior, restarted=began > 0)
    chances = [found.chance_by(seen.nights + ahead) for ahead in (0, 14, 28, lead_days)]
    return Forecast(*chances, *(_course_day(found.day_of(share), began) for share in (0.1, 0.5, 0.9)))


def _since(scores: NDArray[np.uint8], nights: NDArray[np.int_], began: NDArray[np.int_]) -> NDArray[np.uint8]:
    """(n, D) the scores after each course's day, up to its night."""
    column = np.arange(int((nights - began).max(initial=0)))
    if not began.any() and (nights == len(column)).all():
        return scores[:, : len(column)]
    at = np.minimum(began[:, None] + column, scores.shape[1] - 1)
    kept = np.take_along_axis(scores, at, axis=1)
    kept[column >= (nights - began)[:, None]] = NO_ANSWER
    return kept


def _course_day(day: Floats, began: NDArray[np.int_]) -> Floats:
    return np.where(day + began <= HORIZON_DAYS, day + began, np.nan)


@dataclass(frozen=True, slots=True)
class LossDays:
    """When n courses may lose their relief, counted as their diaries are."""

    days: NDArray[np.int16]
    """(D,) days on which cells of the bank lose relief, first to last."""
    lost_by: Floats
    """(n, D + 1) the chance of a loss before the first of them, by the first, by the second and so on; NaN
    without a baseline."""
    responds: Floats
    """(n,) the chance that the course responds."""

    def chance_by(self, day: NDArray[np.int_]) -> Floats:
        """(n,) the chance that relief is lost by each course's day, to four decimals."""
        index = np.searchsorted(self.days, np.minimum(day, CURVE_DAYS), side="right")
        return np.round(self.lost_by[np.arange(len(day)), index], CHANCE_DIGITS)

    def day_of(self, share: float) -> Floats:
        """(n,) the day by which a share of the courses like this, of those that respond, have lost relief.

        NaN without a baseline, and where that day lies beyond the horizon.
        """
        index = (self.lost_by[:, 1:] < (share * self.responds)[:, None]).sum(axis=1)
        day = np.append(self.days, NEVER).astype(np.float64)[index]
        return np.where((day <= HORIZON_DAYS) & np.isfinite(self.responds), day, np.nan)


def loss_days(seen: Seen, prior: Prior, *, restarted: NDArray[np.bool_] | None = None) -> LossDays:
    """Work out when relief may be lost.

    Args:
        seen: n diaries, each up to its own night.
        prior: what is believed before the first answer.
        restarted: (n,) diaries that are counted from a booster on. Whoever has boosters did respond, so that
            a curve without relief after one is a loss from its first day.
    """
    cells = spread_cells(prior.step_half_life_days)
    days, starts = np.unique(cells.loss_day, return_index=True)
    responding = int(np.count_nonzero(cells.responds))
    ends = len(days) - 1  # the last of them is "never": the durable, then those who do not respond
    starts = np.append(starts, responding)
    lost_by = np.full((len(seen.nights), ends + 1), np.nan)
    responds = np.full(len(seen.nights), np.nan)
    for weighed in posterior(seen, prior):
        mass = np.add.reduceat(weighed.weights, starts, axis=1).astype(np.float64)
        mass /= mass.sum(axis=1, keepdims=True)
        lost_by[weighed.rows, 0] = 0
        lost_by[weighed.rows, 1:] = mass[:, :ends].cumsum(axis=1)
        responds[weighed.rows] = mass[:, : ends + 1].sum(axis=1)
    if restarted is not None and restarted.any():
        lost_by[restarted] += 1 - responds[restarted, None]
        responds[restarted] = 1
    return LossDays(days[:-1], lost_by, responds)
