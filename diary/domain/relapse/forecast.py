"""The forecast: the chance that relief is lost by a day, and the days by which it may be."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.priors import Prior
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.baselines import Baselines
from diary.domain.relapse.cells import CURVE_DAYS, NEVER, Cells, spread_cells
from diary.domain.relapse.evidence import Floats, Singles
from diary.domain.relapse.posterior import Seen, posterior

HORIZON_DAYS: Final = 365
"""Loss days beyond it are not told."""
SHARES: Final = (0.1, 0.5, 0.9)
"""Of the courses like one: loss days are told by which so many have lost relief."""
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
    seen, began = since_booster(scores, nights, baselines, boosters)
    cells = spread_cells(prior.step_half_life_days)
    ahead = np.array([0, 14, 28, lead_days])
    found = Forecast(*(np.full(len(nights), np.nan) for _ in Forecast.__slots__))
    for weighed in posterior(seen, prior):
        rows = weighed.rows
        days = loss_days(weighed.weights, cells, restarted=began[rows] > 0)
        chances = days.chances_by(seen.nights[rows, None] + ahead)
        told = [*chances.T, *course_day(days.days_if_it_responds(), began[rows, None]).T]
        for name, values in zip(Forecast.__slots__, told, strict=True):
            getattr(found, name)[rows] = values
    return found


def since_booster(
    scores: NDArray[np.uint8],
    nights: NDArray[np.int_],
    baselines: Baselines,
    boosters: NDArray[np.bool_] | None,
) -> tuple[Seen, NDArray[np.int_]]:
    """Each diary from its last booster up to its night on; and the days of those boosters, 0 for none."""
    began = np.zeros(len(nights), dtype=np.int_)
    if boosters is not None:
        day = np.arange(1, scores.shape[1] + 1)
        began = np.where(boosters & (day <= nights[:, None]), day, 0).max(axis=1, initial=0)
    return Seen(_since(scores, nights, began), nights - began, baselines), began


def _since(scores: NDArray[np.uint8], nights: NDArray[np.int_], began: NDArray[np.int_]) -> NDArray[np.uint8]:
    """(n, D) the scores after each course's day, up to its night."""
    column = np.arange(int((nights - began).max(initial=0)))
    if not began.any() and (nights == len(column)).all():
        return scores[:, : len(column)]
    at = np.minimum(began[:, None] + column, scores.shape[1] - 1)
    kept = np.take_along_axis(scores, at, axis=1)
    kept[column >= (nights - began)[:, None]] = NO_ANSWER
    return kept


def course_day(day: Floats, began: NDArray[np.int_]) -> Floats:
    """Days counted from a booster on as course days; NaN beyond the horizon."""
    return np.where(day + began <= HORIZON_DAYS, day + began, np.nan)


@dataclass(frozen=True, slots=True)
class LossDays:
    """When n courses may lose their relief, counted as their diaries are."""

    days: NDArray[np.int16]
    """(D,) days on which cells of the bank lose relief, first to last."""
    lost_by: Floats
    """(n, D + 1) the chance of a loss before the first of them, by the first, by the second and so on."""
    responds: Floats
    """(n,) the chance that the course responds."""

    def chances_by(self, days: NDArray[np.int_]) -> Floats:
        """(n, k) the chance that relief is lost by each of (n, k) days, to four decimals."""
        index = np.searchsorted(self.days, np.minimum(days, CURVE_DAYS), side="right")
        return np.round(np.take_along_axis(self.lost_by, index, axis=1), CHANCE_DIGITS)

    def days_by(self, chances: Floats) -> Floats:
        """(n, k) the day on which the chance of a loss reaches each of (n, k) or (k,) chances.

        NaN where such a day lies beyond the horizon; 0 where the loss was there before the first day.
        """
        n, days = self.lost_by.shape
        wanted = np.broadcast_to(chances, (n, chances.shape[-1]))
        rows = np.arange(n)[:, None]  # chances reach 1: two apart, all rows are one ascending list
        index = np.searchsorted((self.lost_by + 2 * rows).ravel(), wanted + 2 * rows) - rows * days
        day = np.concatenate([[0], self.days, [NEVER]]).astype(np.float64)[index]
        return np.where((day <= HORIZON_DAYS) & (wanted > 0), day, np.nan)

    def days_if_it_responds(self) -> Floats:
        """(n, 3) the days by which SHARES of the courses like this that respond have lost relief."""
        return self.days_by(np.array(SHARES) * self.responds[:, None])


def loss_days(weights: Singles, cells: Cells, *, restarted: NDArray[np.bool_]) -> LossDays:
    """Work out when relief may be lost.

    Args:
        weights: (n, G) of the cells, for n diaries.
        cells: the bank.
        restarted: (n,) diaries that are counted from a booster on. Whoever has boosters did respond, so that
            a curve without relief after one is a loss from its first day.
    """
    days, starts = _ends(cells)
    mass = np.add.reduceat(weights, starts, axis=1).astype(np.float64)
    mass /= mass.sum(axis=1, keepdims=True)
    lost_by = np.zeros((len(weights), len(days) + 1))
    mass[:, : len(days)].cumsum(axis=1, out=lost_by[:, 1:])
    responds = mass[:, : len(days) + 1].sum(axis=1)  # the one after the last day is "never"
    lost_by[restarted] += 1 - responds[restarted, None]
    responds[restarted] = 1
    return LossDays(days, lost_by, responds)


@lru_cache(maxsize=2)
def _ends(cells: Cells) -> tuple[NDArray[np.int16], NDArray[np.intp]]:
    """The days on which cells lose relief; where those of each begin, then the durable, then the others."""
    days, starts = np.unique(cells.loss_day, return_index=True)
    return days[:-1], np.append(starts, np.count_nonzero(cells.responds))
