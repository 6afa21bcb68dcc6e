"""The posterior of many courses over the bank of curves: the weight of every cell, given each diary."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.priors import Prior
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.baselines import Baselines
from diary.domain.relapse.cells import CELLS_OF
from diary.domain.relapse.evidence import (
    OF_BLOCK,
    OF_START,
    Singles,
    Table,
    block_count,
    numbers_of,
    table,
)

# Courses in one matrix product: at 64 it runs as fast as at 1,000, and with more there are fewer steps around
# it. Fewer are filled up with empty ones to a multiple of 16, the rows that a product works on together. On
# some processors the order of sums still hangs on a row's place among them: of 10,000 chances one or two
# then differ by 0.0001 when a course is judged beside others.
ROWS_AT_ONCE: Final = 256
_ROWS_TOGETHER: Final = 16

# Cells are spread about the measured baseline, to the point: each centre has a product of its own, and at
# half a point twice as many are half empty. Where a baseline is known to half a point the narrow spread
# reaches two points either way; one stated, or of few answers, needs twice that.
CENTRE_STEP_NRS: Final = 1.0
CENTRES_NRS: Final = (2.0, 10.0)
NARROW_NRS: Final = 0.9
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
    """Some of the diaries, and how likely each cell is for them; to be used before the next are asked for."""

    rows: NDArray[np.intp]
    weights: Singles
    """(rows, G) relative to the likeliest cell's, which is 1."""
    table: Table


@dataclass(frozen=True, slots=True)
class Compared:
    """Some of the diaries, held against each cell; to be used before the next are asked for."""

    rows: NDArray[np.intp]
    logs: Singles
    """(rows, G) how likely each cell is, as logarithms from anywhere."""
    table: Table


def posterior(seen: Seen, prior: Prior) -> Iterator[Weighed]:
    """Weigh the cells for every diary with a baseline, some diaries at a time."""
    for compared in comparisons(seen, prior):
        yield Weighed(compared.rows, exponents(compared.logs), compared.table)


def exponents(logs: Singles) -> Singles:
    """Turn logarithms (n, G) into weights, in place; the heaviest of each row is 1."""
    logs -= logs.max(axis=1, keepdims=True)
    return np.asarray(np.exp(logs, out=logs))


def comparisons(seen: Seen, prior: Prior) -> Iterator[Compared]:
    """Hold every diary with a baseline against the cells, some diaries at a time."""
    baselines = seen.baselines
    answers = np.count_nonzero(baselines.before != NO_ANSWER, axis=1)
    measured = np.isinf(baselines.sd_nrs)
    narrow = np.where(measured, answers >= NARROW_FROM_ANSWERS, baselines.sd_nrs <= NARROW_NRS)
    centres = np.clip(np.rint(baselines.nrs / CENTRE_STEP_NRS) * CENTRE_STEP_NRS, *CENTRES_NRS)
    told = numbers_of(
        seen.scores, baselines.before, baselines.nrs, baselines.sd_nrs, answers_worth=prior.answers_worth
    )
    found = np.empty((ROWS_AT_ONCE, sum(CELLS_OF)), dtype=np.float32)
    for width_nrs, chosen in ((NARROW_NRS, narrow), (WIDE_NRS, ~narrow)):
        for centre_nrs in np.unique(centres[chosen & np.isfinite(centres)]):
            rows = np.flatnonzero(chosen & (centres == centre_nrs))
            rows = rows[np.argsort(seen.nights[rows], kind="stable")]  # short diaries make short products
            for part in np.array_split(rows, -(-len(rows) // ROWS_AT_ONCE)):
                days = int(seen.nights[part[-1]])
                cells = table(prior, float(centre_nrs), width_nrs, days=days)
                of_days = told[part, : OF_START + OF_BLOCK * block_count(days)]
                yield Compared(part, _compared(of_days, cells, found), cells)


def _compared(told: Singles, cells: Table, found: Singles) -> Singles:
    logs = np.matmul(filled_up(told), cells.of_numbers[: told.shape[1]], out=found[: rows_for(len(told))])
    return np.asarray(logs[: len(told)])


def rows_for(count: int) -> int:
    """So many rows a product of so many courses has.

    >>> rows_for(1), rows_for(16), rows_for(50)
    (16, 16, 64)
    """
    return -(-count // _ROWS_TOGETHER) * _ROWS_TOGETHER


def filled_up(rows: Singles) -> Singles:
    """With as many empty ones as a product needs."""
    full = np.zeros((rows_for(len(rows)), rows.shape[1]), dtype=np.float32)
    full[: len(rows)] = rows
    return full
