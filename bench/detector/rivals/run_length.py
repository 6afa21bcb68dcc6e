"""Bayesian online change-point detection (Adams & MacKay 2007): how long the present level has lasted.

Each run has a level and a spread of its own, normal and inverse gamma, so the next answer is Student's t.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import stdtr

from bench.detector.rivals.diary import LINE, Diary, Floats, held

# Before a run's first answer: half relieved, and a spread as diaries have it, worth as many answers.
LEVEL: Final = 0.6
SPREAD: Final = 0.15
SHAPE: Final = 2.0


@dataclass(slots=True)
class _Runs:
    """For n courses the chance of each run length 0 .. R - 1, and what its answers came to."""

    chance: Floats
    level: Floats
    spread: Floats
    """The inverse gamma's scale."""


def bocpd(diary: Diary, *, run_days: float, weight: float, chance: bool) -> Floats:
    """The expected level of the present run, or the chance that it stands over the line.

    Args:
        diary: the answers.
        run_days: how many answers a level lasts in the mean.
        weight: how many answers the level expected of a new run is worth.
        chance: which of the two is the risk.
    """
    n, nights = diary.ratio.shape
    runs = _Runs(np.zeros((n, nights + 1)), np.zeros((n, nights + 1)), np.ones((n, nights + 1)))
    runs.chance[:, 0], runs.level[:, 0], runs.spread[:, 0] = 1, LEVEL, SHAPE * SPREAD**2
    seen = np.zeros(n, dtype=np.intp)
    found = np.full((n, nights), np.nan)
    for night in range(nights):
        came = np.flatnonzero(diary.answered[:, night])
        if len(came):
            longest = int(seen[came].max()) + 1
            _update(runs, came, longest, diary.ratio[came, night][:, None], 1 / run_days, weight)
            seen[came] += 1
            found[came, night] = _risk(runs, came, longest + 1, weight, chance=chance)
    return held(found)


def _update(
    runs: _Runs, came: np.ndarray, longest: int, answer: Floats, hazard: float, weight: float
) -> None:
    """Every run takes the answer in and grows by it, or ends before the next."""
    length = np.arange(longest)
    kappa, alpha = weight + length, SHAPE + length / 2
    level, spread, chance = (of[came, :longest] for of in (runs.level, runs.spread, runs.chance))
    scale2 = np.maximum(spread, 1e-12) * (kappa + 1) / (alpha * kappa)
    off = answer - level
    constant = np.array([math.lgamma(a + 0.5) - math.lgamma(a) for a in alpha]) - 0.5 * np.log(
        2 * alpha * np.pi
    )
    log_pdf = constant - 0.5 * np.log(scale2) - (alpha + 0.5) * np.log1p(off**2 / (2 * alpha * scale2))
    with np.errstate(divide="ignore"):
        joint = np.log(chance) + log_pdf
    joint = np.exp(joint - joint.max(axis=1, keepdims=True))
    joint /= joint.sum(axis=1, keepdims=True)
    runs.chance[came, 1 : longest + 1] = joint * (1 - hazard)
    runs.chance[came, 0] = hazard
    runs.level[came, 1 : longest + 1] = level + off / (kappa + 1)
    runs.spread[came, 1 : longest + 1] = spread + 0.5 * kappa * off**2 / (kappa + 1)


def _risk(runs: _Runs, came: np.ndarray, lengths: int, weight: float, *, chance: bool) -> Floats:
    """Over the runs that have begun: the one that may begin with the next answer tells nothing."""
    share, level = runs.chance[came, 1:lengths], runs.level[came, 1:lengths]
    share = share / share.sum(axis=1, keepdims=True)
    if not chance:
        return (share * level).sum(axis=1)
    length = np.arange(1, lengths)
    alpha = SHAPE + length / 2
    scale = np.sqrt(runs.spread[came, 1:lengths] / (alpha * (weight + length)))
    return (share * stdtr(2 * alpha, (level - LINE) / scale)).sum(axis=1)
