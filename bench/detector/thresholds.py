"""When a risk rings, and which threshold is chosen for it where it may ring falsely so often.

For detectors that give a risk and have no policy of their own: one rings when its risk is at or over the
threshold, and again only once it was under it for a fortnight.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from bench.detector.scoring import EARLY_DAYS, Bools, Floats, truth_of
from diary.domain.simulation.cohort import Cohort

QUIET_NIGHTS: Final = 14
FIRST_NIGHT: Final = 3

# How many are tried together: memory.
_AT_ONCE: Final = 25


def alerts_at(risk: Floats, threshold: float) -> Bools:
    """(n, T) the nights on which a risk rings.

    >>> risk = np.array([[0, 0, 1, 1, 0, 1] + [0] * 14 + [1]], dtype=float)
    >>> (np.flatnonzero(alerts_at(risk, 0.5)) + 1).tolist()
    [3, 21]
    """
    return np.ascontiguousarray(_rung(threshold <= _told(risk).T).T)


@dataclass(frozen=True, slots=True)
class Tried:
    """One threshold, and what it came to where it was tried."""

    threshold: float
    false_per_month: float
    early: float


@dataclass(frozen=True, slots=True)
class Sweep:
    """Thresholds that were tried on a calibration cohort, highest first."""

    tried: tuple[Tried, ...]

    def at_most(self, false_per_month: float) -> Tried:
        """The one with the most early alerts at no more than this rate of false ones; of equals the lowest.

        Early alerts grow and then fall as the threshold falls: one that rings months ahead has rung once, and
        for nothing. Infinite where every threshold rings falsely too often.
        """
        under = [one for one in self.tried if one.false_per_month <= false_per_month]
        return max(reversed(under), key=lambda one: one.early, default=Tried(np.inf, 0.0, 0.0))


def sweep(risk: Floats, cohort: Cohort, *, thresholds: int = 150) -> Sweep:
    """Try thresholds spread evenly over the upper four fifths of the risks that came up."""
    spread = spread_of(risk, thresholds=thresholds)
    truth = truth_of(cohort)
    false_nights, early_nights = (marks.T[:, None] for marks in (truth.false(), truth.within(EARLY_DAYS)))
    told = _told(risk).T[:, None]
    tried: list[Tried] = []
    for begin in range(0, len(spread), _AT_ONCE):
        some = spread[begin : begin + _AT_ONCE]
        alerts = _rung(told >= some[:, None])
        false = np.count_nonzero(alerts & false_nights, axis=(0, 2)) / truth.months.sum()
        early = (alerts & early_nights).any(axis=0)[:, truth.leaves_time]
        shares = early.sum(axis=1) / max(early.shape[1], 1)
        tried += map(Tried, some.tolist(), false.tolist(), shares.tolist())
    return Sweep(tuple(tried))


def spread_of(risk: Floats, *, thresholds: int = 150) -> Floats:
    """Thresholds spread evenly over the upper four fifths of the risks that came up, highest first."""
    known = risk[np.isfinite(risk)]
    if not len(known):
        return known
    return np.unique(np.quantile(known, np.linspace(0.2, 1, thresholds)))[::-1]


def rung_at(risk: Floats, thresholds: Floats) -> Iterator[Bools]:
    """(n, T) the nights on which a risk rings, for each threshold in turn."""
    told = _told(risk).T[:, None]
    for begin in range(0, len(thresholds), _AT_ONCE):
        alerts = _rung(told >= thresholds[begin : begin + _AT_ONCE, None])
        yield from alerts.transpose(1, 2, 0)


def _told(risk: Floats) -> Floats:
    return np.nan_to_num(risk, nan=-np.inf, posinf=np.inf, neginf=-np.inf)


def _rung(over: Bools) -> Bools:
    """Night by anything: where those rings begin that a fortnight of quiet came before."""
    alerts = np.zeros_like(over)
    quiet = np.full(over.shape[1:], QUIET_NIGHTS, dtype=np.int16)
    for night in range(FIRST_NIGHT - 1, len(over)):
        alerts[night] = over[night] & (quiet >= QUIET_NIGHTS)
        quiet = np.where(over[night], np.int16(0), quiet + np.int16(1))
    return alerts
