"""What patients do with a diary costs the forecast little: gaps for any reason, habits with numbers."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from config.priors import SHIPPED
from config.protocol import DEFAULT
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.baselines import own_baselines
from diary.domain.relapse.forecast import forecast
from diary.domain.simulation.cohort import Cohort, simulate
from diary.domain.simulation.cohorts import COHORTS
from tests.makers import follow

COURSES, NIGHTS, AHEAD_DAYS = 800, (21, 42, 63), 28


@cache
def errors_and_excess(name: str) -> tuple[float, float]:
    """Mean squared error of the 28-day chances, and losses foreseen beyond those that came, a course."""
    parameters = COHORTS[name].parameters
    cohort = simulate(COURSES, rng=np.random.default_rng(31), parameters=parameters, days=100)
    return errors_and_excess_of(cohort, cohort.scores)


def errors_and_excess_of(cohort: Cohort, scores: np.ndarray) -> tuple[float, float]:
    """The same of any diary that these courses may have left."""
    baselines = own_baselines(cohort.before, DEFAULT)
    errors, excess = [], []
    for night in NIGHTS:
        nights = np.full(len(scores), night)
        chance = forecast(scores, nights, baselines, prior=SHIPPED, lead_days=28).p_lost_28d
        known = np.isfinite(chance)
        lost = (cohort.relapse_day > 0) & (cohort.relapse_day <= night + AHEAD_DAYS)
        errors.append(((chance - lost)[known] ** 2).mean())
        excess.append((chance - lost)[known].mean())
    return float(np.mean(errors)), float(np.mean(excess))


@pytest.mark.parametrize("name", ["missing-in-pain", "missing-in-relief", "completion-65", "even-30"])
def test_gaps_in_pain_or_in_relief_and_a_liking_for_even_numbers_hardly_blur_it(name):
    error, excess = errors_and_excess(name)
    assert error < 1.12 * errors_and_excess("A")[0]
    assert abs(excess) < 0.03, "as many losses were foreseen as came"


def test_who_always_gives_the_same_number_is_foreseen_too_seldom_and_this_is_known():
    """One in five of these says nothing of what is felt: no method could see it."""
    error, excess = errors_and_excess("constant-20")
    assert 1.12 * errors_and_excess("A")[0] < error < 0.2
    assert -0.15 < excess < 0


# Of the same courses, and the same number of their days, some are taken out: three of every seven.
COMPLETE = replace(
    COHORTS["A"].parameters,
    completion_mean=0.99,
    completion_size=500.0,
    completion_loss_a_day=0.0,
    dropout_a_day=1e-9,
)


@cache
def complete_courses() -> Cohort:
    return simulate(400, rng=np.random.default_rng(41), parameters=COMPLETE, days=100)


@cache
def with_gaps(why: str) -> tuple[float, float]:
    """Error and excess where nothing is missing, days at random, or a week's most or least painful."""
    scores = complete_courses().scores.copy()
    if why != "nothing":
        at_random = np.random.default_rng(42).normal(0, 1, scores.shape)
        missing_first = {"at random": 0, "in pain": 1, "in relief": -1}[why] * scores.astype(
            float
        ) + at_random
        for first in range(0, 98, 7):
            gone = np.argsort(-missing_first[:, first : first + 7], axis=1)[:, :3]
            np.put_along_axis(scores[:, first : first + 7], gone, NO_ANSWER, axis=1)
    return errors_and_excess_of(complete_courses(), scores)


def test_days_that_are_missing_at_random_cost_hardly_anything():
    (error, excess), (least, usual) = with_gaps("at random"), with_gaps("nothing")
    assert error < 1.03 * least
    assert abs(excess - usual) < 0.01


def test_whoever_leaves_out_the_worst_three_days_of_each_week_is_foreseen_a_little_worse():
    """Answers look half a point better than the week was: losses are foreseen later, and hardly fewer."""
    (error, excess), (least, usual) = with_gaps("in pain"), with_gaps("at random")
    assert 1.02 * least < error < 1.2 * least
    assert abs(excess - usual) < 0.03


def test_whoever_leaves_out_the_best_three_days_of_each_week_is_foreseen_nearly_as_well():
    (error, excess), (least, usual) = with_gaps("in relief"), with_gaps("at random")
    assert error < 1.12 * least
    assert abs(excess - usual) < 0.03


@pytest.mark.parametrize(
    "drawn", ["8x14 | 2x30 .x25", "8x14 | 2x30 3 4 5 .x25", "8x14 | 2x20 . 2 . . 2 .x30"]
)
def test_who_falls_silent_is_silent_and_never_lost(drawn):
    course = follow(drawn, prior=SHIPPED)
    last = course.assessed.states.shape[1]
    assert course.states(14, last) <= {"holding", "cannot_tell", "silent"}
    assert course.state(last) == "silent"
