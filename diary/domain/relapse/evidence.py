"""What diaries tell, as few numbers a course; and what each cell of the bank makes of those numbers.

The evidence for a cell is the product of the two: all courses against all cells are one matrix product.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.priors import Prior
from config.scales import NRS
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.cells import CURVE_DAYS, spread_cells
from diary.domain.relapse.likelihood import FEATURES, LEVEL_STEP_NRS, LEVELS_NRS, features

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

# A curve is held level for four days, and for seven after twelve weeks: chances are as good as by the day.
SHORT_DAYS: Final = 4
LONG_DAYS: Final = 7
LONG_AFTER_DAY: Final = 84
SHORT_BLOCKS: Final = LONG_AFTER_DAY // SHORT_DAYS

# Numbers of a block: the features of its scores, and how many there are.
OF_BLOCK: Final = FEATURES + 1
# What comes before the blocks: one, a stated baseline's two, and the days before the infusion as one block.
OF_START: Final = 3 + OF_BLOCK

# Days are looked up four at a time, each a score or nothing.
_FOUR: Final = 4
_NOTHING: Final = NRS.high + 1
_CODES: Final = NRS.high + 2

LOWEST_BASELINE_NRS: Final = 0.5
_IMPOSSIBLE: Final = -1e5


def block_count(days: int) -> int:
    """Blocks that days 1 to `days` fall in.

    >>> block_count(1), block_count(84), block_count(85), block_count(92)
    (1, 21, 22, 23)
    """
    later = max(0, days - LONG_AFTER_DAY)
    return math.ceil(min(days, LONG_AFTER_DAY) / SHORT_DAYS) + math.ceil(later / LONG_DAYS)


BLOCKS_MAX: Final = block_count(CURVE_DAYS)
# Tables are made for twelve weeks, for half a year and for all days: most nights need no more than the first.
_SIZES: Final = (SHORT_BLOCKS, block_count(182), BLOCKS_MAX)


def numbers_of(
    scores: NDArray[np.uint8],
    before: NDArray[np.uint8],
    stated_nrs: Floats,
    stated_sd_nrs: Floats,
    *,
    answers_worth: float,
) -> Singles:
    """What each diary tells.

    Answers are tempered, since they are not independent: m of them tell as much as m / (1 + m / worth) would.

    Args:
        scores: (n, T) from day 1 on; 255 for no answer.
        before: (n, 14) untreated days before the infusion; all 255 where they tell nothing.
        stated_nrs: (n,) a baseline that was carried or stated, NRS points.
        stated_sd_nrs: (n,) how well it is known; infinite where `before` is all there is.
        answers_worth: the most that answers can come to, whatever their number.

    Returns:
        (n, OF_START + OF_BLOCK * blocks)
    """
    n, days = scores.shape
    blocks = block_count(days)
    short = min(blocks, SHORT_BLOCKS)
    early, late = scores[:, : short * SHORT_DAYS], scores[:, short * SHORT_DAYS :]
    told = np.empty((n, blocks, OF_BLOCK), dtype=np.float32)
    told[:, :short] = _of_blocks(early, short, SHORT_DAYS)
    told[:, short:] = _of_blocks(late, blocks - short, LONG_DAYS)
    found = np.empty((n, OF_START + OF_BLOCK * blocks), dtype=np.float32)
    found[:, 3:OF_START] = _of_blocks(before, 1, before.shape[1])[:, 0]
    precision = 1 / stated_sd_nrs**2
    found[:, 0] = 1
    found[:, 1] = np.where(precision > 0, stated_nrs, 0) * precision
    found[:, 2] = precision
    found[:, 3:OF_START] *= _tempering(before, answers_worth)
    found[:, OF_START:] = told.reshape(n, OF_BLOCK * blocks) * _tempering(scores, answers_worth)
    return found


def _of_blocks(scores: NDArray[np.uint8], blocks: int, days: int) -> Singles:
    """(n, blocks, OF_BLOCK) what blocks of so many days tell; the last may hold fewer."""
    fours = -(-days // _FOUR)
    padded = np.full((len(scores), blocks, fours * _FOUR), _NOTHING, dtype=np.uint16)
    full = np.full((len(scores), blocks * days), _NOTHING, dtype=np.uint8)
    np.minimum(scores, _NOTHING, out=full[:, : scores.shape[1]])
    padded[..., :days] = full.reshape(len(scores), blocks, days)
    first, second, third, fourth = np.moveaxis(padded.reshape(len(scores), blocks, fours, _FOUR), -1, 0)
    code = ((first * _CODES + second) * _CODES + third) * _CODES + fourth
    return np.asarray(_of_four_days()[code].sum(axis=2))


@lru_cache(maxsize=1)
def _of_four_days() -> Singles:
    """(12^4, OF_BLOCK) what four days tell together: one look instead of twenty."""
    one = features().of_score[:_CODES].astype(np.float32)
    two = (one[:, None] + one).reshape(-1, OF_BLOCK)
    return np.asarray((two[:, None] + two).reshape(-1, OF_BLOCK))


def _tempering(scores: NDArray[np.uint8], answers_worth: float) -> Singles:
    answers = np.count_nonzero(scores != NO_ANSWER, axis=1)[:, None]
    return np.asarray(1 / (1 + answers / answers_worth), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """What each cell makes of a diary's numbers, for diaries with a baseline about one centre."""

    of_numbers: Singles
    """(OF_START + OF_BLOCK * blocks, G) logarithms; more blocks than a night needs may be there."""
    baseline_nrs: Floats
    """(G,) the cells' true baselines."""


def table(prior: Prior, centre_nrs: float, width_nrs: float, *, days: int) -> Table:
    """The table for diaries of so many days, CURVE_DAYS at most, with a baseline about a centre."""
    blocks = next(size for size in _SIZES if size >= block_count(days))
    return _table(prior, centre_nrs, width_nrs, blocks)


@lru_cache(maxsize=80)
def _table(prior: Prior, centre_nrs: float, width_nrs: float, blocks: int) -> Table:
    cells, at = spread_cells(prior.step_half_life_days), features().at
    meant = centre_nrs + width_nrs * cells.z[0]
    baseline = np.clip(meant, LOWEST_BASELINE_NRS, NRS.high)
    believed = ((meant - prior.baseline_mean_nrs) / prior.baseline_sd_nrs) ** 2
    log_weight = cells.log_weights(prior) + (cells.z[0] ** 2 - believed) / 2
    of_numbers = np.empty((OF_START + OF_BLOCK * blocks, len(baseline)), dtype=np.float32)
    of_numbers[0] = np.where(meant == baseline, log_weight, _IMPOSSIBLE)
    of_numbers[1] = baseline
    of_numbers[2] = -(baseline**2) / 2
    of_numbers[3:OF_START] = at[cells.noise, level_index(baseline)].T
    for block, day in enumerate(middle_days(blocks)):
        first = OF_START + OF_BLOCK * block
        level = level_index(baseline * (1 - cells.relief(day)))
        of_numbers[first : first + OF_BLOCK] = at[cells.noise, level].T
    return Table(of_numbers, baseline)


def middle_days(blocks: int) -> Floats:
    """(blocks,) the day whose level stands for each block.

    >>> middle_days(23)[[0, 20, 21]].tolist()
    [2.5, 82.5, 88.0]
    """
    short = np.arange(SHORT_BLOCKS) * SHORT_DAYS + (SHORT_DAYS + 1) / 2
    long = np.arange(BLOCKS_MAX - SHORT_BLOCKS) * LONG_DAYS + LONG_AFTER_DAY + (LONG_DAYS + 1) / 2
    return np.concatenate([short, long])[:blocks]


def level_index(pain_nrs: Floats) -> NDArray[np.intp]:
    """Positions in `likelihood.LEVELS_NRS` of what is felt."""
    return np.clip(np.rint(pain_nrs / LEVEL_STEP_NRS), 0, len(LEVELS_NRS) - 1).astype(np.intp)
