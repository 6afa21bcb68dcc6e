"""How many infusion days a week will ask for: the same as counting every way that courses may go."""

from datetime import date, timedelta
from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.domain.demand import HIGH, LOW, Prospect, counts, quantile, weekly_demand

MONDAY = date(2027, 1, 4)
MONDAYS = [MONDAY + timedelta(days=7 * week) for week in range(8)]

days = st.none() | st.integers(-30, 70).map(lambda offset: MONDAY + timedelta(days=offset))
prospects = st.lists(
    st.builds(
        Prospect,
        loss_days=st.lists(days, min_size=4, max_size=4).map(tuple),
        infusion_days=st.integers(1, 10),
    ),
    max_size=4,
)
earliest = st.integers(-10, 40).map(lambda offset: MONDAY + timedelta(days=offset))


def every_way(some: list[Prospect], monday: date, sooner: date) -> dict[int, float]:
    """The chance of each number of infusion days in a week, by trying every way that the courses may go."""
    found: dict[int, float] = {}
    for way in product(*[one.loss_days for one in some]):
        asked = sum(
            one.infusion_days
            for one, day in zip(some, way, strict=True)
            if day is not None and monday <= max(day, sooner) < monday + timedelta(days=7)
        )
        found[asked] = found.get(asked, 0.0) + prod(1 / len(one.loss_days) for one in some)
    return found


@given(prospects, earliest)
def test_a_week_asks_for_what_every_way_together_comes_to(some: list[Prospect], sooner: date):
    for demand in weekly_demand(some, mondays=MONDAYS, earliest=sooner):
        chances = every_way(some, demand.monday, sooner)
        assert demand.mean_days == pytest.approx(sum(count * chance for count, chance in chances.items()))
        under = {share: sum(c for n, c in chances.items() if n <= days) for share, days in ends(demand)}
        short = {share: sum(c for n, c in chances.items() if n < days) for share, days in ends(demand)}
        assert all(under[share] >= share - 1e-6 and short[share] < share + 1e-6 for share in under)


def ends(demand) -> list[tuple[float, int]]:
    return [(LOW, demand.low_days), (HIGH, demand.high_days)]


@given(prospects, earliest)
def test_over_all_weeks_nobody_is_counted_twice(some: list[Prospect], sooner: date):
    total = sum(demand.mean_days for demand in weekly_demand(some, mondays=MONDAYS, earliest=sooner))
    assert total <= sum(one.infusion_days for one in some) + 1e-9


def test_who_loses_relief_sooner_than_a_bed_can_be_had_asks_for_the_first_day_that_can():
    lost = Prospect((MONDAY - timedelta(days=20),) * 20, 5)
    found = weekly_demand([lost], mondays=MONDAYS, earliest=MONDAY + timedelta(days=28))
    assert [demand.mean_days for demand in found] == [0, 0, 0, 0, 5, 0, 0, 0]


def test_a_thousand_courses_come_to_what_chance_gives():
    rng = np.random.default_rng(3)
    chances = rng.uniform(0, 0.1, 1_000)
    spread = counts(chances.tolist())
    drawn = (rng.random((20_000, 1_000)) < chances).sum(axis=1)
    assert sum(spread) == pytest.approx(1, abs=1e-6)
    assert abs(quantile(spread, 0.1) - np.quantile(drawn, 0.1)) <= 1
    assert abs(quantile(spread, 0.9) - np.quantile(drawn, 0.9)) <= 1


def test_no_course_asks_for_nothing():
    assert [
        (demand.low_days, demand.high_days) for demand in weekly_demand([], mondays=MONDAYS, earliest=MONDAY)
    ] == [(0, 0)] * 8
