"""What alerts are worth against the truth: how early, how many, how often false; definitions of DESIGN.md.

Alerts are marks, (n, T), of the nights on which one opened. A false alert was opened before the true loss,
with no true loss in the next 28 days; one opened at or after it is late and not false. A non-responder has no
true loss. Patient-months at risk are the nights from day 1 to the true loss, or to the end of the diary, of
all courses, over 30.4.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from diary.domain.simulation.cohort import Cohort

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

MONTH_DAYS: Final = 30.4
FALSE_WITHOUT_LOSS_WITHIN_DAYS: Final = 28
# Early enough to treat, and earlier still; the early shares are of losses after day 28, that leave the time.
EARLY_DAYS: Final = (7, 28)
FAR_DAYS: Final = (28, 56)
SEEN_DAYS: Final = (-7, 28)
EARLY_AFTER_DAY: Final = 28
# A detector without a policy rings again only once its risk was under the threshold for so many nights.
QUIET_NIGHTS: Final = 14
FIRST_NIGHT: Final = 3

_NEVER: Final = 100_000


@dataclass(frozen=True, slots=True)
class Score:
    """What a detector's alerts came to in one cohort."""

    false_per_month: float
    alerts_per_month: float
    sensitivity: float
    """Of true losses, those with an alert from 28 days before to 7 days after."""
    early: float
    """Of true losses after day 28, those with an alert 7 to 28 days ahead."""
    far: float
    """The same, 28 to 56 days ahead."""
    losses: int
    early_losses: int


def score(alerts: Bools, cohort: Cohort, *, rows: NDArray[np.intp] | None = None) -> Score:
    """Score alerts; `rows` draws courses, with repeats, for the bootstrap."""
    chosen = np.arange(len(alerts)) if rows is None else rows
    alerts, relapse = alerts[chosen], cohort.relapse_day[chosen].astype(np.int64)
    nights = alerts.shape[1]
    loses = relapse > 0
    truth = np.where(loses, relapse, _NEVER)[:, None]
    lead = truth - np.arange(1, nights + 1)
    false = alerts & (lead > 0) & (lead > FALSE_WITHOUT_LOSS_WITHIN_DAYS)
    months = np.where(loses, np.minimum(relapse, nights), nights).sum() / MONTH_DAYS
    later = relapse > EARLY_AFTER_DAY
    return Score(
        false_per_month=float(false.sum() / months),
        alerts_per_month=float(alerts.sum() / months),
        sensitivity=_share(alerts, lead, SEEN_DAYS, loses),
        early=_share(alerts, lead, EARLY_DAYS, later),
        far=_share(alerts, lead, FAR_DAYS, later),
        losses=int(loses.sum()),
        early_losses=int(later.sum()),
    )


def _share(alerts: Bools, lead: NDArray[np.int64], days: tuple[int, int], of: Bools) -> float:
    """Of those courses, the share with an alert so many days ahead."""
    within = alerts & (lead >= days[0]) & (lead <= days[1])
    return float(within.any(axis=1)[of].mean()) if of.any() else float("nan")


def alerts_at(risk: Floats, threshold: float) -> Bools:
    """The nights on which a risk at or over the threshold rings, once until it was quiet for a fortnight.

    >>> risk = np.array([[0, 0, 1, 1, 0, 1] + [0] * 14 + [1]], dtype=float)
    >>> (np.flatnonzero(alerts_at(risk, 0.5)) + 1).tolist()
    [3, 21]
    """
    over = np.nan_to_num(risk, nan=-np.inf) >= threshold
    over[:, : FIRST_NIGHT - 1] = False
    alerts = np.zeros_like(over)
    quiet = np.full(len(risk), _NEVER)
    for night in range(over.shape[1]):
        alerts[:, night] = over[:, night] & (quiet >= QUIET_NIGHTS)
        quiet = np.where(over[:, night], 0, quiet + 1)
    return alerts


def threshold_for(risk: Floats, cohort: Cohort, *, false_per_month: float, tried: int = 150) -> float:
    """The threshold with the most early alerts at no more than this rate of false ones; of equals the lowest.

    Early alerts grow and then fall as the threshold falls: one that rings months ahead has rung once, and for
    nothing. Infinite where every threshold rings falsely too often.
    """
    known = risk[np.isfinite(risk)]
    best, chosen = -1.0, np.inf
    for threshold in np.unique(np.quantile(known, np.linspace(0.2, 1, tried)))[::-1]:
        found = score(alerts_at(risk, float(threshold)), cohort)
        if found.false_per_month <= false_per_month and found.early >= best:
            best, chosen = found.early, float(threshold)
    return chosen


def bootstrap(
    first: Bools, second: Bools | None, cohort: Cohort, *, name: str, rounds: int, seed: int
) -> tuple[float, float]:
    """95 % interval over patients of one figure of `Score`, or of the ratio of two detectors' figures."""
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(rounds):
        rows = rng.integers(0, len(first), len(first))
        value = getattr(score(first, cohort, rows=rows), name)
        if second is not None:
            value /= max(getattr(score(second, cohort, rows=rows), name), 1e-9)
        drawn.append(value)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(low), float(high)
