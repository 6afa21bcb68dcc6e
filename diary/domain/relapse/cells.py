"""The bank: some thousand courses as they could be, each with its curve of relief and its day of loss.

A cell is one point of the prior: how its relief goes, how noisy its diary is, and how its true baseline
differs from the mean that was measured. Cells are spread evenly over a wide prior by a fixed sequence, once;
a `Prior` only weighs them.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.priors import FIXED, Prior
from diary.domain.outlook import FAMILIES
from diary.domain.relapse.likelihood import NOISE_NRS

Floats = NDArray[np.float64]
Spread = tuple[float, float]

GRADUAL, STEP, DURABLE, PART_WAY, NO_PLATEAU, LATE, NO_RESPONSE = range(len(FAMILIES))
# How many cells stand for each family: many where there is much to tell apart.
CELLS_OF: Final = (2592, 640, 128, 256, 224, 96, 160)

# As far as curves go: the longest follow-up.
CURVE_DAYS: Final = 800
NEVER: Final = CURVE_DAYS + 1

# Relief of 30 % is the line; a response is a mean at or over it on days 3 to 14 (GLOSSARY.md).
RELIEF_LINE: Final = 0.30
RESPONSE_DAYS: Final = slice(2, 14)

# What the cells are spread over, wider than any prior: the middle and SD of each logarithm or logit.
_NOISE: Final = (math.log(1.2), 0.55)
_RELIEF: Final = (math.log(0.88 / 0.12), 1.3)
_OTHER_RELIEF: Final = (math.log(0.08 / 0.92), 1.2)
_MIDPOINT: Final = (math.log(51), 1.0)
_HALF_LIFE: Final = (math.log(10.9), 0.65)
# All is lost: pain may end so far past the baseline, a share of it. Part-way: so much of the relief stays. No
# plateau: it halves in so many days. Late: it comes on such a day.
_PAST: Final = (FIXED.past_low_share, FIXED.past_high_share)
_STAYS: Final = (FIXED.stays_low_share, FIXED.stays_high_share)
_HALVES_IN_DAYS: Final = (FIXED.halves_in_days_low, FIXED.halves_in_days_high)
_COMES_ON_DAY: Final = (FIXED.comes_on_day_low, FIXED.comes_on_day_high)
# The share of a family that a prior leaves out.
_NO_SHARE: Final = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """G cells: first those that lose relief, first to last; then those that never do; then non-responders."""

    family: NDArray[np.int8]
    noise: NDArray[np.int8]
    """Positions in `likelihood.NOISE_NRS`."""
    peak: Floats
    """Relief before any is lost, a share of the baseline."""
    stays: Floats
    """The share of it that is never lost; under 0 where pain ends past the baseline."""
    comes_on_day: Floats
    midpoint_days: Floats
    half_life_days: Floats
    z: Floats
    """(5, G) where each cell stands in what all are spread over, in SDs: baseline, noise, relief, midpoint,
    half-life."""
    responds: NDArray[np.bool_]
    loss_day: NDArray[np.int16]
    """First day under the line for good; NEVER for none."""

    @property
    def noise_nrs(self) -> Floats:
        """(G,) day-to-day SD, NRS points."""
        return np.asarray(NOISE_NRS[self.noise])

    def relief(self, day: float) -> Floats:
        """(G,) noise-free relief on day 1 or later, a share of the baseline."""
        half_lives_past = (day - self.midpoint_days) / self.half_life_days
        left = 1 / (1 + np.exp2(np.clip(half_lives_past, -60, 60)))
        left = np.where(self.family == NO_PLATEAU, np.exp2(-day / self.half_life_days), left)
        came = 1 / (1 + np.exp2((self.comes_on_day - day) / FIXED.onset_half_life_days))
        came = np.where(self.family == LATE, came, 1.0)
        return np.asarray(self.peak * came * (self.stays + (1 - self.stays) * left))

    def lost_by(self, days: NDArray[np.int_]) -> NDArray[np.intp]:
        """How many of the cells have lost relief by each day: the first so many, since loss days ascend."""
        return np.searchsorted(self.loss_day, np.minimum(days, CURVE_DAYS), side="right")

    def log_weights(self, prior: Prior) -> Floats:
        """(G,) log density under the prior over that of the spread; the baseline's is left to the table."""
        _, noise, relief, midpoint, half_life = self.z
        weights = np.log(np.maximum(_shares(prior), _NO_SHARE) / CELLS_OF)[self.family]
        weights += _moved(noise, _NOISE, (math.log(prior.noise_median_nrs), prior.noise_log_sd))
        peak = (_logit(prior.relief_median), prior.relief_logit_sd)
        other_peak = (_logit(prior.other_relief_median), prior.other_relief_logit_sd)
        weights += np.where(
            self.family == NO_RESPONSE,
            _moved(relief, _OTHER_RELIEF, other_peak),
            _moved(relief, _RELIEF, peak),
        )
        wanted = (math.log(prior.midpoint_median_days), prior.midpoint_log_sd)
        falls = np.isin(self.family, (GRADUAL, STEP, PART_WAY, LATE))
        weights += np.where(falls, _moved(midpoint, _MIDPOINT, wanted), 0.0)
        wanted = (math.log(prior.half_life_median_days), prior.half_life_log_sd)
        fades = np.isin(self.family, (GRADUAL, PART_WAY, LATE))
        weights += np.where(fades, _moved(half_life, _HALF_LIFE, wanted), 0.0)
        return np.asarray(weights)


@lru_cache(maxsize=2)
def spread_cells(step_half_life_days: float) -> Cells:
    """The cells, the same every time.

    >>> cells = spread_cells(0.7)
    >>> len(cells.loss_day) == sum(CELLS_OF), bool((np.diff(cells.loss_day) >= 0).all())
    (True, True)
    """
    family = np.repeat(np.arange(len(FAMILIES)), CELLS_OF).astype(np.int8)
    even = np.vstack([_evenly(count, dimensions=6) for count in CELLS_OF])
    z = np.vectorize(NormalDist().inv_cdf)(even[:, :5]).T
    midpoint = np.exp(_at(_MIDPOINT, z[3]))
    half_life = np.minimum(np.exp(_at(_HALF_LIFE, z[4])), midpoint / 2)  # else it falls before it has begun
    half_life[family == STEP] = step_half_life_days
    halves = np.exp(_between((math.log(_HALVES_IN_DAYS[0]), math.log(_HALVES_IN_DAYS[1])), even[:, 5]))
    logit = np.where(family == NO_RESPONSE, _at(_OTHER_RELIEF, z[2]), _at(_RELIEF, z[2]))
    noise = np.abs(_at(_NOISE, z[1])[:, None] - np.log(NOISE_NRS)).argmin(axis=1)
    peak = 1 / (1 + np.exp(-logit))
    stays = np.where(family == PART_WAY, _between(_STAYS, even[:, 5]), 0.0)
    past = np.isin(family, (GRADUAL, STEP)) & (even[:, 5] < FIXED.past_share)
    stays = np.where(past, -_between(_PAST, even[:, 5] / FIXED.past_share) / peak, stays)
    cells = Cells(
        family=family,
        noise=noise.astype(np.int8),
        peak=peak,
        stays=stays,
        comes_on_day=_between(_COMES_ON_DAY, even[:, 5]),
        midpoint_days=np.where(np.isin(family, (DURABLE, NO_RESPONSE)), np.inf, midpoint),
        half_life_days=np.where(family == NO_PLATEAU, halves, half_life),
        z=z,
        responds=np.ones(len(family), dtype=np.bool_),
        loss_day=np.full(len(family), NEVER, dtype=np.int16),
    )
    responds, loss_day = _outcomes(cells)
    order = np.lexsort((~responds, loss_day))
    fields = {name: getattr(cells, name)[..., order] for name in Cells.__slots__}
    return Cells(**{**fields, "responds": responds[order], "loss_day": loss_day[order]})


def _outcomes(cells: Cells) -> tuple[NDArray[np.bool_], NDArray[np.int16]]:
    """Who responds, and the first day under the line for good; NEVER for none."""
    relief = np.array([cells.relief(day) for day in range(1, CURVE_DAYS + 1)])
    responds = relief[RESPONSE_DAYS].mean(axis=0) >= RELIEF_LINE
    responds |= (cells.family == LATE) & (relief.max(axis=0) >= RELIEF_LINE)
    lost = responds & (relief[-1] < RELIEF_LINE)
    last_kept = CURVE_DAYS - np.argmax(relief[::-1] >= RELIEF_LINE, axis=0)
    return responds, np.where(lost, last_kept + 1, NEVER).astype(np.int16)


def _evenly(count: int, *, dimensions: int) -> Floats:
    """(count, dimensions) points that fill the unit cube evenly, the same every time.

    Multiples, modulo 1, of the powers of the root of x^(d+1) = x + 1 (M. Roberts 2018, the R sequence).
    """
    root = 1.5
    for _ in range(60):
        root = (1 + root) ** (1 / (dimensions + 1))
    steps = root ** -np.arange(1.0, dimensions + 1)
    points = (0.5 + np.arange(1, count + 1)[:, None] * steps) % 1
    return np.asarray(np.clip(points, 1e-4, 1 - 1e-4))


def _shares(prior: Prior) -> Floats:
    """(families,) adding up to 1."""
    of_responders = (
        prior.gradual_share,
        prior.step_share,
        prior.durable_share,
        prior.part_way_share,
        prior.no_plateau_share,
        prior.late_share,
    )
    return np.append(prior.responder_share * np.array(of_responders), 1 - prior.responder_share)


def _moved(z: Floats, spread: Spread, wanted: Spread) -> Floats:
    """Log density of a normal as wanted, over that of the normal that the cells are spread over."""
    off = (_at(spread, z) - wanted[0]) / wanted[1]
    return (z**2 - off**2) / 2 + math.log(spread[1] / wanted[1])


def _at(spread: Spread, z: Floats) -> Floats:
    return spread[0] + spread[1] * z


def _between(ends: tuple[float, float], share: Floats) -> Floats:
    return ends[0] + (ends[1] - ends[0]) * share


def _logit(share: float) -> float:
    return math.log(share / (1 - share))
