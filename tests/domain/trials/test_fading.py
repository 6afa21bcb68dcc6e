"""Significance that is gone in week 12 is a matter of how many patients there were."""

import numpy as np
import pytest
from scipy import stats

from diary.domain.trials.fading import draw_trials, fading_of, significant_weeks


def test_many_trials_at_once_are_judged_as_each_alone():
    rng = np.random.default_rng(4)
    first, second = rng.normal(4, 2.5, (40, 12, 5)), rng.normal(5.5, 1.5, (40, 9, 5))
    first[rng.random(first.shape) < 0.15] = np.nan
    found = significant_weeks(first, second)
    theirs = stats.ttest_ind(first, second, axis=1, equal_var=False, nan_policy="omit").pvalue < 0.05
    assert 0 < found.sum() < found.size
    assert (found == theirs).all()


def test_the_larger_the_trial_the_later_its_significance_is_gone():
    small, large = (
        fading_of(list(draw_trials(100, patients_per_arm=patients, seed=5)), patients_per_arm=patients)
        for patients in (30, 90)
    )
    assert small.significant[0] > 0.9
    assert 0.2 < small.significant[11] < 0.7, "of trials as large as the first, about half at week 12"
    assert large.significant[11] > small.significant[11] + 0.15
    assert list(small.gone) == sorted(small.gone)
    assert small.gone[11] == pytest.approx(1 - small.significant[11])


def test_the_same_seed_draws_the_same_trials():
    one, other = (np.concatenate(list(draw_trials(60, patients_per_arm=5, seed=9))) for _ in range(2))
    assert (one == other).all()
    assert one.shape == (60, 12)
