"""Did the infusion help? Decided on day 14 from days 3 to 14, and once more if relief comes late."""

from tests.makers import follow


def test_response():
    """Pain falls from 8 to 3: mean relief of days 3-14 is 62 %. Until day 14 the course is learning."""
    course = follow("8x7 | 7 6 4 3x25")
    assert course.states(1, 13) == {"learning"}
    assert course.fact("response", 14) == 1
    assert course.states(14, 28) == {"holding"}


def test_days_1_and_2_do_not_count():
    """The first two days are as bad as before; the twelve after them are at 5.6 or less on average."""
    assert follow("8x7 | 10 10 5x12").fact("response", 14) == 1


def test_exactly_30_percent_is_a_response():
    """A mean of 5.6 against a baseline of 8 is 30 % relief."""
    answers = "5 5 6 6 6 . 5 5 6 6 6 ."  # ten answers, 56 in all
    assert follow(f"8x7 | 8 8 {answers}").fact("response", 14) == 1


def test_no_response():
    """Pain stays at 7 of 8: relief is 12 %. One item at day 14, then quiet, whatever the scores do."""
    course = follow("8x7 | 7x42")
    assert course.state(13) == "learning"
    assert course.states(14, 42) == {"no_response"}


def test_a_patient_who_never_responded_cannot_lose_relief():
    """Pain rises from 6 to 8, but there was no relief to lose."""
    assert follow("8x7 | 6x28 8x28").states(30, 56) == {"no_response"}


def test_unknown_response():
    """Three answers in days 3-14 are too few to tell."""
    course = follow("8x7 | 2 2 . . 2 . . . 2 . . . 2 . 2 2 2 2")
    assert course.fact("response", 14) == 0
    assert course.state(14) == "cannot_tell"


def test_late_response():
    """Pain falls only on day 17. The week to day 20 shows 30 % relief and so does the week to day 27; both
    end after day 14.
    """
    course = follow("8x7 | 8x16 3x28")
    assert course.state(26) == "no_response"
    assert course.fact("response", 26) == -1
    assert course.fact("response", 27) == 1
    assert course.states(27, 44) == {"holding"}


def test_a_late_response_also_settles_an_unknown_one():
    """Days 3-14 were hardly answered; the answers of days 15-21 and 22-28 show relief."""
    course = follow("8x7 | 2 2 . . 2 . . . 2 . . . 2 . 2x14")
    assert course.states(14, 21) == {"cannot_tell"}
    assert course.state(28) == "holding"


def test_a_late_response_can_be_lost():
    """Relief came in the third week and went in the eighth."""
    assert follow("8x7 | 8x16 3x28 8x14").state(58) == "loss"


def test_two_good_weeks_up_to_day_14_are_no_late_response():
    """A late response needs both weeks to end after day 14. With days 8-14 and 15-21 good it is not there
    yet; with days 9-15 and 16-22 it is.
    """
    course = follow("8x7 | 10x7 . . . 5x4 5x8")
    assert course.fact("response", 14) == -1
    assert course.fact("response", 21) == -1
    assert course.fact("response", 22) == 1
