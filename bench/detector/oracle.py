"""The best that can be known: a forecast that is given the generator, but not the course's own curve.

It knows every distribution that a cohort is drawn from: levels, curves, each person's noise (its size, its
memory, its drift, how it shrinks towards the ends of the scale), flares, rounding, the habit of even numbers.
It does not know what was drawn for this course, and sees the same diary and nothing else. The policy about it
is the service's own: the same states, the thresholds chosen on the same calibration courses.

Thousands of people and curves are drawn from the generator, on a seed of their own, and weighed by how likely
this diary is if they had kept it (`noise_filter`). What hardly fits is let go by chance, and the rest weighs
more (Fearnhead & Clifford 2003): right in the mean, and no two are alike.
"""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.detector import ours
from bench.detector.noise_filter import Followed, Singles, answered, next_day, people
from bench.detector.scoring import Floats
from config.protocol import DEFAULT
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.assess import Assessed
from diary.domain.relapse.forecast import HORIZON_DAYS, SHARES, Forecast
from diary.domain.relapse.states import states
from diary.domain.simulation.cohort import Cohort
from diary.domain.simulation.curves import Curves, draw_curves, relief_on
from diary.domain.simulation.parameters import CohortParameters
from diary.domain.simulation.truth import RELAPSE_LASTS_DAYS, responders, true_relapse_day

SEED: Final = 6_001
CURVES: Final = 20_000
# A quarter of them, where many cohorts are looked at.
FEW_CURVES: Final = 5_000
PEOPLE: Final = 4_000
# So many are still followed once a course has so many answers.
KEPT: Final = ((0, CURVES), (10, 8_000), (30, 4_000))
# Weight under which, of the heaviest, none is followed any more.
LEAST_WEIGHT: Final = 1e-7

NEVER: Final = HORIZON_DAYS + 1
NO_RESPONSE: Final = HORIZON_DAYS + 2
_AT_ONCE: Final = 4_000


@dataclass(frozen=True, slots=True)
class Bank:
    """What the generator draws: people, and curves in the order of their loss days."""

    parameters: CohortParameters
    people: Followed
    left: Singles
    """(days + 1, G) the share of the level that is felt on days 0 to T, noise apart."""
    loss_day: NDArray[np.int16]
    """(G,) NEVER beyond the horizon; NO_RESPONSE."""


def foresee(cohort: Cohort, parameters: CohortParameters, *, curves: int = CURVES) -> Assessed:
    """Every course on every night.

    Raises:
        ValueError: the cohort has something that the oracle was not told of.
    """
    if not knows(parameters):
        raise ValueError("the oracle knows first courses, whose days are missing by chance")
    days = cohort.scores.shape[1]
    bank = _bank(parameters, days, curves)
    without = ours.foresee(cohort, prior=None)
    baselines = ours.baselines_of_cohort(cohort)
    found = np.full((7, len(cohort.scores), days), np.nan)
    for row in np.flatnonzero(np.isfinite(baselines.nrs)):
        found[:, row] = _of_course(cohort.before[row], cohort.scores[row], bank, np.random.default_rng(row))
    forecast = Forecast(*found)
    return Assessed(without.nights, states(without.nights, forecast, DEFAULT), forecast)


def knows(p: CohortParameters) -> bool:
    """Whether there is nothing in a cohort that the oracle was not told of."""
    ways = (p.retreated_at_relief, p.booster_day, p.rescue_share, p.constant_share)
    return not any((*ways, p.missing_in_pain_log_odds, p.missing_in_relief_log_odds))


def _bank(p: CohortParameters, days: int, count: int) -> Bank:
    rng = np.random.default_rng(SEED)
    drawn = draw_curves(count, rng, p)
    left = np.empty((days + 1, count), dtype=np.float32)
    loss_day = np.empty(count, dtype=np.int16)
    for first in range(0, count, _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        part = Curves(*(getattr(drawn, field.name)[some] for field in fields(drawn)))
        relief = relief_on(part, np.arange(HORIZON_DAYS + RELAPSE_LASTS_DAYS + 1), p)
        lost = true_relapse_day(relief[:, 1:])
        lost[(lost == 0) | (lost > HORIZON_DAYS)] = NEVER
        loss_day[some] = np.where(responders(relief[:, 1:]), lost, NO_RESPONSE)
        left[:, some] = 1 - relief[:, : days + 1].T
    order = np.argsort(loss_day, kind="stable")
    return Bank(p, people(PEOPLE, rng, p), left[:, order], loss_day[order])


def _of_course(
    before: NDArray[np.uint8], scores: NDArray[np.uint8], bank: Bank, rng: np.random.Generator
) -> Floats:
    """(7, T) what a `Forecast` has of one course."""
    of, curve = _who_it_could_be(before, bank, rng)
    weight = np.full(len(curve), 1 / len(curve))
    next_day(of, bank.parameters)  # the day of the infusion
    found = np.empty((7, len(scores)))
    answers = 0
    for night, nrs in enumerate(scores.tolist(), start=1):
        next_day(of, bank.parameters)
        if nrs != NO_ANSWER:
            pain = of.level_nrs * bank.left[night][curve]
            weight = weight * answered(of, nrs, pain, bank.parameters)
            weight /= weight.sum()
            answers += 1
            most = next(kept for from_answer, kept in reversed(KEPT) if answers >= from_answer)
            if len(weight) > most or night % 7 == 0:
                chosen, weight = kept_of(weight, most, rng)
                of, curve = of.rows(chosen), curve[chosen]
        found[:, night - 1] = _told(night, weight, bank.loss_day[curve])
    return found


def _who_it_could_be(
    before: NDArray[np.uint8], bank: Bank, rng: np.random.Generator
) -> tuple[Followed, NDArray[np.intp]]:
    """People by how well they fit the days before the infusion, each with a curve of the bank at random."""
    of = bank.people.rows(np.arange(len(bank.people.sd_nrs)))
    weight = np.ones(len(of.sd_nrs))
    for nrs in before.tolist():
        next_day(of, bank.parameters)
        if nrs != NO_ANSWER:
            weight *= answered(of, nrs, of.level_nrs, bank.parameters)
            weight /= weight.sum()
    count = len(bank.loss_day)
    evenly = (np.arange(count) + rng.random()) / count
    chosen = np.minimum(np.searchsorted(np.cumsum(weight), evenly), len(weight) - 1)
    return of.rows(rng.permutation(chosen)), np.arange(count)


def kept_of(weight: Floats, most: int, rng: np.random.Generator) -> tuple[NDArray[np.intp], Floats]:
    """Which are still followed, at most so many and in their order, and their weights, that add up to 1.

    Those over a bar keep their weight; the others stay by chance, in proportion to theirs, and weigh as much
    as the bar. So each weighs in the mean what it did.

    >>> kept, weight = kept_of(np.array([0.1, 0.6, 0.1, 0.2]), 3, np.random.default_rng(1))
    >>> len(kept), float(weight[kept == 1][0])
    (3, 0.6)
    """
    kept = np.flatnonzero(weight > weight.max() * LEAST_WEIGHT)
    if len(kept) > most:
        bar = _bar(weight[kept], most)
        light = weight[kept] < bar
        passed = np.floor(np.cumsum(np.where(light, weight[kept] / bar, 0)) + rng.random())
        stays = ~light
        stays[light] = np.diff(passed[light], prepend=0) > 0
        kept = kept[stays]
        weight = np.maximum(weight, bar)
    return kept, weight[kept] / weight[kept].sum()


def _bar(weight: Floats, most: int) -> float:
    """The weight that those under it come to `most` with, when each stands for so much of theirs."""
    heaviest_first = np.sort(weight)[::-1]
    over = np.arange(most)
    rest = np.cumsum(heaviest_first[::-1])[::-1][:most]
    bars = rest / (most - over)
    return float(bars[(heaviest_first[:most] <= bars).argmax()])


def _told(night: int, weight: Floats, loss_day: NDArray[np.int16]) -> tuple[float, ...]:
    """Chances to be lost by this night, by 14, 28 and the lead time's days later; loss days of responders."""
    lost_by = np.concatenate([[0.0], np.cumsum(weight)])
    ahead = night + np.array([0, 14, 28, DEFAULT.lead_days])
    chances = lost_by[np.searchsorted(loss_day, np.minimum(ahead, HORIZON_DAYS), side="right")]
    responds = lost_by[np.searchsorted(loss_day, NO_RESPONSE)]
    at = np.minimum(np.searchsorted(lost_by[1:], np.array(SHARES) * responds), len(loss_day) - 1)
    days = np.where((loss_day[at] > HORIZON_DAYS) | (responds <= 0), np.nan, loss_day[at])
    return (*np.round(chances, 4), *days)
