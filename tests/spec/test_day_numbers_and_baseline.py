"""A course's days are numbered around its infusion, and relief is measured against the days before it."""

from datetime import date

import pytest

from config.protocol import DEFAULT
from diary.domain.baseline import Baseline, baseline_for_next
from diary.domain.days import day_number
from tests.makers import FIRST_INFUSION_DAY, LAST_INFUSION_DAY, diary, follow


def test_day_numbers():
    """The infusion runs from Monday to Friday. Sunday is day -1, the five infusion days are all day 0 and are
    ignored, Saturday is day 1.
    """
    around = {date(2026, 8, n): n for n in range(1, 11)}
    numbers = [day_number(day, FIRST_INFUSION_DAY, LAST_INFUSION_DAY) for day in around]
    assert numbers == [-2, -1, 0, 0, 0, 0, 0, 1, 2, 3]


def test_the_same_day_is_follow_up_of_one_course_and_baseline_of_the_next():
    """A patient is infused again on the Monday eleven weeks later. The Sunday before is a day of follow-up of
    the first course and the last baseline day of the second.
    """
    sunday = date(2026, 10, 18)
    next_first, next_last = date(2026, 10, 19), date(2026, 10, 23)
    assert day_number(sunday, FIRST_INFUSION_DAY, LAST_INFUSION_DAY) == 72
    assert day_number(sunday, next_first, next_last) == -1


def test_own_baseline():
    """The mean of the last seven answers of the two weeks before: a gap costs nothing, older answers do not
    count.
    """
    course = follow("1x4 9 . 8 8 . 8 7 7 . 9 | 2x14")
    assert (course.baseline.kind, course.baseline.answers) == ("own", 7)
    assert course.baseline.nrs == pytest.approx((9 + 8 + 8 + 8 + 7 + 7 + 9) / 7)
    assert not course.baseline.weak


def test_weak_baseline():
    """Three answers before the infusion make a baseline, but a weak one."""
    course = follow("8 . 8 . . 7 . | 2x14")
    assert course.baseline.answers == 3
    assert course.baseline.weak


def test_carried_baseline():
    """Pain was 8 untreated. The patient is infused again while pain is still 3: relief is 62 %, so the
    untreated 8 is carried. Measured from 3, a relieved 2 would already look lost.
    """
    untreated = follow("8x7 | 2x14 3x60").baseline
    second = diary("3x14 | 2x14 3x28")
    own = follow(second).baseline
    carried = baseline_for_next(own, untreated, DEFAULT)
    assert (carried.kind, carried.nrs) == ("carried", 8.0)
    assert follow(second, baseline=carried).states(14, 42) == {"holding"}
    assert follow(second, baseline=own).state(42) != "holding"


def test_own_baseline_again_after_relief_was_lost():
    """The second infusion comes when pain is back at 7 of 8: the patient is untreated again, and the second
    course has its own baseline.
    """
    untreated = follow("8x7 | 2x14").baseline
    own = follow("7x14 | 2x14").baseline
    assert baseline_for_next(own, untreated, DEFAULT) is own


def test_no_baseline():
    """Nothing was recorded before the infusion. There are no percentages, no response and no loss; the level
    and the change from the best are still known.
    """
    course = follow("| 2x42 4x7 6x7 8x14")
    assert course.baseline.kind == "none"
    assert course.states(14, 70) == {"cannot_tell"}
    assert (course.fact("best_14d", 70), course.fact("mean_14d", 70)) == (2.0, 8.0)


def test_stated_baseline():
    """A baseline of 8 from the notes gives relief and loss like any other, and is shown as weak."""
    stated = Baseline("stated", 8.0, 0, None)
    assert stated.weak
    assert follow("| 2x42 7x21", baseline=stated).state(63) == "loss"
