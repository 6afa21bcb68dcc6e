"""Infusion blocks: what cannot be, what a later one may be called, how many there have been."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.domain.errors import Refusal
from diary.domain.infusions import (
    check_block,
    days_since_last,
    infusion_days_in_12_months,
    overlaps,
    suggest_class,
)

MONDAY = date(2026, 8, 3)
DAY = timedelta(days=1)

blocks = st.tuples(st.dates(date(2024, 1, 1), date(2026, 1, 1)), st.integers(1, 12)).map(
    lambda drawn: (drawn[0], drawn[0] + (drawn[1] - 1) * DAY)
)


def days_in(block):
    return {block[0] + n * DAY for n in range((block[1] - block[0]).days + 1)}


def test_an_infusion_that_ends_before_it_starts_is_refused():
    with pytest.raises(Refusal) as refused:
        check_block(MONDAY, MONDAY - DAY)
    assert refused.value.code == "infusion_ends_before_start"


def test_an_infusion_of_one_day_and_one_of_sixty_are_accepted_and_one_of_sixty_one_is_refused():
    check_block(MONDAY, MONDAY)
    check_block(MONDAY, MONDAY + 59 * DAY)
    with pytest.raises(Refusal) as refused:
        check_block(MONDAY, MONDAY + 60 * DAY)
    assert refused.value.code == "infusion_too_long"


@given(blocks, blocks)
def test_blocks_overlap_when_they_share_a_day(a, b):
    assert overlaps(a, b) == overlaps(b, a) == bool(days_in(a) & days_in(b))


@pytest.mark.parametrize(
    ("days_later", "days", "suggested"),
    [
        (1, 1, "same_series"),
        (3, 5, "same_series"),  # a weekend between two weeks of outpatient days
        (4, 1, "booster"),
        (60, 2, "booster"),
        (60, 3, "new_course"),
        (60, 5, "new_course"),
    ],
)
def test_a_later_infusion_is_called_by_its_gap_and_its_length(days_later, days, suggested):
    first_day = MONDAY + days_later * DAY
    block = (first_day, first_day + (days - 1) * DAY)
    assert suggest_class(block, last_infusion_day=MONDAY, series_gap_max_days=3, regimen_days=5) == suggested


def test_the_first_infusion_is_a_new_course():
    assert (
        suggest_class((MONDAY, MONDAY), last_infusion_day=None, series_gap_max_days=3, regimen_days=5)
        == "new_course"
    )


def test_where_the_regimen_itself_is_one_day_another_day_is_a_new_course():
    block = (MONDAY + 30 * DAY, MONDAY + 30 * DAY)
    assert (
        suggest_class(block, last_infusion_day=MONDAY, series_gap_max_days=3, regimen_days=1) == "new_course"
    )


@given(st.lists(blocks, max_size=6), st.dates(date(2024, 1, 1), date(2027, 1, 1)))
def test_days_since_the_last_infusion_count_from_the_latest_infusion_day_before(given_blocks, day):
    before = [infused for block in given_blocks for infused in days_in(block) if infused < day]
    assert days_since_last(given_blocks, day) == ((day - max(before)).days if before else None)


@given(blocks, st.dates(date(2024, 1, 1), date(2027, 1, 1)))
def test_infusion_days_in_12_months_are_those_of_the_last_365_days(block, day):
    counted = {infused for infused in days_in(block) if day - 365 * DAY < infused <= day}
    assert infusion_days_in_12_months([block], day) == len(counted)
