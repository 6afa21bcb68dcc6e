"""A forecast that is right is left alone for a thousand years; one that is far off is found within months."""

from dataclasses import astuple, replace
from functools import cache

import numpy as np
import pytest

from config.priors import SHIPPED
from config.protocol import DEFAULT
from diary.domain.relapse.baselines import own_baselines
from diary.domain.relapse.drift import (
    AGE_DAYS_MIN,
    CHANCE_MIN,
    EARLY_GRANTED,
    TOLD_ON_DAY,
    WINDOWS,
    counts_of,
    tallies,
)
from diary.domain.relapse.forecast import forecast
from diary.domain.relapse.shadow import Told
from diary.domain.relapse.truth import Truth, rule_truth
from diary.domain.simulation.cohort import simulate
from diary.domain.simulation.cohorts import COHORTS, A
from diary.domain.simulation.parameters import CohortParameters

DAYS = 180
# What the shipped prior is right about.
RIGHT = {name: COHORTS[name].parameters for name in ("A", "C", "completion-40", "even-30", "rescue-drug")}
# What it is not: half of the relief is gone by day 15, where it believes in 51.
FAR_OFF = replace(A, midpoint_days=15.0)
# A clinic of 200 courses a year.
COURSES_A_WEEK = 4


@cache
def courses_of(parameters: CohortParameters, *, courses: int = 1_200, seed: int = 31) -> tuple[Told, Truth]:
    """What was told of courses on one day, and what came."""
    drawn = simulate(courses, rng=np.random.default_rng(seed), parameters=parameters, days=DAYS)
    baselines = own_baselines(drawn.before, DEFAULT)
    found = forecast(drawn.scores, np.full(courses, TOLD_ON_DAY), baselines, prior=SHIPPED, lead_days=28)
    truth = rule_truth(drawn.scores, np.full(courses, DAYS), baselines, protocol=DEFAULT)
    return Told(found.p_lost_28d, found.lost_p10, found.lost_p90), truth


def week(told: Told, truth: Truth, chosen: np.ndarray, ages: np.ndarray):
    """What a week finds of some courses, the newest first, each known up to its age."""
    known = truth.rows(chosen)
    unknown_yet = known.confirmed_on > ages
    as_of = Truth(
        np.where(unknown_yet, np.inf, known.confirmed_on),
        np.where(unknown_yet, np.minimum(known.known_until, ages - 11), known.known_until),
        known.responds,
    )
    return tallies(told.rows(chosen), as_of, ages=ages)


def test_the_chance_of_a_count_is_that_of_strangers():
    ten = counts_of(np.full(10, 0.1))
    assert ten.sum() == pytest.approx(1)
    assert ten[0] == pytest.approx(0.9**10)
    assert ten[2] == pytest.approx(45 * 0.1**2 * 0.9**8)


def test_looked_at_each_week_in_every_way_it_errs_once_in_a_thousand_years():
    ways = 4 * len(WINDOWS)
    assert 52 * ways * CHANCE_MIN == pytest.approx(1 / 1000)


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_granted_covers_a_right_forecast_of_each_kind_of_clinic(name):
    """1,200 courses each: the rule errs, and what it makes of a right forecast is within what is granted."""
    told, truth = courses_of(RIGHT[name])
    everybody = np.arange(len(told.p_lost_28d))
    found = week(told, truth, everybody, np.full(len(everybody), float(DAYS)))
    assert {one.what for one in found} == {"early", "late", "more", "fewer"}
    assert min(one.chance for one in found) > 0.01


def test_at_the_very_edge_of_what_is_granted_it_errs_in_no_more_than_one_year_of_a_thousand():
    """4,000 years of weeks: early losses drawn at just the share that is granted."""
    years, draw = 4_000, np.random.default_rng(9)
    came = draw.random(years * 52 * COURSES_A_WEEK) < EARLY_GRANTED
    erred = np.zeros(len(came), dtype=bool)
    for window in WINDOWS:
        beyond = counts_of(np.full(window, EARLY_GRANTED))[::-1].cumsum()[::-1]
        most = int(np.argmax(beyond < CHANCE_MIN))
        sums = np.convolve(came, np.ones(window), mode="full")[: len(came)]
        erred |= sums >= most
    in_year = erred[::COURSES_A_WEEK].reshape(years, 52).any(axis=1)
    assert in_year.mean() <= 1 / 1000


def test_right_forecasts_of_real_curves_are_left_alone():
    """1,000 weeks of clinics like those of daily diaries."""
    told, truth = courses_of(RIGHT["C"])
    draw = np.random.default_rng(8)
    ages = AGE_DAYS_MIN + np.arange(400) * 7 / COURSES_A_WEEK
    for _ in range(1_000):
        newest = draw.integers(0, len(told.p_lost_28d), len(ages))
        found = week(told, truth, newest, np.minimum(ages, DAYS))
        assert not any(one.drifted for one in found)


@pytest.mark.parametrize("seed", range(3))
def test_a_forecast_of_losses_that_come_in_a_third_of_the_time_is_found_within_a_year(seed):
    """From one week on all four new courses of each week are such; before, the forecast was right."""
    far_off, right = courses_of(FAR_OFF), courses_of(RIGHT["A"])
    told = Told(*(np.concatenate(both) for both in zip(astuple(far_off[0]), astuple(right[0]), strict=True)))
    truth = Truth(
        *(np.concatenate(both) for both in zip(astuple(far_off[1]), astuple(right[1]), strict=True))
    )
    draw, count = np.random.default_rng(seed), len(far_off[0].p_lost_28d)
    new, before = draw.integers(0, count, 52 * COURSES_A_WEEK), draw.integers(0, count, 400) + count

    def drifted(weeks: int) -> bool:
        newest = np.concatenate([new[: weeks * COURSES_A_WEEK][::-1], before])
        ages = np.floor((np.arange(len(newest)) + 0.5) * 7 / COURSES_A_WEEK)
        old = ages >= AGE_DAYS_MIN
        found = week(told, truth, newest[old][:400], np.minimum(ages[old][:400], DAYS))
        return any(one.drifted for one in found)

    assert not drifted(4), "nothing of it is settled yet"
    assert any(drifted(weeks) for weeks in range(8, 53))


def of(*, chance: float, upper: float, confirmed: list[float], age: float = 120):
    """Courses that were all told the same; by when each loss was confirmed."""
    count = len(confirmed)
    told = Told(np.full(count, chance), np.full(count, 20.0), np.full(count, upper))
    came = np.array(confirmed)
    truth = Truth(came, np.where(np.isinf(came), age - 11, 0), np.ones(count, dtype=bool))
    return {(one.what, one.courses): one for one in tallies(told, truth, ages=np.full(count, age))}


def test_losses_that_are_told_and_never_come_are_found_too():
    found = of(chance=0.6, upper=60, confirmed=[np.inf] * 60)
    assert found["fewer", 60].drifted
    assert found["late", 60].drifted
    assert (found["late", 60].came, found["late", 60].told) == (60, pytest.approx(6))
    assert not found["early", 60].drifted


def test_a_sudden_change_shows_in_the_newest_courses():
    found = of(chance=0.3, upper=300, confirmed=[25.0] * 50 + [np.inf] * 150)
    assert (found["early", 50].came, found["early", 200].came) == (50, 50)
    assert found["early", 50].drifted


def test_where_nothing_is_settled_nothing_is_found():
    assert of(chance=0.3, upper=300, confirmed=[25.0] * 50, age=AGE_DAYS_MIN - 20) == {}


def test_few_courses_are_too_few_whatever_came():
    assert not any(one.drifted for one in of(chance=0.3, upper=300, confirmed=[25.0] * 6).values())
