"""An abrupt rise: call, it may not be relapse but an injury, an infection, a missed drug."""

from tests.makers import follow


def test_step():
    """Three weeks at 2, then 6, 6, 5: each at least three points above the seven answers before. On the third
    such answer it is a step.
    """
    course = follow("8x7 | 2x20 6 6 5")
    assert course.states(14, 22) == {"holding"}
    assert course.state(23) == "step"


def test_two_high_answers_are_no_step():
    """The third day is back at 4: two points up."""
    assert follow("8x7 | 2x20 6 6 4").state(23) == "holding"


def test_the_three_answers_must_lie_within_five_days():
    """With one missing day it is a step; spread over seven days it is not."""
    assert follow("8x7 | 2x20 6 . 6 6").state(24) == "step"
    assert follow("8x7 | 2x20 6 . . 6 . . 6").state(27) != "step"


def test_it_needs_seven_answers_before():
    """Six answers at 2 are too few to rise from; with a seventh, however long ago, it is a step."""
    assert follow("8x7 | 2x6 6 6 6").state(9) == "learning"
    assert follow("8x7 | 2x7 6 6 6").state(10) == "step"


def test_a_step_shows_while_the_course_is_still_learning():
    """Nobody waits for day 14 to call."""
    course = follow("8x7 | 2x8 7 7 7 7")
    assert course.state(10) == "learning"
    assert course.state(11) == "step"


def test_a_step_passes_when_scores_fall_back():
    """Three days at 6, then back at 2."""
    assert follow("8x7 | 2x20 6 6 6 2 2").state(24) == "holding"


def test_a_step_that_stays_becomes_a_loss():
    """After a step to 9 the scores stay there. As the high days come into the level before them the step
    passes; on night 31 two weeks are below the line.
    """
    course = follow("8x7 | 2x20 9x21")
    assert course.states(23, 27) == {"step"}
    assert course.states(28, 30) == {"holding"}
    assert course.states(31, 41) == {"loss"}


def test_a_patient_who_did_not_respond_can_have_a_step():
    """From 6 to 10: no relief to lose, but worth a call."""
    assert follow("8x7 | 6x20 10x3").state(23) == "step"
