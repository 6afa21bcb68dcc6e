"""No answer is a work item of its own: never a loss, and never read as no pain."""

from tests.makers import follow


def test_silence():
    """Seven expected answers do not come: silent on the seventh night, not before."""
    course = follow("8x7 | 2x21 .x10")
    assert course.state(21) == "holding"
    assert course.fact("missed_answers", 25) == 4  # the patient is reminded
    assert course.state(27) != "silent"
    assert course.states(28, 31) == {"silent"}


def test_one_answer_ends_a_silence():
    """The patient answers once: no longer silent, but a week with one answer says nothing."""
    course = follow("8x7 | 2x21 .x10 2")
    assert course.state(31) == "silent"
    assert course.state(32) == "cannot_tell"


def test_silence_counts_answers_that_were_expected():
    """On three answers a week, two weeks without one are six answers missed; the seventh makes a silence."""
    thin = [day for day in range(85, 120) if day % 7 not in {1, 3, 5}]
    course = follow("8x7 | 2x84 .x21", not_expected=thin)
    assert course.fact("missed_answers", 98) == 6
    assert course.state(98) != "silent"
    assert course.state(99) == "silent"


def test_a_paused_patient_is_not_silent():
    """No answer is expected for three weeks."""
    course = follow("8x7 | 2x21 .x21", not_expected=range(22, 43))
    assert "silent" not in course.states(22, 42)


def test_a_patient_silent_from_the_start_is_an_item_on_day_14():
    """Until then the course is learning."""
    course = follow("8x7 | .x20")
    assert course.states(1, 13) == {"learning"}
    assert course.states(14, 20) == {"silent"}
    assert course.fact("days_since_answer", 20) == 20


def test_silence_after_a_loss_is_a_silence():
    """The state is silent; the loss is not forgotten."""
    course = follow("8x7 | 2x28 8x14 .x8")
    assert course.state(42) == "loss"
    assert course.state(50) == "silent"
    assert course.fact("in_loss", 50)
