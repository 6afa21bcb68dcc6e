"""A treatment fits into a chair on open days that nobody else holds: the same as trying every day by hand."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.domain.chairs import EVERY_DAY, Chair, Need, Slot, closed_day, in_the_way, nearest_slots, slots_of

MONDAY = date(2026, 11, 30)
HORIZON = 40

days = st.integers(0, HORIZON).map(lambda offset: MONDAY + timedelta(days=offset))
blocks = st.tuples(days, st.integers(0, 6)).map(lambda block: (block[0], block[0] + timedelta(days=block[1])))
weekdays = st.sets(st.sampled_from(EVERY_DAY), min_size=1).map(lambda found: tuple(sorted(found)))
chairs = st.builds(
    Chair,
    id=st.just(1),
    weekdays=weekdays,
    taken=st.lists(blocks, max_size=3).map(tuple),
    closed=st.lists(blocks, max_size=3).map(tuple),
)
needs = st.builds(Need, infusion_days=st.integers(1, 10), step_max_days=st.integers(1, 4))


def by_hand(chair: Chair, need: Need, first: date, until: date) -> date | None:
    """The last infusion day of a treatment that begins on a day, found by listing the chair's open days."""
    span = [first + timedelta(days=offset) for offset in range((until - first).days + 1)]
    infused = [day for day in span if chair.is_open(day)][: need.infusion_days]
    if len(infused) < need.infusion_days or infused[0] != first:
        return None
    steps = [(after - before).days for before, after in pairwise(infused)]
    held = [day for day in span if day <= infused[-1] and any(a <= day <= b for a, b in chair.taken)]
    return infused[-1] if not held and max(steps, default=1) <= need.step_max_days else None


@given(chairs, needs)
def test_the_slots_of_a_chair_are_those_found_by_hand(chair: Chair, need: Need):
    until = MONDAY + timedelta(days=HORIZON)
    tried = [MONDAY + timedelta(days=offset) for offset in range(HORIZON + 1)]

    expected = [
        Slot(1, first, last) for first in tried if (last := by_hand(chair, need, first, until)) is not None
    ]

    assert list(slots_of(chair, need, first_day=MONDAY, last_day=until)) == expected


@given(chairs, needs)
def test_every_slot_that_is_proposed_can_be_booked(chair: Chair, need: Need):
    for slot in slots_of(chair, need, first_day=MONDAY, last_day=MONDAY + timedelta(days=HORIZON)):
        block = (slot.first_day, slot.last_day)
        assert in_the_way(chair, block) is None
        assert closed_day(chair, block, step_max_days=need.step_max_days) is None


@given(chairs, needs)
def test_a_slot_that_is_taken_is_in_the_way_of_the_next(chair: Chair, need: Need):
    end = MONDAY + timedelta(days=HORIZON)
    for slot in slots_of(chair, need, first_day=MONDAY, last_day=end):
        block = (slot.first_day, slot.last_day)
        held = Chair(1, chair.weekdays, (*chair.taken, block), chair.closed)
        assert in_the_way(held, block) is not None
        again = slots_of(held, need, first_day=MONDAY, last_day=end)
        assert all(not (one.first_day <= block[1] and block[0] <= one.last_day) for one in again)


@given(st.lists(chairs, max_size=4), needs, st.integers(1, 8))
def test_the_nearest_slots_are_the_earliest_of_all_chairs(known: list[Chair], need: Need, most: int):
    numbered = [Chair(n, one.weekdays, one.taken, one.closed) for n, one in enumerate(known)]
    window = {"first_day": MONDAY, "last_day": MONDAY + timedelta(days=HORIZON)}
    every = {(s.first_day, s.last_day) for one in numbered for s in slots_of(one, need, **window)}

    found = nearest_slots(numbered, need, **window, most=most)

    assert [(slot.first_day, slot.last_day) for slot in found] == sorted(every)[:most]


def test_ten_outpatient_days_go_over_weekends_and_a_holiday_where_the_regimen_allows_the_gap():
    chair = Chair(1, weekdays=(1, 2, 3, 4, 5), closed=((date(2026, 12, 7), date(2026, 12, 7)),))
    window = {"first_day": MONDAY, "last_day": date(2026, 12, 31)}

    with_a_gap = next(slots_of(chair, Need(10, step_max_days=4), **window))
    without = list(slots_of(chair, Need(10, step_max_days=3), **window))

    assert (with_a_gap.first_day, with_a_gap.last_day) == (MONDAY, date(2026, 12, 14))
    assert [slot.first_day for slot in without][:1] == [date(2026, 12, 8)]


def test_five_days_in_a_row_in_a_chair_that_is_closed_at_weekends_begin_on_a_monday():
    chair = Chair(1, weekdays=(1, 2, 3, 4, 5))

    found = slots_of(chair, Need(5), first_day=date(2026, 12, 1), last_day=date(2026, 12, 20))

    assert [slot.first_day for slot in found] == [date(2026, 12, 7), date(2026, 12, 14)]


@pytest.mark.parametrize(
    ("block", "shut"),
    [
        ((date(2026, 12, 5), date(2026, 12, 7)), date(2026, 12, 5)),
        ((date(2026, 12, 3), date(2026, 12, 6)), date(2026, 12, 6)),
        ((date(2026, 12, 3), date(2026, 12, 8)), date(2026, 12, 5)),
        ((date(2026, 12, 7), date(2026, 12, 11)), None),
    ],
)
def test_the_day_that_is_closed_is_named(block: tuple[date, date], shut: date | None):
    assert closed_day(Chair(1, weekdays=(1, 2, 3, 4, 5)), block, step_max_days=1) == shut
