"""A booster is an event inside the course: day numbers and baseline stay, the curve starts again."""

from tests.makers import follow


def test_a_booster_ends_a_standing_loss():
    """Relief was lost on night 41. A booster on day 45 ends the loss that night; the fortnight after it
    cannot be judged yet, because windows lie wholly after the booster.
    """
    course = follow("8x7 | 2x28 7x17 2x28", boosters=[45])
    assert course.state(44) == "loss"
    assert course.states(45, 58) == {"cannot_tell"}
    assert course.states(59, 73) == {"holding"}


def test_relief_after_a_booster_can_be_lost_again():
    """The booster on day 45 holds for four weeks; the loss is confirmed from days after it alone."""
    course = follow("8x7 | 2x28 7x17 2x28 8x21", boosters=[45])
    assert course.states(59, 80) <= {"holding", "step"}
    assert course.state(94) == "loss"
    assert course.fact("response", 94) == 1


def test_a_booster_that_does_not_help():
    """Pain stays at 7: two whole weeks after the booster confirm that relief is lost."""
    course = follow("8x7 | 2x28 7x45", boosters=[45])
    assert course.states(45, 58) == {"cannot_tell"}
    assert course.state(59) == "loss"


def test_no_window_spans_a_booster():
    """On the night of the booster and for six nights after it there is no mean of seven days."""
    course = follow("8x7 | 2x28 7x17 2x28", boosters=[45])
    assert course.fact("mean_7d", 44) == 7
    assert all(course.fact("mean_7d", night) != course.fact("mean_7d", night) for night in range(45, 52))
    assert course.fact("mean_7d", 52) == 2


def test_a_booster_in_the_first_two_weeks_leaves_the_response_to_be_shown_later():
    """Days 3-14 hold a booster, so they say nothing of the course; two weeks of relief after it do."""
    course = follow("8x7 | 7x8 2x28", boosters=[8])
    assert course.fact("response", 14) == 0
    assert course.fact("response", 22) == 1
