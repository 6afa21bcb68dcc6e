"""Relief goes the way its kind says."""

from dataclasses import replace

import numpy as np
import pytest

from diary.domain.simulation.curves import (
    DURABLE,
    GRADUAL,
    LATE,
    NO_PLATEAU,
    PART_WAY,
    STEP,
    Curves,
    losing_kinds,
    relief_on,
)
from diary.domain.simulation.parameters import KETAMINE

PEAK, HALF_LIFE_DAYS, MIDPOINT_DAYS, COMES_ON_DAY = 0.9, 10.0, 50.0, 20.0


def relief(kind: int, past_share: float = 0.0) -> np.ndarray:
    one = (np.array([value]) for value in (PEAK, HALF_LIFE_DAYS, MIDPOINT_DAYS, COMES_ON_DAY, past_share))
    return relief_on(Curves(np.array([kind], dtype=np.int8), *one), np.arange(301), KETAMINE)[0]


def test_a_gradual_loss_stays_near_the_peak_and_then_falls():
    gradual = relief(GRADUAL)
    assert gradual[[0, 50]] == pytest.approx([PEAK / (1 + 2**-5), PEAK / 2])
    assert gradual[60] == pytest.approx(PEAK / 3)  # a half-life past the midpoint


def test_a_step_goes_within_a_week():
    step = relief(STEP)
    assert step[46] > 0.95 * PEAK
    assert step[54] < 0.05 * PEAK


def test_pain_that_goes_past_the_baseline_ends_so_far_over_it():
    worse = relief(STEP, past_share=0.25)
    assert worse[46] > 0.95 * PEAK
    assert worse[54:] == pytest.approx(-0.25, abs=0.05)


def test_without_a_plateau_relief_halves_from_the_first_day_on_and_every_midpoint_again():
    assert relief(NO_PLATEAU)[[0, 50, 100, 150]] == pytest.approx([PEAK, PEAK / 2, PEAK / 4, PEAK / 8])


def test_part_of_the_way_relief_falls_to_four_tenths_of_its_peak_and_stays():
    part_way = relief(PART_WAY)
    assert part_way[50] == pytest.approx(0.7 * PEAK)
    assert part_way[[150, 300]] == pytest.approx([0.4 * PEAK] * 2, abs=1e-3)


def test_a_late_response_comes_within_days_and_is_lost_as_a_gradual_one_from_then_on():
    late, gradual = relief(LATE), relief(GRADUAL)
    assert late[8] < 0.02
    assert late[20] == pytest.approx(gradual[0] / 2)
    assert late[40:] == pytest.approx(gradual[20:-20], abs=1e-3)


def test_a_durable_relief_stays_at_its_peak():
    assert relief(DURABLE) == pytest.approx(PEAK)


def test_each_way_to_lose_relief_is_drawn_as_often_as_asked():
    asked = replace(KETAMINE, step_share=0.1, durable_share=0.2, no_plateau_share=0.3, part_way_share=0.15)
    kinds = losing_kinds(20_000, np.random.default_rng(4), replace(asked, late_share=0.1))
    wanted = {STEP: 0.1, DURABLE: 0.2, NO_PLATEAU: 0.3, PART_WAY: 0.15, LATE: 0.1, GRADUAL: 0.15}
    found = {kind: float((kinds == kind).mean()) for kind in wanted}
    assert found == pytest.approx(wanted, abs=0.01)


def test_more_ways_than_there_are_responders_are_refused():
    with pytest.raises(ValueError, match="1 are all"):
        losing_kinds(1, np.random.default_rng(1), replace(KETAMINE, step_share=0.9))
