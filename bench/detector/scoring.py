"""What alerts are worth against the truth: how early, how many, how often false; definitions of DESIGN.md.

Alerts are marks, (n, T), of the nights on which one opened. A false alert was opened before the true loss,
with no true loss in the next 28 days; one opened at or after it is late and not false. A non-responder has no
true loss. Patient-months at risk are the nights from day 1 to the true loss, or to the end of the diary, of
all courses, over 30.4.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from diary.domain.simulation.cohort import Cohort
from diary.domain.simulation.curves import KINDS

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

MONTH_DAYS: Final = 30.4
FALSE_WITHOUT_LOSS_WITHIN_DAYS: Final = 28
# Early enough to treat, and earlier still; the early shares are of losses after day 28, that leave the time.
EARLY_DAYS: Final = (7, 28)
FAR_DAYS: Final = (28, 56)
SEEN_DAYS: Final = (-7, 28)
EARLY_AFTER_DAY: Final = 28

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


@dataclass(frozen=True, slots=True)
class Truth:
    """What alerts in n courses of T nights are held against."""

    lead: NDArray[np.int64]
    """(n, T) days from a night to the true loss; far away without one."""
    loses: Bools
    """(n,)"""
    leaves_time: Bools
    """(n,) courses whose loss comes late enough to be early."""
    months: Floats
    """(n,) at risk."""

    def false(self) -> Bools:
        """(n, T) nights on which an alert is false."""
        return self.lead > FALSE_WITHOUT_LOSS_WITHIN_DAYS

    def within(self, days: tuple[int, int]) -> Bools:
        """(n, T) nights so many days ahead of a loss."""
        return (self.lead >= days[0]) & (self.lead <= days[1])


def truth_of(cohort: Cohort) -> Truth:
    """Of all its courses."""
    relapse = cohort.relapse_day.astype(np.int64)
    nights, loses = cohort.scores.shape[1], relapse > 0
    lead = np.where(loses, relapse, _NEVER)[:, None] - np.arange(1, nights + 1)
    months = np.where(loses, np.minimum(relapse, nights), nights) / MONTH_DAYS
    return Truth(lead, loses, relapse > EARLY_AFTER_DAY, months)


def score(alerts: Bools, cohort: Cohort, *, rows: NDArray[np.intp] | None = None) -> Score:
    """Score alerts in all courses, or in some."""
    truth = truth_of(cohort)
    chosen = np.arange(len(alerts)) if rows is None else rows
    figures = {}
    for name, (part, whole) in _parts(alerts, truth).items():
        total = whole[chosen].sum()
        figures[name] = float(part[chosen].sum() / total) if total else float("nan")
    return Score(
        **figures,
        losses=int(truth.loses[chosen].sum()),
        early_losses=int(truth.leaves_time[chosen].sum()),
    )


def _parts(alerts: Bools, truth: Truth) -> dict[str, tuple[NDArray[Any], NDArray[Any]]]:
    """Each figure is a sum over courses over another: (n,) what each course adds to the two."""
    parts: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {
        "false_per_month": ((alerts & truth.false()).sum(axis=1), truth.months),
        "alerts_per_month": (alerts.sum(axis=1), truth.months),
    }
    for name, days, of in (
        ("sensitivity", SEEN_DAYS, truth.loses),
        ("early", EARLY_DAYS, truth.leaves_time),
        ("far", FAR_DAYS, truth.leaves_time),
    ):
        parts[name] = ((alerts & truth.within(days)).any(axis=1) & of, of)
    return parts


@dataclass(frozen=True, slots=True)
class KindScore:
    """What the alerts came to for one kind of loss."""

    losses: int
    sensitivity: float
    early_losses: int
    early: float
    far: float
    median_delay_days: float
    """From the true loss to the first alert within 28 days before it or after it; negative is ahead."""


def by_kind(alerts: Bools, cohort: Cohort) -> dict[str, KindScore]:
    """The same by how relief was lost, for the kinds that somebody lost it by."""
    told: dict[str, KindScore] = {}
    delay = first_alert(alerts, cohort) - cohort.relapse_day
    for place, kind in enumerate(KINDS):
        rows = np.flatnonzero((cohort.kind == place) & (cohort.relapse_day > 0))
        if not len(rows):
            continue
        of = score(alerts, cohort, rows=rows)
        median = _median(delay[rows])
        told[kind] = KindScore(of.losses, of.sensitivity, of.early_losses, of.early, of.far, median)
    return told


def first_alert(alerts: Bools, cohort: Cohort) -> Floats:
    """(n,) the night of the first alert from 28 days before the true loss on; NaN without alert or loss."""
    night = np.arange(1, alerts.shape[1] + 1)
    counts = alerts & (night >= cohort.relapse_day[:, None].astype(np.int64) - SEEN_DAYS[1])
    found = counts.any(axis=1) & (cohort.relapse_day > 0)
    return np.where(found, counts.argmax(axis=1) + 1.0, np.nan)


@dataclass(frozen=True, slots=True)
class Lead:
    """How much sooner one detector spoke than another, of the losses that both told."""

    median_days: float
    both: int
    only_first: int
    only_second: int


def lead_over(first: Bools, second: Bools, cohort: Cohort) -> Lead:
    """How many days before the second detector's first alert of each loss the first one's came."""
    ours, theirs = first_alert(first, cohort), first_alert(second, cohort)
    return Lead(
        median_days=_median(theirs - ours),
        both=int((np.isfinite(ours) & np.isfinite(theirs)).sum()),
        only_first=int((np.isfinite(ours) & np.isnan(theirs)).sum()),
        only_second=int((np.isnan(ours) & np.isfinite(theirs)).sum()),
    )


def first_rows(cohort: Cohort, count: int) -> Cohort:
    """The first so many courses of a cohort."""
    fields = {name: getattr(cohort, name) for name in Cohort.__slots__}
    return Cohort(**{name: None if of is None else of[:count] for name, of in fields.items()})


def _median(days: Floats) -> float:
    known = days[np.isfinite(days)]
    return float(np.median(known)) if len(known) else float("nan")


def bootstrap(
    first: Bools, second: Bools | None, cohort: Cohort, *, name: str, rounds: int, seed: int
) -> tuple[float, float]:
    """95 % interval over patients of one figure of `Score`, or of the ratio of two detectors' figures."""
    rows = np.random.default_rng(seed).integers(0, len(first), (rounds, len(first)))
    truth = truth_of(cohort)
    with np.errstate(divide="ignore", invalid="ignore"):
        part, whole = (of[rows].sum(axis=1) for of in _parts(first, truth)[name])
        drawn = part / whole
        if second is not None:
            part, whole = (of[rows].sum(axis=1) for of in _parts(second, truth)[name])
            drawn = drawn / (part / whole)
    low, high = np.quantile(drawn, (0.025, 0.975), method="inverted_cdf")
    return float(low), float(high)
