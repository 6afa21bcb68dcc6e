"""A clinic unlike the literature gets a prior of its own; one like it is not harmed."""

from functools import cache

import numpy as np
import pytest

from config.priors import SHIPPED, Prior
from config.protocol import DEFAULT
from diary.domain.relapse.baselines import own_baselines
from diary.domain.relapse.forecast import forecast
from diary.domain.relapse.posterior import Seen
from diary.domain.relapse.relearn import COURSES_MIN, HALF_LIFE_LOG_SD_MIN, MIDPOINT_LOG_SD_MIN, relearn
from diary.domain.simulation.cohort import Cohort, simulate
from diary.domain.simulation.cohorts import COHORTS

DAYS = 180


@cache
def drawn(name: str, seed: int, courses: int) -> Cohort:
    rng = np.random.default_rng(seed)
    return simulate(courses, rng=rng, parameters=COHORTS[name].parameters, days=DAYS)


def seen(cohort: Cohort) -> Seen:
    nights = np.full(len(cohort.scores), DAYS)
    return Seen(cohort.scores, nights, own_baselines(cohort.before, DEFAULT))


@cache
def learned(name: str, courses: int = 200) -> Prior:
    return relearn(seen(drawn(name, 801, courses)), SHIPPED)


def brier(cohort: Cohort, prior: Prior) -> float:
    """Mean squared error of the chance of a loss within 28 days, over days 21, 42 and 63."""
    errors = []
    baselines = own_baselines(cohort.before, DEFAULT)
    truth = np.where(cohort.relapse_day == 0, DAYS * 2, cohort.relapse_day)
    for night in (21, 42, 63):
        nights = np.full(len(truth), night)
        chance = forecast(cohort.scores, nights, baselines, prior=prior, lead_days=28).p_lost_28d
        judged = (truth > night) & np.isfinite(chance)
        errors.append((chance - (truth <= night + 28))[judged] ** 2)
    return float(np.concatenate(errors).mean())


def test_where_relief_lasts_longer_and_diaries_are_noisier_it_learns_both():
    prior = learned("B")
    assert prior.midpoint_median_days > 62
    assert prior.noise_median_nrs > 1.4
    assert prior.step_share > SHIPPED.step_share


def test_it_foresees_better_in_a_clinic_unlike_the_literature():
    others = drawn("B", 901, 1000)
    assert brier(others, learned("B")) < 0.97 * brier(others, SHIPPED)


@pytest.mark.parametrize("name", ["A", "C"])
def test_it_does_no_harm_in_a_clinic_like_it(name):
    others = drawn(name, 901, 1000)
    assert brier(others, learned(name)) < 1.01 * brier(others, SHIPPED)


def test_too_few_courses_leave_the_shipped_prior():
    few = drawn("B", 801, COURSES_MIN - 1)
    assert relearn(seen(few), SHIPPED) is SHIPPED


def test_a_small_clinic_moves_it_less_than_a_large_one():
    small, large = learned("B", 40), learned("B", 200)
    assert SHIPPED.noise_median_nrs < small.noise_median_nrs < large.noise_median_nrs


def test_patients_who_are_all_alike_leave_room_for_others():
    alike = drawn("A", 801, 1)
    scores, before = (np.repeat(rows, 100, axis=0) for rows in (alike.scores, alike.before))
    prior = relearn(Seen(scores, np.full(100, DAYS), own_baselines(before, DEFAULT)), SHIPPED)
    assert prior.midpoint_log_sd >= MIDPOINT_LOG_SD_MIN
    assert prior.half_life_log_sd >= HALF_LIFE_LOG_SD_MIN


def test_what_is_assumed_and_not_learned_stays():
    prior = learned("B")
    for name in ("answers_worth", "noise_log_sd", "other_relief_median", "baseline_sd_nrs"):
        assert getattr(prior, name) == getattr(SHIPPED, name)
