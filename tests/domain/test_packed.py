"""A course's packed row: a byte a day, the same answers always the same bytes."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.domain import packed

ANCHOR = date(2026, 8, 1)

scores_by_day = st.dictionaries(
    st.integers(0, packed.DAYS_MAX - 1).map(lambda index: ANCHOR + timedelta(days=index)),
    st.integers(0, 10),
    max_size=60,
)


@given(scores_by_day)
def test_a_row_holds_every_answer_on_its_day_and_nothing_else(scores):
    days = packed.pack(ANCHOR, scores)
    found = {
        ANCHOR + timedelta(days=index): nrs
        for index, nrs in enumerate(packed.unpack(days))
        if nrs is not None
    }
    assert found == scores
    assert packed.problem(days) is None


@given(scores_by_day, st.data())
def test_writing_day_by_day_in_any_order_gives_the_row_that_packing_at_once_gives(scores, data):
    days = b""
    for day in data.draw(st.permutations(sorted(scores))):
        days = packed.put(days, packed.index_of(ANCHOR, day), scores[day])
    assert days == packed.pack(ANCHOR, scores)


@given(scores_by_day, st.integers(0, packed.DAYS_MAX - 1))
def test_an_answer_taken_away_leaves_the_row_as_if_it_had_never_come(scores, index):
    day = ANCHOR + timedelta(days=index)
    without = {other: nrs for other, nrs in scores.items() if other != day}
    assert packed.put(packed.pack(ANCHOR, scores), index, None) == packed.pack(ANCHOR, without)


def test_a_score_of_0_is_an_answer_and_not_a_missing_day():
    days = packed.pack(ANCHOR, {ANCHOR: 0})
    assert (packed.get(days, 0), packed.get(days, 1)) == (0, None)


def test_a_row_until_a_day_leaves_out_what_came_after_it_and_is_filled_up_to_it():
    scores = {ANCHOR: 7, ANCHOR + timedelta(days=5): 3}
    row = packed.pack(ANCHOR, scores, until=ANCHOR + timedelta(days=2))
    assert packed.unpack(row) == [7, None, None]


def test_a_course_of_five_infusion_days_splits_into_the_days_before_and_the_days_after():
    scores = {ANCHOR + timedelta(days=index): index % 11 for index in range(22)}
    days = packed.pack(ANCHOR, scores)
    assert packed.before_days(days) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2]
    assert packed.follow_up_days(days, 5) == [8, 9, 10]  # the 15th to the 19th byte are infusion days


def test_a_row_that_ends_early_still_has_14_days_before_and_no_follow_up():
    assert packed.before_days(bytes([7])) == [7] + [None] * 13
    assert packed.follow_up_days(bytes([7]), 5) == []


@pytest.mark.parametrize("nrs", [-1, 11, 255])
def test_a_score_off_the_scale_is_refused(nrs):
    with pytest.raises(ValueError, match="whole number from 0 to 10"):
        packed.put(b"", 0, nrs)
    with pytest.raises(ValueError, match="whole number from 0 to 10"):
        packed.pack(ANCHOR, {ANCHOR: nrs})


@pytest.mark.parametrize("index", [-1, packed.DAYS_MAX])
def test_a_day_off_the_row_is_refused_so_that_no_row_grows_without_end(index):
    with pytest.raises(ValueError, match="its row runs from 0 to"):
        packed.put(b"", index, 5)
    with pytest.raises(ValueError, match="its row runs from 0 to"):
        packed.pack(ANCHOR, {ANCHOR + timedelta(days=index): 5})


@pytest.mark.parametrize(
    ("days", "words"),
    [(bytes([7, 11]), "day 1 of the row holds 11"), (bytes(packed.DAYS_MAX + 1), "over 874")],
)
def test_a_corrupt_row_says_what_is_wrong_with_it(days, words):
    assert words in (packed.problem(days) or "")
