"""The fast rule says what the definitions say, on any diary."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from config.priors import SHIPPED
from config.protocol import DEFAULT
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.assess import Assessed, assess
from diary.domain.relapse.rule import plain_rule
from diary.domain.relapse.states import STATES
from tests.domain.relapse.by_hand import Diary, Night, judge_by_hand
from tests.makers import carried

EXACT = (
    "answered_14d",
    "response",
    "judged",
    "one_window_below",
    "below_since",
    "confirmed",
    "in_loss",
    "loss_day",
    "step",
    "review",
    "silent",
    "missed_answers",
    "days_since_answer",
)
CLOSE = ("mean_7d", "relief_7d", "mean_14d", "best_14d")

# A stretch of a diary repeats a short pattern: steady, see-sawing, with gaps, thin, silent.
patterns = st.lists(st.none() | st.integers(0, 10), min_size=1, max_size=7)
stretches = st.tuples(st.integers(1, 40), patterns)
baselines = st.one_of(
    st.none(),
    st.just(Fraction(0)),
    st.builds(Fraction, st.integers(1, 70), st.integers(7, 7)),
    st.builds(Fraction, st.integers(1, 100), st.just(10)),
)


@st.composite
def diaries(draw: st.DrawFn) -> Diary:
    scores: list[int | None] = []
    for length, pattern in draw(st.lists(stretches, min_size=1, max_size=8)):
        scores += [pattern[day % len(pattern)] for day in range(length)]
    days = st.integers(1, len(scores))
    boosters = draw(st.just(frozenset()) | st.frozensets(days, max_size=3))
    not_expected: frozenset[int] = frozenset()
    if draw(st.booleans()):
        thin_from, asked = draw(days), draw(st.frozensets(st.integers(0, 6), max_size=4))
        not_expected = frozenset(day for day in range(thin_from, len(scores) + 1) if day % 7 not in asked)
    return Diary(scores, draw(baselines), boosters, not_expected)


def judge(*several: Diary) -> Assessed:
    nights = max(len(diary.scores) for diary in several)
    scores = np.full((len(several), nights), NO_ANSWER, dtype=np.uint8)
    boosters = np.zeros(scores.shape, dtype=bool)
    expected = np.ones(scores.shape, dtype=bool)
    baselines = np.full(len(several), np.nan)
    for course, diary in enumerate(several):
        for day, score in enumerate(diary.scores, start=1):
            scores[course, day - 1] = NO_ANSWER if score is None else score
            boosters[course, day - 1] = day in diary.boosters
            expected[course, day - 1] = day not in diary.not_expected
        if diary.baseline is not None:
            baselines[course] = float(diary.baseline)
    return assess(
        scores, carried(baselines), protocol=DEFAULT, prior=None, boosters=boosters, expected=expected
    )


def assert_agrees(diary: Diary, assessed: Assessed, course: int) -> None:
    for night, by_hand in enumerate(judge_by_hand(diary), start=1):
        found = {name: getattr(assessed.nights, name)[course, night - 1].item() for name in EXACT}
        assert found == {name: getattr(by_hand, name) for name in EXACT}, f"night {night}"
        for name in CLOSE:
            assert_close(getattr(assessed.nights, name)[course, night - 1], by_hand, name)
        assert STATES[assessed.states[course, night - 1]] == by_hand.state, f"night {night}"


def assert_close(found: np.float32, by_hand: Night, name: str) -> None:
    value = getattr(by_hand, name)
    if value is None:
        assert np.isnan(found), name
    else:
        assert found == pytest.approx(float(value), rel=1e-5, abs=1e-5), name


@settings(max_examples=300, deadline=None)
@given(diaries())
@example(Diary([None] * 60, Fraction(8)))
@example(Diary([2] + [None] * 60, Fraction(8)))
@example(Diary([0] * 100, Fraction(8)))
@example(Diary([10] * 100, Fraction(8)))
@example(Diary([2] * 60 + [9] * 60 + [3] * 40 + [9] * 240, Fraction(8)))
@example(Diary([2] * 7 + [6] * 3 + [2] * 20, Fraction(8)))  # a step while still learning
@example(Diary([2] * 60 + [9] * 60, None))
@example(Diary([2] * 60 + [9] * 60, Fraction(0)))
@example(Diary([2] * 40 + [9] * 60, Fraction(8), boosters=frozenset({7, 70})))
@example(Diary([5] * 100, Fraction(50, 7)))  # exactly on the line, every night
@example(
    Diary([2] * 90 + [9] * 90, Fraction(8), not_expected=frozenset(d for d in range(85, 181) if d % 7 > 1))
)
def test_the_rule_agrees_with_the_definitions_worked_out_by_hand_on_every_night(diary):
    assert_agrees(diary, judge(diary), 0)


@settings(max_examples=50, deadline=None)
@given(st.lists(diaries(), min_size=2, max_size=4))
def test_courses_judged_together_are_judged_as_if_alone(several):
    together = judge(*several)
    for course, diary in enumerate(several):
        assert_agrees(diary, together, course)


@settings(max_examples=100, deadline=None)
@given(diaries(), st.data())
def test_no_night_knows_the_days_after_it(diary, data):
    night = data.draw(st.integers(1, len(diary.scores)))
    past = Diary(
        diary.scores[:night],
        diary.baseline,
        frozenset(day for day in diary.boosters if day <= night),
        frozenset(day for day in diary.not_expected if day <= night),
    )
    whole, cut = judge(diary), judge(past)
    assert (whole.states[:, :night] == cut.states).all()
    for name in (*EXACT, *CLOSE):
        whole_values = getattr(whole.nights, name)[:, :night]
        assert np.array_equal(whole_values, getattr(cut.nights, name), equal_nan=name in CLOSE), name


def test_early_relief_is_the_mean_relief_of_days_3_to_14():
    scores = np.array([[9, 9] + [4] * 12, [9, 9] + [4] * 3 + [255] * 9], dtype=np.uint8)
    nights = plain_rule(scores, np.array([8.0, 8.0]), protocol=DEFAULT)
    assert nights.early_relief[0] == pytest.approx(0.5)
    assert np.isnan(nights.early_relief[1])
    assert np.isnan(plain_rule(scores[:, :13], np.array([8.0, 8.0]), protocol=DEFAULT).early_relief).all()


def test_a_night_without_courses_has_nothing_to_say():
    nobody = assess(np.zeros((0, 84), dtype=np.uint8), carried([]), protocol=DEFAULT, prior=SHIPPED)
    assert nobody.states.shape == (0, 84)


GOOD = np.full((2, 20), 5, dtype=np.uint8)


@pytest.mark.parametrize(
    ("scores", "baselines", "marks", "words"),
    [
        (GOOD.astype(float), np.ones(2), None, "give uint8"),
        (GOOD, np.ones(3), None, "give one each"),
        (GOOD, np.ones(2), np.ones((2, 19), dtype=bool), "expected must be true or false"),
        (np.where(GOOD == 5, np.uint8(11), GOOD), np.ones(2), None, "course 0 has 11 on day 1"),
        (np.zeros((1, 3001), dtype=np.uint8), np.ones(1), None, "judge fewer at a time"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_in_words(scores, baselines, marks, words):
    with pytest.raises(ValueError, match=words):
        plain_rule(scores, baselines, protocol=DEFAULT, expected=marks)
