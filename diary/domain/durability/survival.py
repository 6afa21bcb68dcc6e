"""Survival curves of many courses at once: Kaplan-Meier, log-rank, competing ends, and interval censoring.

Times are whole days, so that a million courses come down to counts by day.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from diary.domain.chances import chi_square_above, normal_quantile

Floats = NDArray[np.float64]
Days = NDArray[np.int_]
Bools = NDArray[np.bool_]

_Z: Final = normal_quantile(0.975)
_ROUNDS_MAX: Final = 2_000
_CLOSE: Final = 1e-7


@dataclass(frozen=True, slots=True)
class Lives:
    """n courses under watch: each from the day after `entered` up to `left`, where it ends or is censored."""

    entered: Days
    left: Days
    ended: Bools

    def rows(self, chosen: Bools) -> "Lives":
        """Some of them."""
        return Lives(self.entered[chosen], self.left[chosen], self.ended[chosen])


@dataclass(frozen=True, slots=True)
class Curve:
    """The share that has not ended, by day: arrays (T + 1,), day 0 first."""

    at_risk: Days
    """Under watch on that day, before what ends on it."""
    ended: Days
    share: Floats
    low: Floats
    """The 95 % band, by the log-log transformation; NaN where the share is 0."""
    high: Floats


@dataclass(frozen=True, slots=True)
class Quantile:
    """The day on which a share of the courses has ended; None: not reached while any were under watch."""

    day: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class LogRank:
    """Whether groups end alike (Mantel 1966)."""

    chi_square: float
    df: int
    p: float


def kaplan_meier(lives: Lives) -> Curve:
    """The product-limit estimate (Kaplan and Meier 1958), with late entry.

    >>> curve = kaplan_meier(Lives(np.zeros(4, int), np.array([2, 3, 3, 5]), np.array([1, 1, 0, 1], bool)))
    >>> curve.share.round(2).tolist(), curve.at_risk.tolist()
    ([1.0, 1.0, 0.75, 0.5, 0.5, 0.0], [0, 4, 4, 3, 1, 1])
    """
    at_risk, ended = _counts(lives)
    share = np.asarray(np.cumprod(1 - _rate(ended, at_risk)), dtype=np.float64)
    low, high = _band(share, at_risk, ended)
    return Curve(at_risk, ended, share, low, high)


def quantile(curve: Curve, share: float = 0.5) -> Quantile:
    """The first day on which no more than this share is left; its interval from where the band crosses it."""
    days = [_first(line <= share + 1e-12) for line in (curve.share, curve.low, curve.high)]
    return Quantile(*days)


def log_rank(groups: Sequence[Lives]) -> LogRank | None:
    """Whether groups end alike; None for one group, or where nothing has ended."""
    last = max((int(group.left.max(initial=0)) for group in groups), default=0)
    counts = [_counts(group, last) for group in groups]
    at_risk, ended = (np.array([count[place] for count in counts], dtype=np.float64) for place in (0, 1))
    watched, gone = at_risk.sum(axis=0), ended.sum(axis=0)
    days = gone > 0
    at_risk, watched, gone = at_risk[:, days], watched[days], gone[days]
    shares = at_risk / watched
    surplus = ended[:, days].sum(axis=1) - (shares * gone).sum(axis=1)
    spread = gone * np.divide(watched - gone, watched - 1, out=np.zeros_like(watched), where=watched > 1)
    covariance = np.diag((shares * spread).sum(axis=1)) - (shares * spread) @ shares.T
    df = int(np.linalg.matrix_rank(covariance)) if len(groups) > 1 and days.any() else 0
    if not df:
        return None
    chi_square = float(surplus @ np.linalg.pinv(covariance) @ surplus)
    return LogRank(chi_square, df, chi_square_above(chi_square, df))


def competing(lives: Lives, cause: NDArray[np.int_]) -> Floats:
    """How many have come to each end by each day, (causes, T + 1): Aalen and Johansen 1978.

    Unlike one minus Kaplan-Meier it counts nobody twice: who was treated again can lose that relief no more.

    Args:
        lives: `ended` of any cause.
        cause: (n,) 0 for the first, 1 for the second ...; what stands beside a censored one does not count.
    """
    at_risk, ended = _counts(lives)
    share = np.cumprod(1 - _rate(ended, at_risk))
    before = np.concatenate([[1.0], share[:-1]])
    found = []
    for one in range(int(cause.max(initial=0)) + 1):
        of_cause = np.bincount(lives.left[lives.ended & (cause == one)], minlength=len(at_risk))
        found.append(np.cumsum(before * _rate(of_cause, at_risk)))
    return np.array(found)


def interval_censored(after: Days, by: Days, *, horizon: int) -> Floats:
    """The share not ended by each day, (horizon + 1,), where ends are known between two days (Turnbull 1976).

    Args:
        after: (n,) the last day on which it is known not to have ended.
        by: (n,) the first day on which it is known to have; over `horizon` for not by then.
        horizon: the last day looked at.
    """
    # A pair of days as one number, so that a million courses come down to the pairs there are.
    base = horizon + 2
    counts = np.bincount(np.minimum(after, horizon) * base + np.minimum(by, horizon + 1))
    pairs = np.flatnonzero(counts)
    weights = counts[pairs]
    first = pairs // base + 1
    last = np.maximum(pairs % base, first)
    # A day can hold an end only if some course may have ended on it; the day past the horizon is any later.
    mass = np.full(horizon + 2, 1 / (horizon + 1))
    mass[0] = 0.0
    for _ in range(_ROUNDS_MAX):
        below = np.concatenate([[0.0], np.cumsum(mass)])
        within = weights / np.maximum(below[last + 1] - below[first], 1e-300)
        steps = np.bincount(first, within, minlength=horizon + 3) - np.bincount(
            last + 1, within, minlength=horizon + 3
        )
        new = mass * np.cumsum(steps)[: horizon + 2] / weights.sum()
        moved, mass = float(np.abs(new - mass).max()), new
        if moved < _CLOSE:
            break
    return np.asarray(1 - np.cumsum(mass)[: horizon + 1])


def _counts(lives: Lives, last: int | None = None) -> tuple[Days, Days]:
    """By day from 0 on: how many are under watch, and how many end."""
    size = (int(lives.left.max(initial=0)) if last is None else last) + 1
    watched = lives.left > lives.entered
    entered = np.bincount(lives.entered[watched], minlength=size)
    left = np.bincount(lives.left[watched], minlength=size)
    ended = np.bincount(lives.left[watched & lives.ended], minlength=size)
    inside = np.cumsum(entered) - np.cumsum(left)
    return np.concatenate([[0], inside[:-1]]), ended


def _rate(ended: Days, at_risk: Days) -> Floats:
    return np.divide(ended, at_risk, out=np.zeros(len(at_risk)), where=at_risk > 0)


def _band(share: Floats, at_risk: Days, ended: Days) -> tuple[Floats, Floats]:
    """Greenwood's variance on the log-log scale, which keeps the band between 0 and 1."""
    left = at_risk - ended
    per_day = np.divide(ended, at_risk * left, out=np.zeros(len(at_risk)), where=left > 0)
    low, high = share.copy(), share.copy()
    inside = (share > 0) & (share < 1)
    logs = np.log(share[inside])
    reach = _Z * np.sqrt(np.cumsum(per_day)[inside]) / logs
    low[inside], high[inside] = np.exp(logs * np.exp(-reach)), np.exp(logs * np.exp(reach))
    low[share <= 0] = high[share <= 0] = math.nan
    return low, high


def _first(reached: Bools) -> int | None:
    return int(reached.argmax()) if reached.any() else None
