"""What moves felt pain without relief being lost: noise, flares, the week, and another drug."""

import numpy as np
from numpy.typing import NDArray

from config.scales import NRS
from diary.domain.simulation.draws import Floats, beta, log_normal
from diary.domain.simulation.parameters import CohortParameters


def noise(
    pain: Floats, rng: np.random.Generator, drift_rng: np.random.Generator, p: CohortParameters
) -> Floats:
    """First-order autoregressive noise about a drifting level; scale and memory are each person's own.

    It is smaller near both ends of the scale. The drift has draws of its own: without it the others stay.
    """
    courses, days = pain.shape
    sd = log_normal(p.noise_sd_nrs, p.noise_log_sd, courses, rng)
    lag1 = beta(p.noise_lag1_mean, p.noise_lag1_size, courses, rng)
    drawn = rng.standard_normal((courses, days))
    _remember(drawn, lag1)
    if p.drift_share:
        drift = drift_rng.standard_normal((courses, days))
        _remember(drift, np.full(courses, np.exp(-1 / p.drift_days)))
        drawn = np.sqrt(1 - p.drift_share) * drawn + np.sqrt(p.drift_share) * drift
    near_floor = np.clip(pain / p.noise_full_from_nrs, p.noise_floor_share, 1)
    near_top = np.interp(pain, [p.noise_full_to_nrs, NRS.high], [1, p.noise_top_share])
    return np.asarray(drawn * sd[:, None] * near_floor * near_top)


def _remember(drawn: Floats, lag1: Floats) -> None:
    """Independent draws of unit variance become correlated ones, in place."""
    fresh = np.sqrt(1 - lag1**2)
    for column in range(1, drawn.shape[1]):
        drawn[:, column] = lag1 * drawn[:, column - 1] + fresh * drawn[:, column]


def flares(shape: tuple[int, ...], rng: np.random.Generator, p: CohortParameters) -> Floats:
    """Rises of a few days; where two overlap the higher counts."""
    rise = np.zeros(shape)
    course, begins = np.nonzero(rng.random(shape) < p.flares_a_day)
    lasts = rng.geometric(1 / p.flare_mean_days, len(course))
    height = rng.normal(p.flare_rise_nrs, p.flare_rise_sd_nrs, len(course))
    for later in range(int(lasts.max(initial=0))):
        going_on = (lasts > later) & (begins + later < shape[1])
        np.maximum.at(rise, (course[going_on], begins[going_on] + later), height[going_on])
    return rise


def weekly_cycle(
    courses: int, day: NDArray[np.int_], rng: np.random.Generator, p: CohortParameters
) -> Floats:
    """A wave over the week that begins on another weekday in each person."""
    offset = rng.integers(0, 7, courses)
    return p.weekly_amplitude_nrs * np.sin(2 * np.pi * (day + offset[:, None]) / 7)


def rescue_relief(
    courses: int, day: NDArray[np.int_], rng: np.random.Generator, p: CohortParameters
) -> Floats:
    """Points that another drug takes off the felt pain: none, or a step on a random day that stays."""
    taken = rng.random(courses) < p.rescue_share
    from_day = rng.integers(1, day[-1] + 1, courses)
    return np.where(taken[:, None] & (day >= from_day[:, None]), p.rescue_fall_nrs, 0.0)
