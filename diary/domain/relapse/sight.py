"""What the weights of cells tell besides a loss: the relief expected on a night, and the kinds that fit."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from diary.domain.outlook import FAMILIES
from diary.domain.relapse.cells import Cells
from diary.domain.relapse.evidence import Floats, Singles

# Relief is worked out for one day a week, and goes straight in between.
GRID_DAYS: Final = 7
_WEEKS_MOST: Final = 64


@dataclass(frozen=True, slots=True)
class Sights:
    """Of n courses, on one night each; NaN where nothing is foreseen."""

    relief: Floats
    """(n,) expected on the night, a share of the baseline; 0 where pain is past it."""
    narrowed: Floats
    """(n,) the share of the loss days thought possible before, that answers took away."""
    families: Floats
    """(n, families) the weight of each; a row adds up to 1."""


def no_sights(courses: int) -> Sights:
    """Of so many courses nothing is seen yet."""
    return Sights(
        np.full(courses, np.nan), np.full(courses, np.nan), np.full((courses, len(FAMILIES)), np.nan)
    )


def expected(weights: Singles, cells: Cells, nights: NDArray[np.int_]) -> tuple[Floats, Floats]:
    """Relief (n,) on a night each, and the weight of each family (n, F).

    Args:
        weights: (n, G) of the cells, in any unit.
        cells: the bank.
        nights: (n,) counted as the diaries are; courses of one week side by side make few products.
    """
    week = nights // GRID_DAYS
    told = np.empty((len(nights), len(FAMILIES) + 2), dtype=np.float32)
    for part in np.split(np.arange(len(nights)), np.flatnonzero(np.diff(week)) + 1):
        told[part] = weights[part[0] : part[-1] + 1] @ _of_week(cells, int(week[part[0]]))
    families = told[:, :-2].astype(np.float64)
    total = families.sum(axis=1)
    first, last = told[:, -2] / total, told[:, -1] / total
    relief = first + (last - first) * (nights / GRID_DAYS - week)
    return np.maximum(relief, 0), families / total[:, None]


@lru_cache(maxsize=_WEEKS_MOST)
def _of_week(cells: Cells, week: int) -> Singles:
    """(G, F + 2) by cell: one for its family, and its relief as the week begins and ends."""
    found = np.empty((len(cells.family), len(FAMILIES) + 2), dtype=np.float32)
    found[:, :-2] = cells.family[:, None] == np.arange(len(FAMILIES))
    found[:, -2] = cells.relief(max(week * GRID_DAYS, 1))
    found[:, -1] = cells.relief((week + 1) * GRID_DAYS)
    return found
