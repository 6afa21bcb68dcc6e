"""The day of the true loss is found where the noise-free curve says it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.domain.simulation.cohort import simulate
from diary.domain.simulation.cohorts import COHORTS
from diary.domain.simulation.truth import true_relapse_day

HIGH, LOW = 0.8, 0.1


def loss_by_hand(relief: list[float], booster_days: set[int]) -> int:
    """The definition, a day at a time: there once, under 30 % today, and not back within 14 days.

    The end of the diary and a booster end the wait: relief had not come back by itself.
    """
    for day, today in enumerate(relief, start=1):
        wait = range(day, day + 14)
        until = next(
            (later for later in wait if later > len(relief) or later in booster_days - {day}), day + 14
        )
        had_come = any(earlier >= 0.30 for earlier in relief[: day - 1])
        if had_come and today < 0.30 and all(relief[later - 1] < 0.30 for later in range(day, until)):
            return day
    return 0


def loss(relief: list[float], *booster_days: int) -> int:
    boosters = np.zeros((1, len(relief)), dtype=bool)
    boosters[0, [day - 1 for day in booster_days]] = True
    return int(true_relapse_day(np.array([relief]), boosters)[0])


def test_relief_that_comes_back_within_a_fortnight_was_no_relapse():
    dip, lasting = [HIGH] * 30, [HIGH] * 30
    dip[10:23] = [LOW] * 13
    lasting[10:24] = [LOW] * 14
    assert true_relapse_day(np.array([dip, lasting, [HIGH] * 29 + [LOW]])).tolist() == [0, 11, 30]


def test_relief_lost_before_a_booster_had_been_lost_however_well_it_comes_back():
    lost_on_day_36 = [HIGH] * 35 + [LOW] * 4 + [HIGH] * 40
    assert loss(lost_on_day_36) == 0  # it came back by itself
    assert loss(lost_on_day_36, 40) == 36


def test_after_a_booster_the_loss_is_that_of_the_new_curve():
    assert loss([HIGH] * 60 + [LOW] * 20, 40) == 61


def test_relief_that_comes_late_is_not_lost_before_it_came():
    assert loss([LOW] * 20 + [HIGH] * 30 + [LOW] * 20) == 51
    assert loss([LOW] * 70) == 0


def test_a_dip_before_a_booster_that_came_back_in_time_is_no_loss():
    assert loss([HIGH] * 10 + [LOW] * 13 + [HIGH] * 40, 30) == 0


def test_a_booster_on_the_day_on_which_relief_goes_does_not_make_a_loss_of_the_day_before():
    assert loss([HIGH] * 39 + [LOW] * 20, 40) == 40


@given(
    st.lists(
        st.tuples(st.sampled_from([HIGH, LOW]), st.integers(1, 20)).map(lambda run: [run[0]] * run[1]),
        min_size=1,
        max_size=8,
    ),
    st.sets(st.integers(1, 160), max_size=3),
)
def test_the_day_is_that_of_the_definition_read_a_day_at_a_time(runs, booster_days):
    relief = [day for run in runs for day in run]
    given_on = {day for day in booster_days if day <= len(relief)}
    assert loss(relief, *given_on) == loss_by_hand(relief, given_on)


@pytest.mark.parametrize("name", COHORTS)
def test_in_every_cohort_a_loss_is_what_the_definition_says_of_its_relief(name):
    cohort = simulate(150, rng=np.random.default_rng(30), parameters=COHORTS[name].parameters, days=120)
    for row, relief in enumerate(cohort.relief.tolist()):
        boosters = set() if cohort.boosters is None else set(np.flatnonzero(cohort.boosters[row]) + 1)
        expected = loss_by_hand(relief, boosters) if cohort.responder[row] else 0
        assert cohort.relapse_day[row] == expected
    # No cohort treats anybody again before day 14.
    at_once = cohort.relief[:, 2:14].mean(axis=1) >= 0.30
    later = ["1" * 14 in "".join("1" if day >= 0.30 else "0" for day in of) for of in cohort.relief]
    assert (cohort.responder == (at_once | (later if name == "late" else False))).all()
    assert 0 < (cohort.relapse_day > 0).sum() < 150
