"""Curves, tests and competing ends are those of lifelines and SciPy, to six digits."""

import warnings

import numpy as np
import pytest
from scipy import stats

from diary.domain.durability.survival import (
    Lives,
    competing,
    interval_censored,
    kaplan_meier,
    log_rank,
    quantile,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines import AalenJohansenFitter, KaplanMeierFitter
    from lifelines.statistics import multivariate_logrank_test
    from lifelines.utils import median_survival_times


def drawn(seed: int, *, courses: int = 80, mean_days: float = 70) -> Lives:
    """Courses that end, or are censored, on whole days, with ties."""
    rng = np.random.default_rng(seed)
    ends, censored = rng.exponential(mean_days, courses), rng.uniform(20, 150, courses)
    left = np.maximum(1, np.ceil(np.minimum(ends, censored))).astype(int)
    return Lives(np.zeros(courses, dtype=int), left, ends <= censored)


@pytest.mark.parametrize("seed", range(4))
def test_the_curve_and_its_band_are_lifelines_and_scipys(seed):
    lives = drawn(seed)
    ours = kaplan_meier(lives)
    theirs = KaplanMeierFitter().fit(lives.left, lives.ended)
    days = [int(day) for day in theirs.survival_function_.index]
    assert ours.share[days] == pytest.approx(theirs.survival_function_.iloc[:, 0].to_numpy(), abs=1e-9)
    band = theirs.confidence_interval_.to_numpy()[ours.share[days] > 0]
    known = [day for day in days if ours.share[day] > 0]
    assert ours.low[known] == pytest.approx(band[:, 0], abs=1e-6)
    assert ours.high[known] == pytest.approx(band[:, 1], abs=1e-6)
    assert ours.at_risk[days[1:]].tolist() == theirs.event_table["at_risk"].iloc[1:].tolist()
    sample = stats.CensoredData.right_censored(lives.left, ~lives.ended)
    assert ours.share[days] == pytest.approx(stats.ecdf(sample).sf.evaluate(days), abs=1e-9)
    median = quantile(ours)
    low, high = (float(value) for value in median_survival_times(theirs.confidence_interval_).iloc[0])
    assert median.day == theirs.median_survival_time_
    assert (median.low or np.inf, median.high or np.inf) == (low, high)


def test_late_entry_is_lifelines():
    lives = drawn(8)
    entered = np.where(np.arange(80) % 3 == 0, np.minimum(20, lives.left - 1), 0)
    ours = kaplan_meier(Lives(entered, lives.left, lives.ended))
    theirs = KaplanMeierFitter().fit(lives.left, lives.ended, entry=entered)
    days = [int(day) for day in theirs.survival_function_.index if day >= 0]
    found = theirs.survival_function_.loc[days].iloc[:, 0].to_numpy()
    assert ours.share[days] == pytest.approx(found, abs=1e-9)


@pytest.mark.parametrize("means", [(50, 80), (40, 70, 110), (70, 70, 70, 70)])
def test_the_log_rank_test_is_lifelines_and_scipys(means):
    groups = [drawn(20 + place, courses=40 + place, mean_days=mean) for place, mean in enumerate(means)]
    ours = log_rank(groups)
    label = np.concatenate([np.full(len(group.left), place) for place, group in enumerate(groups)])
    left, ended = (np.concatenate([getattr(group, name) for group in groups]) for name in ("left", "ended"))
    theirs = multivariate_logrank_test(left, label, ended)
    assert ours.chi_square == pytest.approx(theirs.test_statistic, rel=1e-6)
    assert ours.p == pytest.approx(theirs.p_value, rel=1e-6)
    assert ours.df == len(means) - 1
    if len(means) == 2:
        samples = [stats.CensoredData.right_censored(group.left, ~group.ended) for group in groups]
        assert ours.chi_square == pytest.approx(stats.logrank(*samples).statistic ** 2, rel=1e-6)


def test_groups_without_an_end_or_alone_have_no_test():
    nothing = Lives(np.zeros(5, dtype=int), np.full(5, 9), np.zeros(5, dtype=bool))
    assert log_rank([nothing, nothing]) is None
    assert log_rank([drawn(1)]) is None
    assert quantile(kaplan_meier(nothing)).day is None


def test_competing_ends_are_lifelines_and_count_nobody_twice():
    """Lifelines moves tied days apart at random, so no two end on one day here."""
    rng = np.random.default_rng(5)
    lives = Lives(np.zeros(120, dtype=int), rng.permutation(np.arange(1, 121)), rng.random(120) < 0.7)
    cause = rng.integers(0, 2, 120)
    ours = competing(lives, cause)
    for place in (0, 1):
        theirs = AalenJohansenFitter(calculate_variance=False).fit(
            lives.left, np.where(lives.ended, cause + 1, 0), event_of_interest=place + 1
        )
        days = [int(day) for day in theirs.cumulative_density_.index]
        assert ours[place][days] == pytest.approx(theirs.cumulative_density_.iloc[:, 0].to_numpy(), abs=1e-9)
    assert (ours.sum(axis=0) + kaplan_meier(lives).share) == pytest.approx(np.ones(ours.shape[1]))


def test_intervals_that_are_one_day_long_give_kaplan_meier_again():
    lives = drawn(6)
    by = np.where(lives.ended, lives.left, 10_000)
    after = np.where(lives.ended, lives.left - 1, lives.left)
    ours = interval_censored(after, by, horizon=150)
    assert ours[: len(kaplan_meier(lives).share) - 1] == pytest.approx(
        kaplan_meier(lives).share[:-1], abs=1e-4
    )


@pytest.mark.parametrize("seed", range(3))
def test_wide_intervals_are_lifelines(seed):
    """Their days are closed intervals."""
    lives = drawn(seed, courses=60)
    width = np.random.default_rng(seed).integers(1, 15, 60)
    after = np.where(lives.ended, np.maximum(0, lives.left - width), lives.left)
    ours = interval_censored(after, np.where(lives.ended, lives.left, 10_000), horizon=200)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = KaplanMeierFitter().fit_interval_censoring(
            after + 1.0, np.where(lives.ended, lives.left, np.inf), tol=1e-10
        )
    table = fitted.survival_function_
    # Within a stretch that no course tells apart any curve is as likely: where each ends, there is one.
    lower = table.min(axis=1)
    ends = lower[lower.diff() < -1e-6].loc[1:200]
    assert len(ends) >= 8
    # (Two stretches may share a day, which then has the level of one, of the other, or one between.)
    assert (np.abs(ours[ends.index.astype(int)] - ends.to_numpy()) < 1e-3).mean() > 0.8
    # And it is the most likely curve: no day would gain by more mass (Gentleman and Geyer 1994).
    day = np.arange(1, 202)
    within = (day > after[:, None]) & (day <= np.where(lives.ended, lives.left, 201)[:, None])
    mass = -np.diff(np.append(ours, 0.0))
    gain = (within / (within @ mass)[:, None]).mean(axis=0)
    assert gain.max() < 1.01
    assert gain[mass > 1e-3] == pytest.approx(np.ones((mass > 1e-3).sum()), abs=0.01)


def test_a_thousand_times_as_many_courses_give_the_same_curve():
    lives = drawn(2)
    many = Lives(*(np.tile(getattr(lives, name), 1000) for name in ("entered", "left", "ended")))
    assert kaplan_meier(many).share == pytest.approx(kaplan_meier(lives).share)
