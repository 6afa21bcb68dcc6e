"""Weeks 10-14: a responder whose pain has risen a point above the best is reviewed, lost or not."""

from tests.makers import follow


def test_review():
    """The best two weeks stood at 2; from day 60 pain is 4. Relief is still 50 %, far from lost, but on night
    66 the mean of two weeks has risen by a point: the patient is reviewed.
    """
    course = follow("8x7 | 2x59 4x40")
    assert course.state(70) == "holding"
    assert not course.fact("review", 65)
    assert course.fact("review", 66)


def test_review_is_only_from_day_64_to_day_98():
    """The rise came on day 43; the review waits for day 64 and is over after day 98."""
    course = follow("8x7 | 2x42 4x80")
    reviewed = [night for night in range(1, 123) if course.fact("review", night)]
    assert (reviewed[0], reviewed[-1], len(reviewed)) == (64, 98, 35)


def test_less_than_a_point_is_no_review():
    """Thirteen days at 3 and one at 2 stand at 2.93, under a point above 2."""
    assert not follow("8x7 | 2x70 3x13").fact("review", 83)
    assert follow("8x7 | 2x70 3x14").fact("review", 84)


def test_review_needs_seven_answers_in_two_weeks():
    """Six answers at 5 are too few; a seventh is enough."""
    assert not follow("8x7 | 2x56 .x2 5 . 5 . 5 . 5 . 5 . 5 .").fact("review", 70)
    assert follow("8x7 | 2x56 . . 5 5 5 . 5 . 5 . 5 . 5 .").fact("review", 70)


def test_a_patient_who_did_not_respond_is_not_reviewed():
    """There was no relief to keep."""
    assert not follow("8x7 | 6x59 9x30").fact("review", 80)


def test_a_patient_who_is_as_well_as_ever_is_not_reviewed():
    """Three months at 2."""
    assert not any(follow("8x7 | 2x98").fact("review", night) for night in range(64, 99))
