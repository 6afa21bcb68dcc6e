"""What an answer says of a person whose noise is known by its law: the oracle's way through a diary.

Noise has memory, so an answer is judged by the ones before it. What is thought of today's noise, for each of
many people that the writer of the diary could be, is a normal: of the part that forgets in a day or two, and
of the part that drifts. An answer is an interval of the felt pain: its chance is exact under that normal, and
the normal that follows has the mean and spread of what lay inside (assumed density filtering). Whether a
flare is on is a chance of its own. Left out: that a flare keeps its height, and the course of the week,
which counts as noise.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from config.scales import NRS
from diary.domain.simulation.draws import beta, log_normal
from diary.domain.simulation.parameters import CohortParameters
from diary.domain.simulation.people import first_courses

Singles = NDArray[np.float32]

_FAR_NRS: Final = 99.0
_NEVER_GIVEN: Final = (_FAR_NRS, _FAR_NRS)
# The felt pain that becomes each score: by whole numbers, and by those who give even ones of them, where the
# simulation rounds 1, 5 and 9 as numpy does.
_INTERVALS: Final = np.array(
    [
        [(-_FAR_NRS, 0.5), *((nrs - 0.5, nrs + 0.5) for nrs in range(1, 10)), (9.5, _FAR_NRS)],
        [
            (-_FAR_NRS, 1.5),
            _NEVER_GIVEN,
            (1.5, 2.5),
            _NEVER_GIVEN,
            (2.5, 5.5),
            _NEVER_GIVEN,
            (5.5, 6.5),
            _NEVER_GIVEN,
            (6.5, 9.5),
            _NEVER_GIVEN,
            (9.5, _FAR_NRS),
        ],
    ],
    dtype=np.float32,
)
_LEAST_CHANCE: Final = np.float32(1e-20)
_LEAST_VARIANCE: Final = np.float32(1e-4)
_ROOT_OF_TWO_PI: Final = np.float32(np.sqrt(2 * np.pi))


@dataclass(slots=True)
class Followed:
    """n people that the writer could be, and what is thought of the noise of each on one day."""

    level_nrs: Singles
    """(n,) without treatment."""
    sd_nrs: Singles
    lag1: Singles
    even_only: NDArray[np.intp]
    short: Singles
    """What is thought of the part of the noise that forgets soon, its own SD being 1: the mean ..."""
    short_var: Singles
    drift: Singles
    drift_var: Singles
    covariance: Singles
    flare: Singles
    """The chance that one is on."""

    def rows(self, chosen: NDArray[np.intp]) -> "Followed":
        """Some of them, or some twice."""
        return Followed(*(getattr(self, name)[chosen] for name in Followed.__slots__))


def people(count: int, rng: np.random.Generator, p: CohortParameters) -> Followed:
    """So many as the generator draws them, before their first day."""

    def full(value: float) -> Singles:
        return np.full(count, value, dtype=np.float32)

    on_flare = p.flares_a_day * p.flare_mean_days
    return Followed(
        level_nrs=first_courses(count, rng, p).baseline_nrs.astype(np.float32),
        sd_nrs=log_normal(p.noise_sd_nrs, p.noise_log_sd, count, rng).astype(np.float32),
        lag1=beta(p.noise_lag1_mean, p.noise_lag1_size, count, rng).astype(np.float32),
        even_only=(rng.random(count) < p.even_only_share).astype(np.intp),
        short=full(0),
        short_var=full(1),
        drift=full(0),
        drift_var=full(1 if p.drift_share else 0),
        covariance=full(0),
        flare=full(on_flare / (1 + on_flare)),
    )


def next_day(of: Followed, p: CohortParameters) -> None:
    """A day passes, in place."""
    of.short *= of.lag1
    of.short_var = of.lag1**2 * of.short_var + 1 - of.lag1**2
    if p.drift_share:
        memory = np.float32(np.exp(-1 / p.drift_days))
        of.drift *= memory
        of.drift_var = memory**2 * of.drift_var + 1 - memory**2
        of.covariance *= of.lag1 * memory
    goes_on = of.flare * np.float32(1 - 1 / p.flare_mean_days)
    of.flare = goes_on + (1 - goes_on) * np.float32(p.flares_a_day)


def answered(of: Followed, nrs: int, pain_nrs: Singles, p: CohortParameters) -> Singles:
    """(n,) the chance of this answer on a day of such pain; what is thought of the noise moves, in place."""
    low, high = _INTERVALS[of.even_only, nrs].T
    scale = of.sd_nrs * _near_the_ends(pain_nrs, p)
    of_short, of_drift = np.float32(np.sqrt(1 - p.drift_share)), np.float32(np.sqrt(p.drift_share))
    with_short = of_short * of.short_var + of_drift * of.covariance
    with_drift = of_drift * of.drift_var + of_short * of.covariance
    middle = pain_nrs + scale * (of_short * of.short + of_drift * of.drift)
    spread = scale**2 * (of_short * with_short + of_drift * with_drift)
    spread += np.float32(p.weekly_amplitude_nrs**2 / 2)
    rise, rise_var = np.float32(p.flare_rise_nrs), np.float32(p.flare_rise_sd_nrs**2)
    chance, moved, shrunk = _within(low - middle, high - middle, spread)
    in_flare, moved_in, shrunk_in = _within(low - middle - rise, high - middle - rise, spread + rise_var)
    told = (1 - of.flare) * chance + of.flare * in_flare
    of.flare = of.flare * in_flare / np.maximum(told, _LEAST_CHANCE)
    # Where the normal of either case went, in NRS points over its variance; then both as one normal.
    apart = moved - moved_in
    step = (moved - of.flare * apart) * scale
    less = (shrunk + of.flare * (shrunk_in - shrunk) - of.flare * (1 - of.flare) * apart**2) * scale**2
    of.short = of.short + with_short * step
    of.drift = of.drift + with_drift * step
    of.short_var = np.maximum(of.short_var - with_short**2 * less, _LEAST_VARIANCE)
    of.drift_var = np.maximum(of.drift_var - with_drift**2 * less, 0)
    of.covariance = of.covariance - with_short * with_drift * less
    return told


def _near_the_ends(pain_nrs: Singles, p: CohortParameters) -> Singles:
    """(n,) the share of the noise that is left there."""
    near_floor = np.clip(
        pain_nrs / np.float32(p.noise_full_from_nrs), np.float32(p.noise_floor_share), np.float32(1)
    )
    if p.noise_top_share == 1:
        return near_floor
    lost_a_point = np.float32((1 - p.noise_top_share) / (NRS.high - p.noise_full_to_nrs))
    return near_floor * (1 - lost_a_point * np.maximum(pain_nrs - np.float32(p.noise_full_to_nrs), 0))


def _within(low: Singles, high: Singles, variance: Singles) -> tuple[Singles, Singles, Singles]:
    """Of a normal about 0 the chance of an interval, and, over the variance, how far its mean moves when it
    is known to lie inside, and how much its variance shrinks by that, over the variance once more.
    """
    sd = np.sqrt(variance)
    low, high = low / sd, high / sd
    chance = ndtr(high) - ndtr(low)
    sure = np.maximum(chance, _LEAST_CHANCE)
    at_low, at_high = (np.exp(-0.5 * end**2) / (_ROOT_OF_TWO_PI * sure) for end in (low, high))
    moved = at_low - at_high
    shrunk = np.clip(moved**2 - low * at_low + high * at_high, 0, 1)
    # Far out in a tail both are differences of next to nothing: the nearer end is as good.
    moved = np.clip(moved, low, high)
    return chance, moved / sd, shrunk / variance
