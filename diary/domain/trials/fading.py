"""In what share of trials of one size significance is gone, and in which week: a statement about power.

Whether a difference is "significant in week 12" depends on how many patients there were. So trials of the
same size are drawn again and again from one population, and each is read as the trial was.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from diary.domain.chances import t_quantile
from diary.domain.simulation.cohort import simulate
from diary.domain.simulation.parameters import KETAMINE, PLACEBO
from diary.domain.trials.weeks import WEEKS, Floats, last_day, week_means

LEVEL: Final = 0.05
BLOCK_TRIALS: Final = 50


@dataclass(frozen=True, slots=True)
class Fading:
    """What trials of one size come to; shares of all of them, week 1 first."""

    trials: int
    patients_per_arm: int
    significant: tuple[float, ...]
    """P under 0.05 in that week."""
    gone: tuple[float, ...]
    """Not significant in that week and in none after it."""


def draw_trials(
    trials: int, *, patients_per_arm: int, seed: int, weeks: int = WEEKS
) -> Iterator[NDArray[np.bool_]]:
    """Blocks of simulated trials: (at most BLOCK_TRIALS, weeks), whether P was under 0.05 in each week."""
    seeds = np.random.SeedSequence(seed)
    for first in range(0, trials, BLOCK_TRIALS):
        block = min(BLOCK_TRIALS, trials - first)
        rng = np.random.default_rng(seeds.spawn(1)[0])
        arms = [
            week_means(
                simulate(block * patients_per_arm, rng=rng, parameters=arm, days=last_day(weeks)).scores,
                weeks=weeks,
            ).reshape(block, patients_per_arm, weeks)
            for arm in (KETAMINE, PLACEBO)
        ]
        yield significant_weeks(*arms)


def significant_weeks(first: Floats, second: Floats) -> NDArray[np.bool_]:
    """(trials, weeks): Welch's P under 0.05, of trials at once.

    first, second: (trials, patients, weeks) mean pain; NaN for none.
    """
    means, squares, below = [], [], []
    for arm in (first, second):
        answered = np.isfinite(arm).sum(axis=1)
        means.append(np.nanmean(arm, axis=1))
        squares.append(np.nanvar(arm, axis=1, ddof=1) / answered)
        below.append(answered - 1)
    variance = squares[0] + squares[1]
    df = variance**2 / (squares[0] ** 2 / below[0] + squares[1] ** 2 / below[1])
    t = np.abs(means[1] - means[0]) / np.sqrt(variance)
    # The quantile bends little between whole degrees: from a table, far faster than one search a trial.
    whole = np.arange(1, math.ceil(df.max()) + 2)
    table = np.array([t_quantile(1 - LEVEL / 2, int(degrees)) for degrees in whole])
    return np.asarray(t > np.interp(df, whole, table))


def fading_of(blocks: Sequence[NDArray[np.bool_]], *, patients_per_arm: int) -> Fading:
    """What the drawn trials come to.

    >>> drawn = np.array([[True, True, False], [True, False, True], [True, False, False], [True, True, True]])
    >>> fading_of([drawn], patients_per_arm=30).gone
    (0.0, 0.25, 0.5)
    """
    drawn = np.concatenate(blocks)
    later = np.flip(np.logical_or.accumulate(np.flip(drawn, axis=1), axis=1), axis=1)
    return Fading(
        len(drawn),
        patients_per_arm,
        tuple(float(share) for share in drawn.mean(axis=0)),
        tuple(float(share) for share in (~later).mean(axis=0)),
    )
