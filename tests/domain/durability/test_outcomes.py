"""What became of relief: read from drawn diaries, as a clinician would."""

import numpy as np
import pytest

from config.protocol import DEFAULT
from diary.domain.durability.groups import PATIENTS_MIN, compare
from diary.domain.durability.outcomes import TREATED_AGAIN, Followed, Outcomes, outcomes_of
from diary.domain.durability.repeats import Lasted, Pair, repeats_of
from tests.makers import diary


def outcome(text: str, *, baseline: float = 8.0, again: bool = False, booster: int = 0) -> Outcomes:
    """One course, drawn from day 1 on."""
    days = diary(f"| {text}").after
    scores = np.array([[255 if nrs is None else nrs for nrs in days]], dtype=np.uint8)
    boosters = np.arange(1, len(days) + 1)[None] == booster
    return outcomes_of(
        Followed(
            scores,
            np.array([baseline]),
            np.array([len(days)]),
            np.array([again]),
            boosters if booster else None,
            None,
        ),
        protocol=DEFAULT,
    )


def test_relief_that_is_lost_ends_on_the_day_the_plain_rule_finds_it():
    found = outcome("2x30 7x20")
    assert found.responders.tolist() == [True]
    assert (found.lost[0], found.judged_last[0], found.judged_before[0]) == (True, 43, 42)
    assert found.entered[0] == 0


def test_relief_that_holds_is_censored_on_the_last_night():
    found = outcome("2x60")
    assert (found.lost[0], found.judged_last[0]) == (False, 60)


def test_who_stops_answering_is_censored_when_the_rule_can_see_no_more():
    found = outcome("2x30 .x60")
    assert not found.lost[0]
    assert found.judged_last[0] == 33, "four of the last seven days were answered then for the last time"


def test_a_loss_after_silence_is_known_to_lie_between_two_nights():
    found = outcome("2x30 .x20 7x20")
    assert found.lost[0]
    after, by = (int(one[0]) for one in found.intervals())
    assert after == 33
    assert by > 50


def test_who_never_had_relief_is_in_no_curve():
    found = outcome("8x40")
    assert found.response.tolist() == [-1]
    assert found.responders.tolist() == [False]


def test_a_late_response_is_under_watch_from_the_day_it_was_seen():
    found = outcome("8x20 2x30")
    assert found.response.tolist() == [1]
    assert found.entered[0] == 30


def test_a_booster_censors():
    found = outcome("2x30 7x30", booster=31)
    assert not found.lost[0]
    assert found.judged_last[0] == 30


def test_the_next_course_is_an_end_of_its_own():
    found = outcome("2x40", again=True)
    lives, cause = found.to_either()
    assert (lives.left[0], lives.ended[0], cause[0]) == (41, True, TREATED_AGAIN)
    assert not found.to_loss().ended[0]
    assert outcome("2x30 7x20", again=True).to_either()[1][0] != TREATED_AGAIN


def test_weekly_relief_is_that_of_the_week_and_nothing_where_nobody_answered():
    found = outcome("2x7 4x7 .x7 8x7", baseline=8.0)
    assert found.weekly_relief[0, [0, 1, 3]].tolist() == [0.75, 0.5, 0.0]
    assert np.isnan(found.weekly_relief[0, 2])


def lost_on(days: list[int]) -> Outcomes:
    return outcomes_of(
        Followed(
            np.array([[2] * day + [8] * (120 - day) for day in days], dtype=np.uint8),
            np.full(len(days), 8.0),
            np.full(len(days), 120),
            np.zeros(len(days), dtype=bool),
            None,
            None,
        ),
        protocol=DEFAULT,
    )


def test_groups_under_ten_patients_are_counted_and_not_drawn():
    few = PATIENTS_MIN - 1
    days = [40 + place for place in range(20)] + [70 + place for place in range(few)]
    labels = ["racemic"] * 20 + ["s_ketamine"] * few
    found = compare("agent", labels, np.arange(len(days)), lost_on(days))
    large, small = found.groups
    assert (large.name, large.drawn, large.median.day) == ("racemic", True, 61)
    assert (small.drawn, small.curve, small.shares) == (False, (), ())
    assert found.log_rank is None, "there is nothing to hold it against"


def test_ten_courses_of_one_patient_are_one_patient():
    found = compare("agent", ["racemic"] * 12, np.zeros(12, dtype=int), lost_on([40] * 12))
    assert found.groups[0].patients == 1
    assert not found.groups[0].drawn


def test_groups_that_differ_are_told_apart():
    days = [40 + place for place in range(15)] + [75 + place for place in range(15)]
    found = compare("agent", ["a"] * 15 + ["b"] * 15, np.arange(30), lost_on(days))
    assert found.log_rank.p < 0.001
    first, second = found.groups
    assert second.median.day - first.median.day == 35
    assert first.at_risk[0] == 15
    assert first.shares[0] == (15, 1.0, 1.0)
    assert first.shares[15] == (15, 0.0, 0.0)
    assert first.checked[7] == pytest.approx({day: share for day, share, *_ in first.curve}[56], abs=0.07)


def test_of_two_courses_the_later_is_shorter_only_where_that_can_be_known():
    lost, held = (
        (lambda n, days: Lasted(n, days, True, False)),
        (lambda n, days: Lasted(n, days, False, False)),
    )
    assert Pair("a", lost(1, 80), lost(2, 60)).shorter is True
    assert Pair("a", held(1, 80), lost(2, 60)).shorter is True
    assert Pair("a", lost(1, 50), held(2, 60)).shorter is False
    assert Pair("a", held(1, 50), lost(2, 60)).shorter is None
    assert Pair("a", lost(1, 60), lost(2, 60)).shorter is None


def test_pairs_are_neighbouring_courses_of_one_patient():
    def courses(*numbers):
        return [Lasted(number, 100 - 10 * number, True, False) for number in numbers]

    found = repeats_of([("a", courses(1, 2, 3)), ("b", courses(1, 3)), ("c", courses(2))])
    assert [(pair.patient, pair.after.number) for pair in found.pairs] == [("a", 2), ("a", 3)]
    assert (found.shorter, found.longer, found.undecided, found.p) == (2, 0, 0, 0.5)
