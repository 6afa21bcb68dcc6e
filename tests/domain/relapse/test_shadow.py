"""Two priors side by side: scored on the same forecasts, of which the calendar says that they are settled."""

from dataclasses import replace

import numpy as np
import pytest

from diary.domain.relapse.shadow import NOTHING, Compared, Told, compare
from diary.domain.relapse.truth import Truth

NEVER = np.inf
CALM = Compared(60, 30, 0.12, 0.12, 0.01, 40, 0.0, 0.0, 0.02)


def told(chance: float, courses: int, *, lower: float = 30.0, upper: float = 90.0) -> Told:
    return Told(*(np.full(courses, value) for value in (chance, lower, upper)))


def beside(
    in_force: Told, candidate: Told, *, confirmed: list[float], known: list[float], age: int, night: int = 14
) -> Compared:
    count = len(confirmed)
    truth = Truth(np.array(confirmed), np.array(known), np.ones(count, dtype=bool))
    return compare(
        in_force,
        candidate,
        truth,
        nights=np.full(count, float(night)),
        ages=np.full(count, float(age)),
        of_course=np.arange(count),
    )


def test_a_chance_is_settled_39_days_after_its_night_whatever_came():
    early = beside(told(0.2, 2), told(0.2, 2), confirmed=[30, NEVER], known=[52, 52], age=52)
    assert early.forecasts == 0, "a loss that is known already does not count before the others can"
    settled = beside(told(0.2, 2), told(0.4, 2), confirmed=[30, NEVER], known=[42, 42], age=53)
    assert settled.forecasts == 2
    assert settled.brier_in_force == pytest.approx((0.8**2 + 0.2**2) / 2)
    assert settled.brier == pytest.approx((0.6**2 + 0.4**2) / 2)


def test_who_was_treated_again_before_a_loss_or_stopped_answering_counts_as_unknown():
    found = beside(told(0.2, 2), told(0.2, 2), confirmed=[NEVER, NEVER], known=[41, 42], age=100)
    assert found.forecasts == 1


def test_who_had_lost_relief_on_that_night_is_not_asked_about():
    assert beside(told(0.9, 1), told(0.9, 1), confirmed=[14], known=[0], age=100).forecasts == 0


def test_an_interval_with_one_end_is_due_to_hold_nine_of_ten_and_one_with_two_eight():
    wide, narrow = told(0.2, 1, upper=300), told(0.2, 1, upper=60)
    found = beside(narrow, wide, confirmed=[NEVER], known=[89], age=100)
    assert found.off_in_force == pytest.approx(0 - 0.8), "the loss came after its upper end"
    assert found.off == pytest.approx(1 - 0.9)


def test_an_interval_whose_lower_end_is_still_ahead_says_nothing():
    assert beside(told(0.2, 1), told(0.2, 1, lower=95), confirmed=[NEVER], known=[89], age=100).intervals == 0


def test_forecasts_of_one_course_are_no_strangers_to_each_other():
    count = 40
    truth = Truth(np.full(count, NEVER), np.full(count, 99.0), np.ones(count, dtype=bool))
    candidate = Told(np.tile([0.1, 0.3], 20), np.full(count, 30.0), np.full(count, 90.0))
    kept = {"nights": np.full(count, 14.0), "ages": np.full(count, 110.0)}
    strangers = compare(told(0.2, count), candidate, truth, **kept, of_course=np.arange(count))
    # The same forecasts, as if each ten alike were of one course.
    alike = compare(
        told(0.2, count),
        candidate,
        truth,
        **kept,
        of_course=np.tile([0, 1], 20) + 2 * (np.arange(count) // 20),
    )
    assert (strangers.courses, alike.courses) == (40, 4)
    assert alike.brier_error > 2.5 * strangers.brier_error


def test_a_candidate_that_is_as_good_may_take_over():
    assert CALM.worse is None
    assert replace(CALM, brier=0.129).worse is None, "within the standard error"


def test_one_with_a_larger_error_may_not():
    assert "squared error was 0.1400 against 0.1200" in replace(CALM, brier=0.14).worse


@pytest.mark.parametrize("off", [0.05, -0.05])
def test_one_whose_intervals_are_further_off_may_not_be_they_too_wide_or_too_narrow(off):
    assert "80 % intervals" in replace(CALM, off=off).worse
    assert replace(CALM, off=off, off_in_force=-off).worse is None


def test_few_forecasts_or_few_courses_say_nothing():
    assert CALM.enough
    assert not replace(CALM, forecasts=29).enough
    assert not replace(CALM, courses=9).enough
    assert not NOTHING.enough
