"""The posterior of many courses over the bank of curves: the weight of every cell, given each diary."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.priors import Prior
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.baselines import Baselines
from diary.domain.relapse.evidence import (
    OF_BLOCK,
    OF_START,
    Singles,
    Table,
    block_count,
    numbers_of,
    table,
)

# Courses in one matrix product, always, filled up with empty ones, so that what is said of a course does not
# hang on who was judged beside it. At 64 a product runs as fast as at 1,000, and little is filled up.
ROWS_AT_ONCE: Final = 64

# Cells are spread about the measured baseline, to the half point. Where it is known to half a point the
# narrow spread reaches two points either way; one stated, or of few answers, needs twice that.
CENTRE_STEP_NRS: Final = 0.5
CENTRES_NRS: Final = (1.5, 10.0)
NARROW_NRS: Final = 0.8
WIDE_NRS: Final = 1.6
NARROW_FROM_ANSWERS: Final = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """n diaries on one night of theirs each; days count from day 1, or from the last booster on."""

    scores: NDArray[np.uint8]
    """(n, T) NRS points; 255 for no answer, and for each day after the night."""
    nights: NDArray[np.int_]
    """(n,) the night, 0 to T."""
    baselines: Baselines


@dataclass(frozen=True, slots=True)
class Weighed:
    """Some of the diaries, and how likely each cell is for them."""

    rows: NDArray[np.intp]
    weights: Singles
    """(rows, G) relative to the likeliest cell's, which is 1."""
    table: Table


def posterior(seen: Seen, prior: Prior) -> Iterator[Weighed]:
    """Weigh the cells for every diary with a baseline, some diaries at a time."""
    baselines = seen.baselines
    answers = np.count_nonzero(baselines.before != NO_ANSWER, axis=1)
    measured = np.isinf(baselines.sd_nrs)
    narrow = np.where(measured, answers >= NARROW_FROM_ANSWERS, baselines.sd_nrs <= NARROW_NRS)
    centres = np.clip(np.rint(baselines.nrs / CENTRE_STEP_NRS) * CENTRE_STEP_NRS, *CENTRES_NRS)
    for width_nrs, chosen in ((NARROW_NRS, narrow), (WIDE_NRS, ~narrow)):
        for centre_nrs in np.unique(centres[chosen & np.isfinite(centres)]):
            rows = np.flatnonzero(chosen & (centres == centre_nrs))
            rows = rows[np.argsort(seen.nights[rows], kind="stable")]  # short diaries make short products
            for first in range(0, len(rows), ROWS_AT_ONCE):
                part = rows[first : first + ROWS_AT_ONCE]
                cells = table(prior, float(centre_nrs), width_nrs, days=int(seen.nights[part[-1]]))
                yield Weighed(part, _weigh(_told(seen, part, prior), cells), cells)


def _told(seen: Seen, part: NDArray[np.intp], prior: Prior) -> Singles:
    """(ROWS_AT_ONCE, numbers) what these diaries tell; nothing in the rows that fill up."""
    days = int(seen.nights[part[-1]])
    told = np.zeros((ROWS_AT_ONCE, OF_START + OF_BLOCK * block_count(days)), dtype=np.float32)
    told[: len(part)] = numbers_of(
        seen.scores[part, :days],
        seen.baselines.before[part],
        seen.baselines.nrs[part],
        seen.baselines.sd_nrs[part],
        answers_worth=prior.answers_worth,
    )
    return told


def _weigh(told: Singles, cells: Table) -> Singles:
    weights = told @ cells.of_numbers[: told.shape[1]]
    weights -= weights.max(axis=1, keepdims=True)
    return np.asarray(np.exp(weights, out=weights))
