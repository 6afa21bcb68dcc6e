"""Has relief been lost? Under 30 % in two adjacent weeks, with four answers each, judged every night."""

from tests.makers import follow


def test_loss():
    """Relief of 75 % for three weeks and of 50 % in the fourth, then pain is back at 6 of 8. On night 34 the
    last seven days are below the line for the first time, on night 41 the seven before them are too: that is
    the loss day.
    """
    course = follow("8x7 | 2x21 4x7 6x21")
    assert course.states(14, 40) == {"holding"}
    assert not course.fact("one_window_below", 33)
    assert course.fact("one_window_below", 34)
    assert course.states(41, 49) == {"loss"}
    assert course.fact("loss_day", 49) == 41


def test_below_the_line_since():
    """One week below the line is no loss, but it is said: below since night 34."""
    course = follow("8x7 | 2x28 7x8")
    assert course.state(36) == "holding"
    assert course.fact("below_since", 36) == 34


def test_relief_on_the_line_is_not_lost():
    """A mean of 5.6 against 8 is 30 % relief, week after week."""
    course = follow("8x7 | 5 5 6 6 6 . . 5 5 6 6 6 . . 5 5 6 6 6 . . 5 5 6 6 6 . .")
    assert course.fact("response", 28) == 1
    assert not course.fact("one_window_below", 28)
    assert course.state(28) == "holding"


def test_a_bad_week_between_good_ones_is_no_loss():
    """A flare of seven days, then pain falls again."""
    assert "loss" not in follow("8x7 | 2x28 8x7 2x28").states(14, 63)


def test_loss_is_lost_early_as_well_as_late():
    """Nothing keys on a week: relief that ends on day 15 is confirmed lost on night 26, relief that ends on
    day 200 on night 211.
    """
    early, late = follow("8x7 | 2x14 8x28"), follow("8x7 | 2x199 8x28")
    assert early.fact("loss_day", 42) == 26
    assert late.fact("loss_day", 227) == 211


def test_recovery():
    """After the loss pain falls again. The loss stands until a week is back at 30 % relief: then it is
    holding again, and may be lost a second time.
    """
    course = follow("8x7 | 2x28 8x21 2x21 8x21")
    assert course.state(49) == "loss"
    assert course.state(51) == "loss"
    assert course.states(52, 70) == {"holding"}
    assert course.fact("loss_day", 91) > 70


def test_a_loss_stands_through_weeks_with_few_answers():
    """Three answers a week cannot show that relief is back."""
    course = follow("8x7 | 2x28 8x21 . . . . 2 . 2 . . 2 . 2 . 2 . . 2 .")
    assert course.states(49, 67) == {"loss"}


def test_cannot_tell():
    """Three answers a week, though all seven were asked for: neither loss nor holding can be said."""
    course = follow("8x7 | 2x28 7 . 7 . 7 . . 7 . 7 . 7 . . 7 . 7 . 7 . .")
    assert course.state(28) == "holding"
    assert course.states(42, 49) == {"cannot_tell"}


def test_both_weeks_need_four_answers():
    """The last week is full and below the line, the week before holds three answers: cannot tell."""
    course = follow("8x7 | 2x28 5 . 5 . 5 . . 7x7")
    assert course.fact("one_window_below", 42)
    assert course.state(42) == "cannot_tell"


def test_loss_on_a_thin_schedule():
    """From day 85 three answers a week are asked for. Windows of two weeks are judged in place of one: pain
    returns on day 127, the fortnight to day 136 is below the line, and the one after it to day 150.
    """
    asked = {1, 3, 5}
    thin = [day for day in range(85, 183) if day % 7 not in asked]
    good = "4 . 4 . 4 . . " * 6
    bad = "6 . 6 . 6 . . " * 8
    course = follow(f"8x7 | 2x84 {good} {bad}", not_expected=thin)
    assert course.states(14, 149) == {"holding"}
    assert course.fact("below_since", 149) == 136
    assert course.fact("loss_day", 182) == 150
    assert course.fact("thin", 182)


def test_a_thin_schedule_is_no_silence_and_no_doubt():
    """Two answers a week, as asked for: still holding, not cannot tell."""
    thin = [day for day in range(85, 141) if day % 7 not in {1, 4}]
    course = follow("8x7 | 2x84 " + "2 . . 2 . . . " * 8, not_expected=thin)
    assert course.states(112, 140) == {"holding"}
