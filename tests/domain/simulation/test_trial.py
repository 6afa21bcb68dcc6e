"""The simulated trial has the size of the published one, and its weeks are counted as there."""

import numpy as np
import pytest

from diary.domain.packed import NO_ANSWER
from diary.domain.simulation.trial import simulate_trial, weekly_means


def test_a_trial_has_two_arms_of_thirty_followed_for_twelve_weeks():
    trial = simulate_trial(rng=np.random.default_rng(4))
    assert trial.ketamine.scores.shape == trial.placebo.scores.shape == (30, 84)
    weeks = weekly_means(trial.ketamine.scores)
    assert [week.week for week in weeks] == list(range(1, 13))
    assert weeks[0].mean_nrs < weekly_means(trial.placebo.scores)[0].mean_nrs


def test_a_week_is_the_mean_over_patients_of_their_own_means():
    scores = np.full((3, 10), NO_ANSWER, dtype=np.uint8)
    scores[0, 3:10] = 2  # days 4-10, all answered
    scores[1, 9] = 6  # one answer
    first, second = weekly_means(scores, weeks=2)
    assert (first.patients, np.isnan(first.mean_nrs)) == (0, True)
    assert (second.patients, second.mean_nrs, second.sem_nrs) == (2, 4.0, pytest.approx(2.0))


def test_weeks_beyond_the_follow_up_are_refused():
    with pytest.raises(ValueError, match="12 weeks need 80 days"):
        weekly_means(np.zeros((2, 79), dtype=np.uint8))
