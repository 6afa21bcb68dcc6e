"""Cohort C has the noise and the gaps of daily diaries of chronic back pain, measured as they were measured.

Measured where pain is steady and in the middle of the scale, as in those diaries: true pain between 4 and 7
on every day. That is people who do not respond; `A` stands beside it where the two should differ.
"""

import numpy as np
import pytest

from diary.domain.packed import NO_ANSWER
from diary.domain.simulation.cohort import Cohort, simulate
from diary.domain.simulation.cohorts import COHORTS

WEEKS = 25


def residuals(cohort: Cohort) -> np.ndarray:
    """(n, T) score less true pain; NaN without an answer."""
    scores = np.where(cohort.scores == NO_ANSWER, np.nan, cohort.scores)
    return scores - true_pain(cohort)


def true_pain(cohort: Cohort) -> np.ndarray:
    return cohort.baseline_nrs[:, None] * (1 - cohort.relief)


def steady(cohort: Cohort) -> np.ndarray:
    """(m, T) residuals of those in the middle of the scale, about each person's own mean."""
    pain, off = true_pain(cohort), residuals(cohort)
    chosen = (pain.min(axis=1) > 4) & (pain.max(axis=1) < 7) & (np.isfinite(off).sum(axis=1) > 100)
    return off[chosen] - np.nanmean(off[chosen], axis=1, keepdims=True)


def about_moving_level(off: np.ndarray, window_days: int = 21) -> np.ndarray:
    """The residuals less the mean of the answers in the window about each day."""
    half = window_days // 2
    padded = np.pad(off, ((0, 0), (half, half)), constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, window_days, axis=1)
    answers = np.isfinite(windows).sum(axis=2)
    return off - np.nansum(windows, axis=2) / np.maximum(answers, 1)


def lag1(off: np.ndarray) -> float:
    """The mean over people of the correlation of one day with the next, where both were answered."""
    products = np.nanmean(off[:, :-1] * off[:, 1:], axis=1)
    return float((products / np.nanvar(off, axis=1)).mean())


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return simulate(12_000, rng=np.random.default_rng(21), parameters=COHORTS["C"].parameters)


def test_within_person_spread_is_1_3_points_in_the_median_with_quartiles_0_95_and_1_8(cohort):
    spread = np.nanstd(steady(cohort), axis=1, ddof=1)
    assert len(spread) > 1_000
    assert np.percentile(spread, [25, 50, 75]) == pytest.approx([0.95, 1.3, 1.8], abs=0.08)


def test_one_day_tells_little_of_the_next_and_nothing_once_the_level_of_three_weeks_is_gone(cohort):
    off = steady(cohort)
    assert 0.14 <= lag1(off) <= 0.24
    assert abs(lag1(about_moving_level(off))) < 0.05
    in_a = steady(simulate(2_000, rng=np.random.default_rng(21)))
    assert lag1(about_moving_level(in_a)) > 0.2


def test_the_level_drifts_slowly(cohort):
    """Means of three weeks differ by more than days that know nothing of each other would let them."""
    off = steady(cohort)[:, :168].reshape(-1, 8, 21)
    off = off[(np.isfinite(off).sum(axis=2) > 5).all(axis=1)]
    of_means = np.nanmean(off, axis=2).var(axis=1, ddof=1).mean()
    by_chance = (np.nanvar(off, axis=2, ddof=1) / np.isfinite(off).sum(axis=2)).mean()
    assert of_means > 2 * by_chance


def test_days_differ_less_near_both_ends_of_the_scale(cohort):
    pain, off = true_pain(cohort), residuals(cohort)
    middle, floor, top = (
        float(np.nanstd(off[(pain >= low) & (pain < high)])) for low, high in ((4, 7), (0, 1), (9, 10))
    )
    assert floor < 0.6 * middle
    assert top < 0.6 * middle


def test_days_are_missing_in_runs(cohort):
    missing = cohort.scores == NO_ANSWER
    assert 0.08 <= missing.mean() <= 0.17
    again = missing[:, 1:][missing[:, :-1]].mean()
    assert 0.2 <= again <= 0.6
    assert again > 2 * missing.mean()


def test_the_day_of_the_week_matters_by_a_tenth_of_a_point_at_most(cohort):
    """The wave that people's seven weekday means speak of, beyond what chance makes of them."""
    weeks = about_moving_level(steady(cohort))[:, : 7 * WEEKS].reshape(-1, WEEKS, 7)
    by_chance = np.nanvar(weeks, axis=1, ddof=1) / np.isfinite(weeks).sum(axis=1)
    beyond = np.nanmean(weeks, axis=1).var(axis=1, ddof=1) - by_chance.mean(axis=1)
    wave_nrs = np.sqrt(max(0.0, float(beyond.mean())) * 2 * 6 / 7)
    assert wave_nrs <= 0.1


def test_the_drift_is_noise_and_no_truth(cohort):
    with_a = simulate(500, rng=np.random.default_rng(3))
    with_c = simulate(500, rng=np.random.default_rng(3), parameters=COHORTS["C"].parameters)
    assert np.array_equal(with_a.relief, with_c.relief)
    assert np.array_equal(with_a.relapse_day, with_c.relapse_day)
