"""How a forecast's intervals and chances came true, where the truth is known up to a day only.

A true loss is known up to the horizon. An interval whose upper end lies within it is closed: it holds the
loss or does not, and a loss beyond the horizon is outside. One whose upper end lies beyond is open: a loss is
outside only if it comes before the lower end, and one beyond the horizon is inside. Of a forecast that is
right closed 80 % intervals hold 80 %, and open ones, which have one end only, 90 %.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

# So many 80 % intervals hold the loss where the forecast is right: with two ends, and with one.
CLOSED_HOLD: Final = 0.8
OPEN_HOLD: Final = 0.9


@dataclass(frozen=True, slots=True)
class Intervals:
    """How many 80 % intervals hold the true loss; shares, NaN of none."""

    courses: int
    held: float
    closed: int
    closed_held: float
    open: int
    open_held: float
    before: float
    """Losses before the lower end, of all: 10 % at most where the forecast is right."""


def held(lower: Floats, upper: Floats, loss_day: Floats, *, horizon: Floats | int) -> Bools:
    """(n,) whether each interval holds its true loss; arguments as those of `intervals`."""
    after = (upper <= horizon) & (loss_day > upper)
    return ~_before(lower, loss_day, horizon) & ~after


def intervals(lower: Floats, upper: Floats, loss_day: Floats, *, horizon: Floats | int) -> Intervals:
    """Hold true loss days against intervals.

    Args:
        lower: (n,) days; infinite for one that is not within the forecast's reach.
        upper: the same.
        loss_day: (n,) true days; infinite for none within the horizon.
        horizon: the last day on which a true loss is known: of all courses, or (n,) of each.
    """
    closed = upper <= horizon
    inside = held(lower, upper, loss_day, horizon=horizon)
    return Intervals(
        courses=len(inside),
        held=mean(inside),
        closed=int(closed.sum()),
        closed_held=mean(inside[closed]),
        open=int((~closed).sum()),
        open_held=mean(inside[~closed]),
        before=mean(_before(lower, loss_day, horizon)),
    )


def brier(chance: Floats, lost: Bools) -> float:
    """The mean squared error of a chance."""
    return mean((chance - lost) ** 2)


def mean(values: NDArray[Any]) -> float:
    """NaN of none."""
    return float(values.mean()) if len(values) else float("nan")


def clustered_error(values: Floats, of_course: NDArray[np.int_]) -> float:
    """Standard error of a mean of values that hang together within a course.

    >>> round(clustered_error(np.array([1.0, -1.0, 1.0, -1.0]), np.array([1, 2, 3, 4])), 2)
    0.5
    >>> round(clustered_error(np.array([1.0, 1.0, -1.0, -1.0]), np.array([1, 1, 2, 2])), 2)
    0.71
    """
    if not len(values):
        return float("nan")
    _, place = np.unique(of_course, return_inverse=True)
    sums = np.bincount(place, weights=values - values.mean())
    return float(np.sqrt((sums**2).sum()) / len(values))


def _before(lower: Floats, loss_day: Floats, horizon: Floats | int) -> Bools:
    earlier: Bools = loss_day < np.minimum(lower, np.asarray(horizon) + 1)
    return earlier
