"""Second courses begin where the first one had come to, in the same people."""

from dataclasses import replace

import numpy as np
import pytest

from diary.domain.simulation.cohort import simulate
from diary.domain.simulation.cohorts import COHORTS
from diary.domain.simulation.curves import GRADUAL, Curves, relief_on
from diary.domain.simulation.parameters import KETAMINE
from diary.domain.simulation.people import second_courses

# Everybody loses relief gradually, so that the first course can be worked out from the second.
GRADUALLY = replace(KETAMINE, retreated_at_relief=0.45, step_share=0.0, durable_share=0.0)
REPEAT = COHORTS["repeat"].parameters


def test_a_second_course_begins_on_the_day_on_which_the_first_had_come_down_to_45_percent():
    parameters = replace(GRADUALLY, second_midpoint_correlation=1.0)
    people = second_courses(300, np.random.default_rng(1), parameters)
    second = people.curves
    first = Curves(
        np.full(300, GRADUAL, dtype=np.int8),
        second.peak,
        second.half_life_days,
        second.midpoint_days / 0.8,
        second.comes_on_day,
        second.past_share,
    )
    relief = relief_on(first, np.arange(1, 366), parameters)
    last_day = (relief <= 0.45).argmax(axis=1) + 1
    assert (last_day >= 28).all()
    for row, day in enumerate(last_day):
        assert people.relief_before[row, 14:] == pytest.approx(relief[row, day - 14 : day])
    assert not people.relief_before[:, :14].any()


def test_the_second_midpoint_is_a_fifth_shorter_and_as_wide():
    apart = replace(GRADUALLY, second_midpoint_correlation=0.0)
    midpoints = np.log(second_courses(20_000, np.random.default_rng(2), apart).curves.midpoint_days)
    assert np.exp(np.median(midpoints)) == pytest.approx(0.8 * 51, rel=0.03)
    assert midpoints.std() == pytest.approx(0.75, abs=0.02)


def test_who_kept_relief_longer_the_first_time_keeps_it_longer_the_second_time():
    """Of the part that a person's own first midpoint does not tell, 1 - 0.6^2 of the variance is left.

    Those who held for a year or lost relief within four weeks are no second courses, so that less than the
    whole spread of the first midpoints comes through.
    """
    spread = {
        correlation: np.log(
            second_courses(
                20_000, np.random.default_rng(3), replace(GRADUALLY, second_midpoint_correlation=correlation)
            ).curves.midpoint_days
        ).var()
        for correlation in (0.0, 0.6, 1.0)
    }
    expected = 0.6**2 * spread[1.0] + (1 - 0.6**2) * spread[0.0]
    assert spread[0.6] == pytest.approx(expected, rel=0.04)
    assert spread[1.0] < 0.8 * spread[0.0]


def test_the_days_before_a_second_course_are_treated_days_and_its_baseline_is_carried():
    cohort = simulate(2_000, rng=np.random.default_rng(5), parameters=REPEAT)
    assert cohort.carried_nrs is not None
    carried = np.isfinite(cohort.carried_nrs)
    assert carried.mean() == pytest.approx(0.95, abs=0.02)
    before = np.where(cohort.before == 255, np.nan, cohort.before)
    relief_then = 1 - np.nanmean(before) / cohort.baseline_nrs.mean()
    assert relief_then == pytest.approx(0.58, abs=0.03)
    error_nrs = (cohort.carried_nrs - cohort.baseline_nrs)[carried]
    assert abs(error_nrs.mean()) < 0.3
    assert error_nrs.std() == pytest.approx(0.75, abs=0.15)


def test_first_courses_carry_nothing():
    assert simulate(20, rng=np.random.default_rng(5)).carried_nrs is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"responder_share": 0.0}, "hardly anybody comes down to a relief of 0.45"),
        ({"baseline_low_nrs": 11.0}, "hardly any baseline lies between 11 and 10"),
    ],
)
def test_people_who_hardly_exist_are_not_looked_for_for_ever(change, words):
    with pytest.raises(ValueError, match=words):
        simulate(20, rng=np.random.default_rng(1), parameters=replace(REPEAT, **change))
