"""The optional accelerator: what follows the matrix product, diary by diary, compiled where numba is there.

`foretell` is plain Python over arrays. With numpy alone each of its steps goes over all diaries of a product
before the next, each time through memory; compiled, a diary is finished before the next begins. Chances and
days come out the same (tests/domain/relapse/test_compiled.py).
"""

from collections.abc import Callable
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Singles = NDArray[np.float32]
Floats = NDArray[np.float64]

# Cells are summed up so many together, and by each in the one group that holds what is asked for.
TOGETHER: Final = 16

# To load it takes half a second and 100 MB: who judges fewer at once is done before that.
WORTH_FROM_COURSES: Final = 500

# exp(x) = 2^k exp(x - k ln 2), with k whole and a polynomial for the rest, right to 3 units of the last place
# (S. Moshier, Cephes, expf). ln 2 is in two parts, so that little is lost when it is taken off.
_LOWEST: Final = np.float32(-87)
_LOG2_E: Final = np.float32(1.44269504)
_LN_2: Final = (np.float32(0.693359375), np.float32(-2.12194440e-4))
_TERMS: Final = tuple(
    np.float32(term)
    for term in (1.9875691e-4, 1.3981999e-3, 8.3334519e-3, 4.1665795e-2, 1.6666665e-1, 5.0000001e-1)
)
_HALF: Final = np.float32(0.5)
_ONE: Final = np.float32(1)
_BIAS: Final = np.int32(127)
_MANTISSA_BITS: Final = np.int32(23)


def compiled(courses: int) -> Callable[..., None] | None:
    """`foretell` compiled, where numba is installed and there are enough courses to be worth it."""
    return _compiled() if courses >= WORTH_FROM_COURSES else None


@cache
def _compiled() -> Callable[..., None] | None:
    """Kept for this machine, or compiled in each process where there is nowhere to keep it.

    Sums and maxima may go in any order, so that eight numbers go at once; nothing is infinite or NaN.
    """
    try:
        import numba  # noqa: PLC0415 - optional and heavy
    except ImportError:
        return None
    any_order = {"reassoc", "contract", "nnan", "ninf", "nsz"}
    try:
        return numba.njit(cache=True, fastmath=any_order)(foretell)
    except RuntimeError:  # no folder that may be written to
        return numba.njit(fastmath=any_order)(foretell)


def foretell(
    logs: Singles,
    loss_day: NDArray[np.int16],
    by: NDArray[np.intp],
    responding: int,
    restarted: NDArray[np.bool_],
    shares: Floats,
    found: Floats,
) -> None:
    """What `posterior.exponents` and then `forecast.LossDays` make of each diary.

    Args:
        logs: (n, G) of the cells, in the order of their loss days; weights afterwards, the heaviest 1.
        loss_day: (G,)
        by: (n, k) how many cells have lost relief by each of k days.
        responding: how many of the first cells respond.
        restarted: (n,) diaries that are counted from a booster on.
        shares: (s,) of the chance to respond.
        found: (n, k + s) gets the chances, not rounded, and the loss days; 0 for before the first day.
    """
    count = logs.shape[1]
    groups, asked = count // TOGETHER, by.shape[1]
    before = np.empty(groups + 1)
    whole = np.empty(count, np.int32)
    power = whole.view(np.float32)  # 2^k, made of its bits
    for row in range(logs.shape[0]):
        of = logs[row]
        most = of[0]
        for cell in range(count):
            most = max(most, of[cell])
        for cell in range(count):
            x = max(of[cell] - most, _LOWEST)
            k = np.int32(np.floor(x * _LOG2_E + _HALF))
            part = np.float32(k)
            x -= part * _LN_2[0]
            x -= part * _LN_2[1]
            told = _TERMS[0]
            told = told * x + _TERMS[1]
            told = told * x + _TERMS[2]
            told = told * x + _TERMS[3]
            told = told * x + _TERMS[4]
            told = told * x + _TERMS[5]
            of[cell] = told * x * x + x + _ONE
            whole[cell] = (k + _BIAS) << _MANTISSA_BITS

        before[0] = 0
        for group in range(groups):
            sum_of_group = np.float32(0)
            for place in range(TOGETHER):
                cell = group * TOGETHER + place
                weight = of[cell] * power[cell]
                of[cell] = weight
                sum_of_group += weight
            before[group + 1] = before[group] + sum_of_group
        total = before[groups]
        before /= total

        responds = 1.0
        for place in range(-1, asked):
            cells = responding if place < 0 else by[row, place]
            group = min(cells // TOGETHER, groups - 1)
            chance = before[group]
            for cell in range(group * TOGETHER, cells):
                chance += of[cell] / total
            if place >= 0:
                found[row, place] = chance
            elif restarted[row]:
                before += 1 - chance
            else:
                responds = chance
        for place in range(len(shares)):
            wanted = shares[place] * responds
            end = np.searchsorted(before, wanted)
            group = min(max(end - 1, 0), groups - 1)
            cell, last = group * TOGETHER, (group + 1) * TOGETHER - 1
            lost = before[group] + of[cell] / total
            while lost < wanted and cell < last:
                cell += 1
                lost += of[cell] / total
            found[row, asked + place] = loss_day[cell] if end > 0 and wanted > 0 else 0
