"""A clinic's own prior: the shipped one, moved by the clinic's courses as far as they carry it.

Empirical Bayes by expectation and maximisation: each round weighs the cells for every course under the prior
so far, and takes the means of what they weigh. The shipped prior counts as so many courses, so that a small
clinic hardly moves it; and no spread falls under a floor, so that a prior never becomes sure of one kind of
patient.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from config.priors import Prior
from diary.domain.relapse.cells import (
    DURABLE,
    GRADUAL,
    LATE,
    NO_PLATEAU,
    NO_RESPONSE,
    PART_WAY,
    STEP,
    Cells,
    Floats,
    spread_cells,
)
from diary.domain.relapse.posterior import Seen, posterior

ROUNDS: Final = 8
# The shipped prior's say: a clinic of 200 courses moves it by seven eighths, one of 30 by half.
COURSES_OF_PRIOR: Final = 30.0
# A spread narrower than this would say that all patients are alike.
MIDPOINT_LOG_SD_MIN: Final = 0.5
HALF_LIFE_LOG_SD_MIN: Final = 0.35
# Fewer courses than this are not learned from.
COURSES_MIN: Final = 30

_FALLS: Final = (GRADUAL, STEP, PART_WAY, LATE)
_FADES: Final = (GRADUAL, PART_WAY, LATE)
_SHARES: Final = {
    "step_share": STEP,
    "durable_share": DURABLE,
    "part_way_share": PART_WAY,
    "no_plateau_share": NO_PLATEAU,
    "late_share": LATE,
}


@dataclass(frozen=True, slots=True)
class _Sums:
    """What all courses together weigh, by cell, and their true baselines."""

    mass: Floats
    """(G,) adds up to the number of courses."""
    courses: float
    baseline_nrs: float
    """The mean."""


def relearn(seen: Seen, shipped: Prior) -> Prior:
    """The prior of the clinic that these courses are of.

    Args:
        seen: its courses, each up to its last night; those without a baseline are passed over.
        shipped: the prior to start from, and to lean on.

    Returns:
        The shipped prior itself for fewer than COURSES_MIN courses.
    """
    prior = shipped
    for _ in range(ROUNDS):
        sums = _weigh(seen, prior)
        if sums.courses < COURSES_MIN:
            return shipped
        prior = _maximise(sums, spread_cells(shipped.step_half_life_days), shipped)
    return prior


def _weigh(seen: Seen, prior: Prior) -> _Sums:
    cells = spread_cells(prior.step_half_life_days)
    mass, courses, baseline = np.zeros(len(cells.family)), 0, 0.0
    for weighed in posterior(seen, prior):
        weights = weighed.weights / weighed.weights.sum(axis=1, keepdims=True)
        of_cells = weights.sum(axis=0, dtype=np.float64)
        mass += of_cells
        courses += len(weighed.rows)
        baseline += float(of_cells @ weighed.table.baseline_nrs)
    return _Sums(mass, courses, baseline / courses if courses else 0.0)


def _maximise(sums: _Sums, cells: Cells, shipped: Prior) -> Prior:
    of_family = np.bincount(cells.family, weights=sums.mass, minlength=NO_RESPONSE + 1)
    responders = sums.courses - float(of_family[NO_RESPONSE])
    lean = COURSES_OF_PRIOR
    lean_responders = lean * shipped.responder_share
    shares = {
        name: (float(of_family[family]) + lean_responders * getattr(shipped, name))
        / (responders + lean_responders)
        for name, family in _SHARES.items()
    }
    midpoint, midpoint_sd = _moments(
        np.log(np.where(np.isfinite(cells.midpoint_days), cells.midpoint_days, 1.0)),
        np.where(np.isin(cells.family, _FALLS), sums.mass, 0.0),
        math.log(shipped.midpoint_median_days),
        shipped.midpoint_log_sd,
    )
    half_life, half_life_sd = _moments(
        np.log(cells.half_life_days),
        np.where(np.isin(cells.family, _FADES), sums.mass, 0.0),
        math.log(shipped.half_life_median_days),
        shipped.half_life_log_sd,
    )
    noise, _ = _moments(
        np.log(cells.noise_nrs), sums.mass, math.log(shipped.noise_median_nrs), shipped.noise_log_sd
    )
    peak, _ = _moments(
        np.log(cells.peak / (1 - cells.peak)),
        np.where(cells.family == NO_RESPONSE, 0.0, sums.mass),
        math.log(shipped.relief_median / (1 - shipped.relief_median)),
        shipped.relief_logit_sd,
    )
    baseline = (sums.baseline_nrs * sums.courses + lean * shipped.baseline_mean_nrs) / (sums.courses + lean)
    return replace(
        shipped,
        responder_share=(responders + lean_responders) / (sums.courses + lean),
        midpoint_median_days=math.exp(midpoint),
        midpoint_log_sd=max(midpoint_sd, MIDPOINT_LOG_SD_MIN),
        half_life_median_days=math.exp(half_life),
        half_life_log_sd=max(half_life_sd, HALF_LIFE_LOG_SD_MIN),
        noise_median_nrs=math.exp(noise),
        relief_median=1 / (1 + math.exp(-peak)),
        baseline_mean_nrs=baseline,
        **shares,
    )


def _moments(values: Floats, mass: Floats, middle: float, sd: float) -> tuple[float, float]:
    """Weighted mean and SD, with the shipped prior as so many courses of its own."""
    lean = COURSES_OF_PRIOR
    total = float(mass.sum()) + lean
    mean = (float(mass @ values) + lean * middle) / total
    variance = (float(mass @ (values - mean) ** 2) + lean * (sd**2 + (middle - mean) ** 2)) / total
    return mean, math.sqrt(variance)
