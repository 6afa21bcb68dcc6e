"""Running sums over a diary's days, and what they say of any window of days.

Arrays run night by course, so that each step over the nights works on whole rows of courses.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from diary.domain.packed import NO_ANSWER

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]
Days = NDArray[np.int16]

NIGHTS_MAX: Final = 3000
"""Eight years: sums of scores stay within 16 bits."""


@dataclass(frozen=True, slots=True)
class Diaries:
    """The scores of n courses over T nights, and their running sums; row d of a sum counts days 1 to d."""

    scores: NDArray[np.uint8]
    """(T, n)"""
    answered: Days
    """(T + 1, n)"""
    total: Days
    """(T + 1, n)"""
    boosters: Bools | None
    """(T, n)"""
    opens: Days
    """(T, n) the day after the last booster so far, 1 without one: no window reaches back beyond it."""

    @property
    def nights(self) -> Days:
        """(T, 1) night numbers."""
        return night_numbers(len(self.scores))


def night_numbers(count: int) -> Days:
    """(count, 1) the numbers of the nights, from 1."""
    return np.arange(1, count + 1, dtype=np.int16)[:, None]


def read_diaries(scores: NDArray[np.uint8], boosters: Bools | None) -> Diaries:
    """Turn course-by-day arrays (n, T) round and sum them up.

    >>> diaries = read_diaries(np.array([[7, 255, 5]], dtype=np.uint8), None)
    >>> diaries.answered.T.tolist(), diaries.total.T.tolist()
    ([[0, 1, 1, 2]], [[0, 7, 7, 12]])
    """
    by_night = np.ascontiguousarray(scores.T)
    came = by_night != NO_ANSWER
    nights = night_numbers(len(by_night))
    given = None if boosters is None else np.ascontiguousarray(boosters.T)
    return Diaries(
        scores=by_night,
        answered=running_sum(came),
        total=running_sum(np.where(came, by_night, 0)),
        boosters=given,
        opens=np.ones_like(nights) if given is None else last_marked(given, nights) + np.int16(1),
    )


def running_sum(values: NDArray[Any]) -> Days:
    """(T + 1, n) sums of the rows so far, beginning with a row of none."""
    sums = np.zeros((len(values) + 1, values.shape[1]), dtype=np.int16)
    np.cumsum(values, axis=0, dtype=np.int16, out=sums[1:])
    return sums


def answers_in(diaries: Diaries, days: int) -> Days:
    """(T, n) answers on the last `days` days, or since day 1."""
    came = diaries.answered[1:].copy()
    came[days:] -= diaries.answered[1:-days]
    return came


def mean_of(diaries: Diaries, days: int, *, answers_min: int) -> Floats:
    """(T, n) mean of the last `days` days; NaN with too few answers, or while they reach back too far."""
    mean = np.full(diaries.scores.shape, np.nan, dtype=np.float32)
    if len(mean) >= days:
        answers = diaries.answered[days:] - diaries.answered[:-days]
        total = diaries.total[days:] - diaries.total[:-days]
        whole = diaries.nights[days - 1 :] - days >= diaries.opens[days - 1 :] - 1
        np.divide(total, answers, out=mean[days - 1 :], where=whole & (answers >= answers_min))
    return mean


def window_before(of_windows: Floats, days: int) -> Floats:
    """(T, n) a window's figure as it was `days` nights earlier; NaN before there was one."""
    before = np.full_like(of_windows, np.nan)
    before[days:] = of_windows[:-days]
    return before


def last_marked(marks: Bools, nights: Days) -> Days:
    """(T, n) the latest night so far that is marked; 0 before the first.

    >>> last_marked(np.array([[False], [True], [False]]), night_numbers(3)).T.tolist()
    [[0, 2, 2]]
    """
    latest = np.where(marks, nights, np.int16(0))
    for earlier, night in pairwise(latest):  # `maximum.accumulate` takes four times as long
        np.maximum(earlier, night, out=night)
    return latest


def run_began(marks: Bools, nights: Days) -> Days:
    """(T, n) the first night of the present run of marked nights; 0 outside one.

    >>> run_began(np.array([[False], [True], [True], [False]]), night_numbers(4)).T.tolist()
    [[0, 2, 2, 0]]
    """
    return np.where(marks, last_marked(~marks, nights) + np.int16(1), np.int16(0))
