"""What moves pain from day to day without relief being lost: noise, flares and the week."""

import numpy as np
from numpy.typing import NDArray

from diary.domain.simulation.draws import Floats, beta, log_normal
from diary.domain.simulation.parameters import CohortParameters


def noise(pain: Floats, rng: np.random.Generator, p: CohortParameters) -> Floats:
    """First-order autoregressive noise with a scale and a memory of each person's own."""
    courses, days = pain.shape
    sd = log_normal(p.noise_sd_nrs, p.noise_log_sd, courses, rng)
    lag1 = beta(p.noise_lag1_mean, p.noise_lag1_size, courses, rng)
    drawn = rng.standard_normal((courses, days))
    fresh = np.sqrt(1 - lag1**2)
    for column in range(1, days):
        drawn[:, column] = lag1 * drawn[:, column - 1] + fresh * drawn[:, column]
    return drawn * sd[:, None] * np.clip(pain / p.noise_full_from_nrs, p.noise_floor_share, 1)


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
