"""The forecast: the chance that relief is lost by a day, and the days by which it may be."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.priors import Prior
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.baselines import Baselines
from diary.domain.relapse.cells import Cells, spread_cells
from diary.domain.relapse.compiled import TOGETHER, compiled
from diary.domain.relapse.evidence import Floats, Singles
from diary.domain.relapse.posterior import Seen, comparisons, exponents
from diary.domain.relapse.sight import Sights, expected, no_sights

HORIZON_DAYS: Final = 365
"""Loss days beyond it are not told."""
SHARES: Final = (0.1, 0.5, 0.9)
"""Of the courses like one: loss days are told by which so many have lost relief."""
CHANCE_DIGITS: Final = 4
"""Chances are rounded to this, so that they are equal wherever they were worked out."""

_ONES: Final = np.ones(TOGETHER, dtype=np.float32)


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
    nobody = np.zeros(len(nights), dtype=np.bool_)
    return foresee(
        scores, nights, baselines, prior=prior, lead_days=lead_days, boosters=boosters, sighted=nobody
    )[0]


def foresee(
    scores: NDArray[np.uint8],
    nights: NDArray[np.int_],
    baselines: Baselines,
    *,
    prior: Prior,
    lead_days: int,
    boosters: NDArray[np.bool_] | None,
    sighted: NDArray[np.bool_],
) -> tuple[Forecast, Sights]:
    """The same, and what else is seen of some: a fifth more to work out of each of these, (n,) `sighted`."""
    sights = no_sights(len(nights))
    seen, began = since_booster(scores, nights, baselines, boosters)
    cells = spread_cells(prior.step_half_life_days)
    ahead = np.array([0, 14, 28, lead_days])
    found = Forecast(*(np.full(len(nights), np.nan) for _ in Forecast.__slots__))
    fast = compiled(len(nights))
    foretold = _foretold if fast is None else partial(_foretold_fast, fast)
    for compared in comparisons(seen, prior):
        rows = compared.rows
        chances, days = foretold(compared.logs, cells, seen.nights[rows, None] + ahead, began[rows] > 0)
        told = [*chances.T, *course_day(days, began[rows, None]).T]
        for name, values in zip(Forecast.__slots__, told, strict=True):
            getattr(found, name)[rows] = values
        some = np.flatnonzero(sighted[rows])
        if len(some):  # the logarithms are weights by now
            at, weights = rows[some], compared.logs[some]
            sights.relief[at], sights.families[at] = expected(weights, cells, seen.nights[at])
            sights.narrowed[at] = narrowed(days[some], prior)
    return found, sights


def narrowed(lost: Floats, prior: Prior) -> Floats:
    """(n,) the share of the loss days thought possible before, that answers took away.

    Args:
        lost: (n, 3) the days by which SHARES of the courses like each have lost relief.
        prior: what was believed before.
    """
    return np.asarray(np.clip(1 - _days_open(lost) / _days_open_before(prior), 0, 1))


@lru_cache(maxsize=8)
def _days_open_before(prior: Prior) -> float:
    cells = spread_cells(prior.step_half_life_days)
    believed = np.exp(cells.log_weights(prior), dtype=np.float32)[None]
    days = loss_days(believed, cells, restarted=np.zeros(1, dtype=np.bool_))
    return float(_days_open(days.days_if_it_responds())[0])


def _days_open(lost: Floats) -> Floats:
    """(n,) from the day by which one in ten has lost relief to nine in ten; a year is as far as it looks."""
    known = np.nan_to_num(lost, nan=HORIZON_DAYS)
    return np.asarray(known[:, -1] - known[:, 0])


def _foretold(
    logs: Singles, cells: Cells, by_days: NDArray[np.int_], restarted: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """(n, k) the chances of a loss by each of (n, k) days, and (n, 3) the loss days of SHARES."""
    days = loss_days(exponents(logs), cells, restarted=restarted)
    return days.chances_by(by_days), days.days_if_it_responds()


def _foretold_fast(
    fast: Callable[..., None],
    logs: Singles,
    cells: Cells,
    by_days: NDArray[np.int_],
    restarted: NDArray[np.bool_],
) -> tuple[Floats, Floats]:
    """The same, diary by diary."""
    asked = by_days.shape[1]
    found = np.empty((len(logs), asked + len(SHARES)))
    by, responding = cells.lost_by(by_days), np.count_nonzero(cells.responds)
    fast(logs, cells.loss_day, by, responding, restarted, np.array(SHARES), found)
    chances, days = found[:, :asked], found[:, asked:]
    days[days > HORIZON_DAYS] = np.nan
    return np.asarray(np.round(chances, CHANCE_DIGITS)), days


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
class Groups:
    """The chances of cells, some together: sums of all are asked for, and of few groups the cells."""

    weights: Singles
    """(n, groups, TOGETHER)"""
    total: Floats
    """(n, 1) what they add up to."""

    def of(self, group: NDArray[np.intp]) -> Floats:
        """(n, k, TOGETHER) of the cells of (n, k) groups."""
        rows = np.arange(len(group))[:, None]
        return np.asarray(self.weights[rows, group] / self.total[..., None])


@dataclass(frozen=True, slots=True)
class LossDays:
    """When n courses may lose their relief, counted as their diaries are; read while the weights stand."""

    cells: Cells
    chances: Groups
    lost_before: Floats
    """(n, groups + 1) the chance of a loss before each group of cells, had all of them lost their relief."""
    responds: Floats
    """(n,) the chance that the course responds."""

    def chances_by(self, days: NDArray[np.int_]) -> Floats:
        """(n, k) the chance that relief is lost by each of (n, k) days, to four decimals."""
        lost = self.cells.lost_by(days)
        return np.round(_before(self.lost_before, self.chances, lost), CHANCE_DIGITS)

    def days_by(self, chances: Floats) -> Floats:
        """(n, k) the day on which the chance of a loss reaches each of (n, k) or (k,) chances.

        NaN where such a day lies beyond the horizon; 0 where the loss was there before the first day.
        """
        n, ends = self.lost_before.shape
        wanted = np.broadcast_to(chances, (n, chances.shape[-1]))
        rows = np.arange(n)[:, None]  # chances reach 1: two apart, all rows are one ascending list
        end = np.searchsorted((self.lost_before + 2 * rows).ravel(), wanted + 2 * rows) - rows * ends
        group = np.clip(end - 1, 0, ends - 2)
        lost = self.chances.of(group).cumsum(axis=-1) + self.lost_before[rows, group][..., None]
        within = np.minimum(np.count_nonzero(lost < wanted[..., None], axis=-1), TOGETHER - 1)
        day = np.where(end > 0, self.cells.loss_day[group * TOGETHER + within], 0)
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
    n = len(weights)
    groups = weights.reshape(n, -1, TOGETHER)
    sums = (weights.reshape(-1, TOGETHER) @ _ONES).reshape(n, -1)  # as a product: a sixth of `reduceat`
    before = np.zeros((n, sums.shape[1] + 1))
    np.cumsum(sums, axis=1, dtype=np.float64, out=before[:, 1:])
    chances = Groups(groups, before[:, -1:].copy())
    before /= chances.total
    responding = np.full((n, 1), np.count_nonzero(cells.responds))
    responds = _before(before, chances, responding)[:, 0]
    before[restarted] += 1 - responds[restarted, None]
    return LossDays(cells, chances, before, np.where(restarted, 1, responds))


def _before(ends: Floats, chances: Groups, cell: NDArray[np.intp]) -> Floats:
    """(n, k) the chance of all cells before each of (n, k), given that before each group."""
    group = np.minimum(cell // TOGETHER, ends.shape[1] - 2)
    earlier = np.arange(TOGETHER) < (cell - group * TOGETHER)[..., None]
    of_group = np.where(earlier, chances.of(group), 0).sum(axis=-1)
    return np.asarray(np.take_along_axis(ends, group, axis=1) + of_group)
