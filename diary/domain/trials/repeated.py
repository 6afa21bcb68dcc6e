"""A mixed model for repeated measures: what two arms differ by over the whole period, and week by week.

Pain of a patient in a week is the mean of the arm in that week, plus what the patient's own baseline brings,
plus what belongs to the patient. The residuals of one patient are correlated: a share stays the same over
all weeks (people differ), the rest fades from week to week (a good month ends). Missing weeks are taken as
missing at random; nothing is filled in. Fitted by restricted maximum likelihood (Patterson and Thompson
1971).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from diary.domain.chances import chi_square_above
from diary.domain.trials.weeks import Difference, difference, holm

Floats = NDArray[np.float64]
Point = tuple[float, float]

# Where the search begins: shares that belong to the patient, correlations from week to week of the rest.
_SHARES: Final = (0.05, 0.3, 0.6)
_CORRELATIONS: Final = (0.0, 0.4, 0.8)
# On the scale of logit and inverse hyperbolic tangent: as near 0 and 1 as can matter.
_FARTHEST: Final = (12.0, 4.0)
_STEPS_MAX: Final = 300
_CLOSE: Final = 1e-11
# A week that fewer patients of an arm answered is left out: its mean could not be told from theirs.
PATIENTS_MIN: Final = 2


@dataclass(frozen=True, slots=True)
class Fit:
    """What the model found, given how residuals are correlated."""

    effects: Floats
    """(p,) one a column of the design."""
    covariance: Floats
    """(p, p) of the effects."""
    variance: float
    """Of one residual, squared NRS points."""
    share: float
    """Of the variance that stays with the patient over all weeks."""
    correlation: float
    """From one week to the next, of the rest."""
    minus_two_reml: float


@dataclass(frozen=True, slots=True)
class Repeated:
    """The two arms over the whole period."""

    patients: int
    weeks: tuple[int, ...]
    """Those that both arms answered."""
    whole: Difference
    """Averaged over the weeks."""
    by_week: tuple[Difference, ...]
    p_holm: tuple[float, ...]
    """The weeks' P, held against all weeks at once."""
    p_changing: float
    """The chance by luck that the difference changes so from week to week; NaN for one week."""
    adjusted: bool
    """For baseline: where every patient has the same or none, nothing can be adjusted."""
    fit: Fit


def repeated_measures(
    first: Floats, second: Floats, first_baseline: Floats, second_baseline: Floats
) -> Repeated:
    """Fit both arms together.

    Degrees of freedom are those between patients: patients less arms less the baseline's one, which is on the
    safe side for a week's difference.

    Args:
        first: (n, W) one arm's mean pain by patient and week; NaN for none.
        second: (m, W) the other's.
        first_baseline: (n,) NaN for none: such a patient counts as one with the mean baseline (White and
            Thompson 2005, Stat Med 24:993).
        second_baseline: (m,)

    Raises:
        ValueError: no week that two patients of each arm answered, or fewer than four patients in all.
    """
    enough = [np.isfinite(arm).sum(axis=0) >= PATIENTS_MIN for arm in (first, second)]
    kept = np.flatnonzero(enough[0] & enough[1])
    scores = np.concatenate([first, second])[:, kept]
    baseline = _centred(np.concatenate([first_baseline, second_baseline]))
    in_second = np.arange(len(scores)) >= len(first)
    came = np.isfinite(scores).any(axis=1) if len(kept) else np.zeros(len(scores), dtype=np.bool_)
    patients, adjusted = int(came.sum()), bool(baseline[came].any())
    df = patients - 2 - int(adjusted)
    if not len(kept) or df < 1:
        raise ValueError("two arms need two patients each who answered in one week")
    columns = [_cells(in_second[came], len(kept))]
    if adjusted:
        columns.append(np.broadcast_to(baseline[came, None, None], (patients, len(kept), 1)))
    found = fit(scores[came], np.concatenate(columns, axis=2))
    contrasts = _weekly_contrasts(len(kept), found.effects.size)
    by_week = tuple(_difference(found, contrast, df) for contrast in contrasts)
    return Repeated(
        patients,
        tuple(int(week) + 1 for week in kept),
        _difference(found, contrasts.mean(axis=0), df),
        by_week,
        tuple(holm([week.p for week in by_week])),
        _p_changing(found, contrasts),
        adjusted,
        found,
    )


def fit(scores: Floats, design: Floats) -> Fit:
    """The most likely correlation, and the effects under it.

    Args:
        scores: (n, W) NaN for none; every patient has one at least.
        design: (n, W, p) of full rank over the scores that came.
    """
    likelihood = _Likelihood(scores, design)
    starts = [
        (math.log(share / (1 - share)), math.atanh(corr)) for share in _SHARES for corr in _CORRELATIONS
    ]
    best = lowest(lambda point: likelihood.at(*_bounded(point)).minus_two_reml, starts)
    return likelihood.at(*_bounded(best))


def fit_given(scores: Floats, design: Floats, *, share: float, correlation: float) -> Fit:
    """The effects under a correlation that is given."""
    return _Likelihood(scores, design).at(share, correlation)


def lowest(value: Callable[[Point], float], starts: Sequence[Point]) -> Point:
    """Where a function of two numbers is lowest, from the best of some starts (Nelder and Mead 1965)."""
    x, y = min(starts, key=value)
    corners = sorted((value(point), point) for point in ((x, y), (x + 0.4, y), (x, y + 0.2)))
    for _ in range(_STEPS_MAX):
        (low, best), (middle, next_best), (high, worst) = corners
        if high - low < _CLOSE * (1 + abs(low)):
            break
        centre = ((best[0] + next_best[0]) / 2, (best[1] + next_best[1]) / 2)
        away = _towards(worst, centre, 2.0)
        here = value(away)
        if here < low:
            farther = _towards(worst, centre, 3.0)
            new = min((here, away), (value(farther), farther))
        elif here < middle:
            new = (here, away)
        else:
            nearer = _towards(worst, centre, 1.5 if here < high else 0.5)
            new = (value(nearer), nearer)
            if new[0] >= min(here, high):
                shrunk = [_towards(corner, best, 0.5) for corner in (next_best, worst)]
                corners = sorted([(low, best), *((value(point), point) for point in shrunk)])
                continue
        corners = sorted([(low, best), (middle, next_best), new])
    return corners[0][1]


class _Likelihood:
    """The restricted likelihood of one data set, for any correlation of residuals."""

    def __init__(self, scores: Floats, design: Floats) -> None:
        came = np.isfinite(scores)
        self._patterns, self._pattern_of = np.unique(came, axis=0, return_inverse=True)
        self._patients = np.bincount(self._pattern_of.ravel())
        self._scores = np.where(came, scores, 0.0)
        self._design = np.where(came[:, :, None], design, 0.0)
        self._flat = self._design.reshape(-1, design.shape[2])
        self._apart = np.abs(np.subtract.outer(np.arange(scores.shape[1]), np.arange(scores.shape[1])))
        self._free = int(came.sum()) - design.shape[2]

    def at(self, share: float, correlation: float) -> Fit:
        whole = share + (1 - share) * correlation ** self._apart.astype(np.float64)
        np.fill_diagonal(whole, 1.0)
        # A week that did not come is a row of the unit matrix: it weighs nothing, since its design is 0.
        both = self._patterns[:, :, None] & self._patterns[:, None, :]
        residuals = np.where(both, whole, np.eye(len(whole)))
        weight = np.linalg.inv(residuals)[self._pattern_of.ravel()]
        weighed = (weight @ self._design).reshape(len(self._flat), -1)
        information = weighed.T @ self._flat
        effects = np.linalg.solve(information, weighed.T @ self._scores.ravel()).astype(np.float64)
        rest = self._scores - (self._flat @ effects).reshape(self._scores.shape)
        variance = float((rest * (weight @ rest[:, :, None])[:, :, 0]).sum()) / self._free
        minus_two = (
            self._free * (math.log(2 * math.pi * variance) + 1)
            + float(self._patients @ np.linalg.slogdet(residuals)[1])
            + float(np.linalg.slogdet(information)[1])
        )
        covariance = variance * np.linalg.inv(information)
        return Fit(np.asarray(effects, dtype=np.float64), covariance, variance, share, correlation, minus_two)


def _bounded(point: Point) -> Point:
    share, correlation = (max(-limit, min(limit, one)) for one, limit in zip(point, _FARTHEST, strict=True))
    return 1 / (1 + math.exp(-share)), math.tanh(correlation)


def _towards(start: Point, centre: Point, steps: float) -> Point:
    return start[0] + steps * (centre[0] - start[0]), start[1] + steps * (centre[1] - start[1])


def _centred(baseline: Floats) -> Floats:
    known = np.isfinite(baseline)
    return np.where(known, baseline - baseline[known].mean(), 0.0) if known.any() else np.zeros_like(baseline)


def _cells(in_second: NDArray[np.bool_], weeks: int) -> Floats:
    """(n, W, 2W): a mean for each arm and week."""
    cells = np.zeros((len(in_second), weeks, 2 * weeks))
    for week in range(weeks):
        cells[~in_second, week, week] = 1.0
        cells[in_second, week, weeks + week] = 1.0
    return cells


def _weekly_contrasts(weeks: int, columns: int) -> Floats:
    contrasts = np.zeros((weeks, columns))
    place = np.arange(weeks)
    contrasts[place, place] = -1.0
    contrasts[place, weeks + place] = 1.0
    return contrasts


def _difference(found: Fit, contrast: Floats, df: float) -> Difference:
    error = math.sqrt(float(contrast @ found.covariance @ contrast))
    return difference(float(contrast @ found.effects), error, df)


def _p_changing(found: Fit, contrasts: Floats) -> float:
    """Wald's test that the difference is the same in all weeks."""
    if len(contrasts) < 2:
        return math.nan
    changes = contrasts[1:] - contrasts[0]
    by = changes @ found.effects
    return chi_square_above(
        float(by @ np.linalg.solve(changes @ found.covariance @ changes.T, by)), len(changes)
    )
