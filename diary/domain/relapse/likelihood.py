"""How likely each score is at a true level: ordinal, heavy-tailed, aware of floor, ceiling and habits.

A score is the whole number nearest to what is felt; what is felt is the level and a person's noise, now and
then a flare on top. Few features of a score carry all that its chances say of the level (`Features`).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.priors import FIXED
from config.scales import NRS

Floats = NDArray[np.float64]

SCORES: Final = NRS.high + 1
# True levels, and noise scales of persons, at which chances are worked out.
LEVEL_STEP_NRS: Final = 0.1
LEVELS_NRS: Final = np.round(np.arange(0, NRS.high + LEVEL_STEP_NRS / 2, LEVEL_STEP_NRS), 1)
NOISE_NRS: Final = np.exp(np.linspace(math.log(0.35), math.log(3.2), 12))

# Of log chances, this many numbers a score are kept besides a constant. Four lose 0.009 nats a day, five
# half of that; forecasts on simulated diaries score the same with either.
FEATURES: Final = 4
_ROUNDS: Final = 60
# Chances below this need not be told apart.
_CHANCE_FLOOR: Final = 0.003


@dataclass(frozen=True, slots=True)
class Features:
    """Log chances as products: log P(score | noise, level) = of_score @ at[noise, level] + by_score[score].

    What depends on the score alone says nothing of the level, so only the products are used.
    """

    of_score: Floats
    """(256, K) what a byte tells; a constant 1 last. A byte that is no score tells nothing."""
    at: Floats
    """(noises, levels, K)"""
    log_chances: Floats
    """(noises, levels, 11) those of the products, each a proper distribution."""


def score_chances(noise_nrs: Floats = NOISE_NRS, level_nrs: Floats = LEVELS_NRS) -> Floats:
    """The chance of each score.

    Args:
        noise_nrs: (S,) day-to-day SD of a person in the middle of the scale, NRS points.
        level_nrs: (L,) true levels, NRS points.

    Returns:
        (S, L, 11), each row adding up to 1.

    >>> chances = score_chances(np.array([1.0]), np.array([0.0, 5.0]))
    >>> chances.argmax(axis=2).tolist(), float(chances.sum().round(6))
    ([[0, 5]], 2.0)
    """
    sd = _noise_at(level_nrs, noise_nrs)
    usual = _in_cells(level_nrs, sd * math.sqrt(3 / 5), _student_5)  # a t with 5 df has a variance of 5/3
    flare = _in_cells(level_nrs + FIXED.flare_rise_nrs, np.hypot(sd, FIXED.flare_rise_sd_nrs), normal)
    flares, strays, stray = FIXED.flare_share, FIXED.stray_share, 1 / SCORES
    rare = flares * flare + strays * stray
    even = (1 - flares - strays) * _even_only(usual) + (flares + strays) * stray
    any_number = (1 - flares - strays) * usual + rare
    return (1 - FIXED.even_only_share) * any_number + FIXED.even_only_share * even


def _noise_at(level_nrs: Floats, noise_nrs: Floats) -> Floats:
    """(S, L) noise shrinks towards both ends of the scale."""
    near_floor = np.clip(level_nrs / FIXED.noise_full_from_nrs, FIXED.noise_at_floor_share, 1)
    under_top = (FIXED.ceiling_nrs - level_nrs) / FIXED.noise_full_below_ceiling_nrs
    near_top = np.clip(under_top, FIXED.noise_at_ceiling_share, 1)
    return np.asarray(noise_nrs[:, None] * near_floor * near_top)


@lru_cache(maxsize=1)
def features() -> Features:
    """The features that fit the chances best, weighted by the chances themselves; the same every time.

    >>> found = features()
    >>> bool(np.allclose(np.exp(found.log_chances).sum(axis=2), 1)), found.of_score[255].tolist()
    (True, [0.0, 0.0, 0.0, 0.0, 0.0])
    """
    chances = score_chances()
    wanted = np.log(chances).reshape(-1, SCORES)
    weights = chances.reshape(-1, SCORES) + _CHANCE_FLOOR
    by_score = wanted.mean(axis=0)
    directions = np.linalg.svd(wanted - by_score, full_matrices=False)[2][:FEATURES]
    of_score = np.vstack([directions, np.ones(SCORES)])
    for _ in range(_ROUNDS):  # alternate: what the levels make of the features, what the features should be
        at = _fit(of_score, wanted - by_score, weights)
        design = np.hstack([at[:, :FEATURES], np.ones((len(at), 1))])
        found = _fit(design.T, (wanted - at[:, FEATURES:]).T, weights.T)
        of_score[:FEATURES], by_score = found[:, :FEATURES].T, found[:, FEATURES]
    at = _fit(of_score, wanted - by_score, weights)
    log_chances = at @ of_score + by_score
    excess = np.log(np.exp(log_chances).sum(axis=1))
    at[:, FEATURES] -= excess
    of_byte = np.zeros((256, FEATURES + 1))
    of_byte[:SCORES] = of_score.T
    shape = (len(NOISE_NRS), len(LEVELS_NRS), -1)
    return Features(of_byte, at.reshape(shape), (log_chances - excess[:, None]).reshape(shape))


def _fit(design: Floats, wanted: Floats, weights: Floats) -> Floats:
    """(n, K) weighted least squares of each row of `wanted` (n, m) on the rows of `design` (K, m)."""
    squares = np.einsum("nm,km,lm->nkl", weights, design, design) + 1e-9 * np.eye(len(design))
    products = np.einsum("nm,km,nm->nk", weights, design, wanted)
    return np.asarray(np.linalg.solve(squares, products[..., None])[..., 0])


def _in_cells(centre: Floats, scale: Floats, distribution: Callable[[Floats], Floats]) -> Floats:
    """(S, L, 11) the chance of falling nearest to each score; the first and last reach to the ends."""
    edges = np.arange(1, SCORES) - 0.5
    below = distribution((edges - centre[:, None]) / scale[..., None])
    return np.diff(below, axis=-1, prepend=0.0, append=1.0)


def _even_only(chances: Floats) -> Floats:
    """Odd scores go to their even neighbours, half each."""
    even = np.zeros_like(chances)
    even[..., ::2] = chances[..., ::2]
    even[..., :-1:2] += chances[..., 1::2] / 2
    even[..., 2::2] += chances[..., 1::2] / 2
    return even


def _student_5(x: Floats) -> Floats:
    """The distribution function of Student's t with 5 degrees of freedom, in closed form."""
    ratio = x / math.sqrt(5)
    share = 1 / (1 + ratio**2)
    return 0.5 + (np.arctan(ratio) + ratio * share * (1 + share * 2 / 3)) / math.pi


def normal(x: Floats) -> Floats:
    """The distribution function of the normal."""
    return np.asarray(0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2))))
