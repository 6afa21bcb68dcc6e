"""Courses side by side by what they were given: a curve each, where a group is large enough to be drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from diary.domain.durability.outcomes import LOST, TREATED_AGAIN, WEEK_DAYS, WEEKS, Outcomes, shares_by_week
from diary.domain.durability.survival import (
    Curve,
    LogRank,
    Quantile,
    competing,
    interval_censored,
    kaplan_meier,
    log_rank,
    quantile,
)

# A curve of fewer patients says more of them than of what they were given, and may name them.
PATIENTS_MIN: Final = 10
HORIZON_DAYS: Final = WEEK_DAYS * WEEKS


@dataclass(frozen=True, slots=True)
class Group:
    """Courses that were given the same; `curve` and what follows are empty where too few to be drawn."""

    name: str
    patients: int
    courses: int
    responders: int
    no_response: int
    unknown: int
    lost: int
    treated_again: int
    curve: tuple[tuple[int, float, float | None, float | None], ...] = ()
    """Day, share that still has relief, and its band: where the share changes."""
    at_risk: tuple[int, ...] = ()
    """Under watch at the start, and after each 4 weeks."""
    median: Quantile | None = None
    """Of days to the loss."""
    ends: tuple[tuple[float, float], ...] = ()
    """By week, shares that have lost relief and that were treated again before a loss was found."""
    checked: tuple[float, ...] = ()
    """By week, the share that still has relief, by the estimate that knows of missing days."""
    shares: tuple[tuple[int, float, float], ...] = ()
    """By week, of all courses: known, and of those the shares with relief of 30 and 50 %."""

    @property
    def drawn(self) -> bool:
        """Large enough."""
        return self.median is not None


@dataclass(frozen=True, slots=True)
class Factor:
    """One way to tell courses apart."""

    name: str
    groups: tuple[Group, ...]
    """Largest first."""
    log_rank: LogRank | None
    """Between those that are drawn."""


def compare(name: str, labels: Sequence[str], patients: NDArray[np.int_], outcomes: Outcomes) -> Factor:
    """The courses by their labels; patients: (n,) whose each is."""
    codes = {label: code for code, label in enumerate(sorted(set(labels)))}
    of = np.fromiter((codes[label] for label in labels), dtype=np.int64, count=len(labels))
    rows = {label: np.flatnonzero(of == code) for label, code in codes.items()}
    order = sorted(rows, key=lambda label: (-len(rows[label]), label))
    groups = [_group(label, patients[rows[label]], outcomes.rows(rows[label])) for label in order]
    drawn = [outcomes.rows(rows[group.name]) for group in groups if group.drawn]
    found = log_rank([one.to_loss().rows(one.responders) for one in drawn]) if len(drawn) > 1 else None
    return Factor(name, tuple(groups), found)


def _group(name: str, patients: NDArray[np.int_], outcomes: Outcomes) -> Group:
    kept = outcomes.rows(outcomes.responders)
    either, cause = kept.to_either()
    counted = Group(
        name=name,
        patients=_distinct(patients),
        courses=len(patients),
        responders=int((outcomes.response == 1).sum()),
        no_response=int((outcomes.response == -1).sum()),
        unknown=int((outcomes.response == 0).sum()),
        lost=int(kept.lost.sum()),
        treated_again=int((either.ended & (cause == TREATED_AGAIN)).sum()),
    )
    if _distinct(patients[outcomes.responders]) < PATIENTS_MIN:
        return counted
    curve = kaplan_meier(kept.to_loss())
    checked = interval_censored(*kept.intervals(), horizon=HORIZON_DAYS)
    return replace(
        counted,
        curve=tuple(
            (day, round(float(curve.share[day]), 4), _known(curve.low[day]), _known(curve.high[day]))
            for day in [0, *np.flatnonzero(curve.ended).tolist()]
        ),
        at_risk=tuple(_at_risk(curve, day) for day in range(0, HORIZON_DAYS + 1, 4 * WEEK_DAYS)),
        median=quantile(curve),
        ends=_by_week(competing(either, cause)),
        checked=tuple(round(float(share), 4) for share in checked[WEEK_DAYS::WEEK_DAYS]),
        shares=tuple(shares_by_week(outcomes.weekly_relief)),
    )


def _at_risk(curve: Curve, day: int) -> int:
    """Under watch once a day is over."""
    return int(curve.at_risk[day + 1]) if day + 1 < len(curve.at_risk) else 0


def _distinct(patients: NDArray[np.int_]) -> int:
    """How many; for a million far quicker than `unique`."""
    return int(len(patients) > 0) + int(np.count_nonzero(np.diff(np.sort(patients))))


def _by_week(found: NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    both = np.zeros((2, HORIZON_DAYS + 1))
    for cause in (LOST, TREATED_AGAIN):
        if cause < len(found):
            line = found[cause][: HORIZON_DAYS + 1]
            both[cause] = np.concatenate([line, np.full(HORIZON_DAYS + 1 - len(line), line[-1])])
    return tuple(
        (round(float(lost), 4), round(float(again), 4)) for lost, again in both[:, WEEK_DAYS::WEEK_DAYS].T
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
