"""Who is followed: a level before the infusion, a curve after it, and the days in between the two."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from config.scales import NRS
from diary.domain.packed import DAYS_BEFORE
from diary.domain.simulation.curves import Curves, draw_curves, losing_kinds, past_shares, relief_on
from diary.domain.simulation.draws import Floats
from diary.domain.simulation.parameters import CohortParameters
from diary.domain.simulation.truth import responders

DRAWS_MAX: Final = 1_000
"""Nobody is looked for longer than this: what hardly anybody fits is a mistake in the parameters."""

# A second course follows the first within a year, and not before day 28: assumed (16 days apart, liver injury
# was seen: Noppers 2011, Pain 152:2173).
RETREATED_FROM_DAY: Final = 28
RETREATED_BY_DAY: Final = 365


@dataclass(frozen=True, slots=True)
class People:
    """n people on the day of the infusion."""

    baseline_nrs: Floats
    """(n,) the level of pain without treatment."""
    curves: Curves
    relief_before: Floats
    """(n, days) relief on the days before the infusion, day -1 last: none before a first course."""


def first_courses(courses: int, rng: np.random.Generator, p: CohortParameters) -> People:
    """People who are treated for the first time."""
    baseline = _baselines(courses, rng, p)
    return People(baseline, draw_curves(courses, rng, p), np.zeros((courses, DAYS_BEFORE)))


def second_courses(courses: int, rng: np.random.Generator, p: CohortParameters) -> People:
    """People who responded once, and are treated again because relief has fallen so far.

    The first course ends there: its own loss is never seen, and the fortnight before the second infusion is
    not an untreated one. So their days before are two fortnights: the untreated one before the first course,
    which a baseline can be carried over from, and the last one of the first course. Peak and pace stay their
    own; how relief is lost is drawn anew (assumed).

    Raises:
        ValueError: hardly anybody would be treated again.
    """
    batches: list[People] = []
    for _ in range(DRAWS_MAX):
        if sum(len(batch.baseline_nrs) for batch in batches) >= courses:
            return _joined(batches, courses)
        batches.append(_treated_again(first_courses(courses, rng, p), rng, p))
    raise ValueError(
        f"hardly anybody comes down to a relief of {p.retreated_at_relief:g} to be treated again"
    )


def _treated_again(first: People, rng: np.random.Generator, p: CohortParameters) -> People:
    day = np.arange(1, RETREATED_BY_DAY + 1)
    relief = relief_on(first.curves, day, p)
    low = relief <= p.retreated_at_relief
    last_day = low.argmax(axis=1) + 1
    chosen = np.flatnonzero(responders(relief) & low.any(axis=1) & (last_day >= RETREATED_FROM_DAY))
    before = _rows(first.curves, chosen)
    last_days = last_day[chosen, None] + np.arange(1 - DAYS_BEFORE, 1)

    correlation = p.second_midpoint_correlation
    of_their_own = np.log(before.midpoint_days / p.midpoint_days)
    by_chance = p.midpoint_log_sd * rng.standard_normal(len(chosen))
    log_ratio = correlation * of_their_own + np.sqrt(1 - correlation**2) * by_chance
    kind = losing_kinds(len(chosen), rng, p)
    second = Curves(
        kind,
        before.peak,
        before.half_life_days,
        p.second_midpoint_share * p.midpoint_days * np.exp(log_ratio),
        before.comes_on_day,
        past_shares(kind, rng, p),
    )
    untreated = first.relief_before[chosen]
    return People(first.baseline_nrs[chosen], second, np.hstack([untreated, relief_on(before, last_days, p)]))


def _rows(curves: Curves, chosen: np.ndarray) -> Curves:
    return Curves(*(getattr(curves, name)[chosen] for name in Curves.__slots__))


def _joined(batches: list[People], courses: int) -> People:
    columns = (
        np.concatenate([getattr(batch.curves, name) for batch in batches])[:courses]
        for name in Curves.__slots__
    )
    return People(
        np.concatenate([batch.baseline_nrs for batch in batches])[:courses],
        Curves(*columns),
        np.concatenate([batch.relief_before for batch in batches])[:courses],
    )


def _baselines(courses: int, rng: np.random.Generator, p: CohortParameters) -> Floats:
    """A normal cut to severe pain.

    Raises:
        ValueError: hardly anybody has such pain.
    """
    baseline = np.empty(courses)
    redraw = np.arange(courses)
    for _ in range(DRAWS_MAX):
        baseline[redraw] = rng.normal(p.baseline_mean_nrs, p.baseline_sd_nrs, len(redraw))
        outside = (baseline[redraw] < p.baseline_low_nrs) | (baseline[redraw] > NRS.high)
        redraw = redraw[outside]
        if not len(redraw):
            return baseline
    raise ValueError(f"hardly any baseline lies between {p.baseline_low_nrs:g} and {NRS.high}")
