"""The forecast says what the model says, whoever is judged beside it, and looks at no later day."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from config.priors import SHIPPED
from config.protocol import DEFAULT
from diary.domain.packed import DAYS_BEFORE, NO_ANSWER
from diary.domain.relapse.baselines import Baselines, own_baselines
from diary.domain.relapse.forecast import Forecast, forecast
from diary.domain.simulation.cohort import simulate
from tests.domain.relapse.slow_forecast import slow_forecast
from tests.makers import carried

NAMES = ("p_lost", "p_lost_14d", "p_lost_28d")
WEEKS_12 = 84

answers = st.none() | st.integers(0, 10)
stretches = st.tuples(st.integers(1, 30), st.lists(answers, min_size=1, max_size=7))
befores = st.lists(answers, min_size=DAYS_BEFORE, max_size=DAYS_BEFORE).filter(
    lambda days: any(nrs for nrs in [nrs for nrs in days if nrs is not None][-7:])
)


@st.composite
def diaries(draw: st.DrawFn) -> list[int | None]:
    scores: list[int | None] = []
    for length, pattern in draw(st.lists(stretches, min_size=1, max_size=5)):
        scores += [pattern[day % len(pattern)] for day in range(length)]
    return scores


def foreseen(
    scores: list[int | None], before: list[int | None], boosters: tuple[int, ...] = (), lead_days: int = 28
) -> Forecast:
    marks = np.array([[day in boosters for day in range(1, len(scores) + 1)]])
    return forecast(
        as_bytes(scores),
        np.array([len(scores)]),
        own_baselines(as_bytes(before), DEFAULT),
        prior=SHIPPED,
        lead_days=lead_days,
        boosters=marks if boosters else None,
    )


def as_bytes(scores: list[int | None]) -> np.ndarray:
    return np.array([[NO_ANSWER if nrs is None else nrs for nrs in scores]], dtype=np.uint8)


EIGHT = [8] * DAYS_BEFORE


@settings(max_examples=6, deadline=None)
@given(scores=diaries(), before=befores)
@example(scores=[None] * 60, before=EIGHT).via("nobody answers")
@example(scores=[None] * 20 + [3] + [None] * 9, before=EIGHT).via("one answer")
@example(scores=[0] * 90, before=EIGHT).via("no pain at all")
@example(scores=[10] * 90, before=[10] * DAYS_BEFORE).via("the worst pain imaginable")
@example(scores=[5] * 120, before=[5] * DAYS_BEFORE).via("always the same number")
@example(scores=[2] * 40 + [7] * 360, before=[None] * 13 + [8]).via("400 days, a baseline of one answer")
def test_it_is_what_comes_out_the_long_way(scores, before):
    slow, fast = slow_forecast(scores, before, SHIPPED), foreseen(scores, before)
    for name in NAMES:
        assert getattr(fast, name)[0] == pytest.approx(getattr(slow, name), abs=1e-3), name
    for day, name in zip(slow.quantiles, ("lost_p10", "lost_p50", "lost_p90"), strict=True):
        told = getattr(fast, name)[0]
        assert (math.isnan(told) and day > 364) or abs(told - day) <= 1, name


def test_a_booster_begins_the_curve_anew():
    scores: list[int | None] = [2] * 30 + [6] * 10 + [2] * 20
    slow, fast = slow_forecast(scores, EIGHT, SHIPPED, [40]), foreseen(scores, EIGHT, (40,))
    for name in NAMES:
        assert getattr(fast, name)[0] == pytest.approx(getattr(slow, name), abs=1e-3)
    assert fast.p_lost[0] < 0.05 < foreseen(scores[:40], EIGHT).p_lost[0]


@cache
def cohort():
    return simulate(60, rng=np.random.default_rng(4), days=120)


def of_cohort(scores: np.ndarray, nights: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
    """(n, 7) everything that is foreseen."""
    rows = np.arange(len(scores)) if rows is None else rows
    baselines = own_baselines(cohort().before, DEFAULT).rows(rows)
    found = forecast(scores[rows], nights[rows], baselines, prior=SHIPPED, lead_days=28)
    return np.array([getattr(found, name) for name in Forecast.__slots__]).T


def test_what_comes_after_its_night_changes_nothing():
    scores, rng = cohort().scores, np.random.default_rng(5)
    for night in (1, 13, 40, 90, 119):
        later = scores.copy()
        later[:, night:] = rng.integers(0, 11, later[:, night:].shape)
        nights = np.full(len(scores), night)
        assert np.array_equal(of_cohort(later, nights), of_cohort(scores, nights), equal_nan=True)


def test_it_does_not_hang_on_who_is_judged_beside_it():
    scores, nights = cohort().scores, np.random.default_rng(6).integers(1, 121, 60)
    together = of_cohort(scores, nights)
    alone = np.vstack([of_cohort(scores, nights, np.array([row])) for row in range(60)])
    off = np.abs(together - alone)
    assert np.nanmax(off[:, :4]) < 1.5e-4, "the last digit may be rounded the other way"
    assert np.nanmean(off > 0) < 0.01


def test_many_courses_are_foreseen_as_a_few_at_a_time_are():
    many = simulate(300, rng=np.random.default_rng(8), days=70)
    known, nights = own_baselines(many.before, DEFAULT), np.full(300, 70)

    def of(rows: np.ndarray) -> np.ndarray:
        found = forecast(many.scores[rows], nights[rows], known.rows(rows), prior=SHIPPED, lead_days=28)
        return np.array([getattr(found, name) for name in NAMES])

    together, apart = of(np.arange(300)), np.hstack([of(rows) for rows in np.split(np.arange(300), 12)])
    assert np.nanmax(np.abs(together - apart)) < 1.5e-4, "the last digit may be rounded the other way"


def test_chances_grow_with_the_days_ahead_and_are_rounded():
    found = of_cohort(cohort().scores, np.full(60, 50))
    p_now, p_14, p_28, p_lead = found[:, :4].T
    assert ((p_now >= 0) & (p_now <= p_14) & (p_14 <= p_28) & (p_28 == p_lead) & (p_28 <= 1)).all()
    assert np.array_equal(found[:, :4], np.round(found[:, :4], 4))
    assert (np.diff(found[:, 4:], axis=1) >= 0)[np.isfinite(found[:, 6])].all()


def test_without_a_baseline_nothing_is_foreseen():
    scores = as_bytes([2] * 40)
    found = forecast(scores, np.array([40]), carried([np.nan]), prior=SHIPPED, lead_days=28)
    assert all(np.isnan(getattr(found, name)[0]) for name in Forecast.__slots__)
    assert np.isnan(foreseen([2] * 40, [0] * DAYS_BEFORE).p_lost[0]), "no pain leaves no relief to lose"


def test_a_lead_time_of_twelve_weeks_looks_further_than_four():
    near, far = foreseen([2] * 30, EIGHT), foreseen([2] * 30, EIGHT, lead_days=WEEKS_12)
    assert far.p_lost_28d[0] == near.p_lost_28d[0] == near.p_lost_lead[0] < far.p_lost_lead[0]


def test_missing_days_cost_certainty_only():
    every = foreseen([2] * 40, EIGHT)
    every_third = foreseen([2 if day % 3 == 0 else None for day in range(40)], EIGHT)
    assert every.p_lost[0] < 0.02
    assert every_third.p_lost[0] < 0.05
    assert every_third.lost_p10[0] <= every.lost_p10[0]


def test_a_flare_of_three_days_is_no_loss():
    assert foreseen([2] * 40 + [6, 5, 6] + [2] * 3, EIGHT).p_lost[0] < 0.05


def test_a_rise_that_stays_is_a_loss():
    assert foreseen([2] * 40 + [8] * 14, EIGHT).p_lost[0] > 0.9


def test_whoever_never_responded_has_nothing_to_lose():
    found = foreseen([8] * 40, EIGHT)
    assert found.p_lost_28d[0] < 0.1


def test_a_carried_baseline_counts_as_told_and_a_stated_one_leaves_more_open():
    scores, nights = as_bytes([2] * 20 + [5] * 14), np.array([34])
    silent = np.full((1, DAYS_BEFORE), NO_ANSWER, dtype=np.uint8)
    spread = []
    for sd in (0.6, 1.5):
        known = Baselines(np.array([8.0]), silent, np.array([sd]))
        spread.append(forecast(scores, nights, known, prior=SHIPPED, lead_days=28).p_lost[0])
    assert all(0.01 < p_lost < 0.99 for p_lost in spread)


def test_a_prior_of_slow_loss_foresees_it_later():
    slow = replace(SHIPPED, midpoint_median_days=120.0)
    scores, nights, known = as_bytes([2] * 20), np.array([20]), own_baselines(as_bytes(EIGHT), DEFAULT)
    soon, late = (
        forecast(scores, nights, known, prior=prior, lead_days=28).lost_p50[0] for prior in (SHIPPED, slow)
    )
    assert soon < late
