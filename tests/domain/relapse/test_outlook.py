"""What lies ahead of a course is what the model says the long way, and holds what comes as often as told."""

import math
from functools import cache
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from config.priors import SHIPPED
from config.protocol import DEFAULT
from diary.domain.outlook import DOTS, Outlook, unpack
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.baselines import own_baselines
from diary.domain.relapse.likelihood import score_chances
from diary.domain.relapse.outlook import AHEAD_DAYS, MEAN_OF_ANSWERS, SILENT_DAYS, outlooks
from diary.domain.simulation.cohort import simulate
from diary.domain.simulation.cohorts import COHORTS
from tests.domain.relapse.slow_forecast import Posterior, cells, posterior
from tests.domain.relapse.test_forecast import EIGHT, as_bytes, diaries
from tests.makers import carried

CHANCES = score_chances()


def outlook(scores: list[int | None], boosters: tuple[int, ...] = ()) -> Outlook:
    marks = np.array([[day in boosters for day in range(1, len(scores) + 1)]])
    (found,) = outlooks(
        as_bytes(scores),
        np.array([len(scores)]),
        own_baselines(as_bytes(EIGHT), DEFAULT),
        prior=SHIPPED,
        boosters=marks if boosters else None,
    )
    assert found is not None
    return unpack(found)


def mean_foreseen(slow: Posterior, day: int, share: float) -> float:
    """Where a share of the 7-day means lies under, found by halving."""
    parts = []
    for cell, baseline, weight in zip(cells(), slow.baselines, slow.weights, strict=True):
        if weight > 1e-7:
            level = min(100, max(0, round(baseline * (1 - cell.relief(day - slow.began)) / 0.1)))
            chances = CHANCES[cell.noise][level]
            mean = sum(nrs * chance for nrs, chance in enumerate(chances))
            variance = sum((nrs - mean) ** 2 * chance for nrs, chance in enumerate(chances))
            sd = math.sqrt(variance * (1 / MEAN_OF_ANSWERS + 1 / SHIPPED.answers_worth))
            parts.append((weight, NormalDist(mean, sd)))
    low, high = 0.0, 10.0
    while high - low > 1e-3:
        middle = (low + high) / 2
        under = sum(weight * one.cdf(middle) for weight, one in parts)
        low, high = (middle, high) if under < share else (low, middle)
    return low


def days_open(slow: Posterior) -> float:
    """From the day by which one in ten of those who respond has lost relief to nine in ten, within a year."""
    first, last = (min(slow.day_of(share * slow.responding()), 365) for share in (0.1, 0.9))
    return last - first


@cache
def believed_open() -> float:
    """The same before the first answer."""
    return days_open(posterior([None], [None] * 13 + [8], SHIPPED))


@settings(max_examples=4, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(scores=diaries(), boosted=st.booleans())
@example(scores=[None] * 60, boosted=False).via("nobody answers")
@example(scores=[0] * 90, boosted=False).via("no pain at all")
@example(scores=[2] * 40 + [7] * 160, boosted=False).via("lost long ago")
@example(scores=[9] * 3, boosted=True).via("a booster that did nothing")
def test_it_is_what_comes_out_the_long_way(scores, boosted):
    boosters = (max(1, len(scores) // 2),) if boosted else ()
    slow, fast = posterior(scores, EIGHT, SHIPPED, boosters), outlook(scores, boosters)
    for name in fast.families:
        pairs = zip(cells(), slow.weights, strict=True)
        weight = sum(weight for cell, weight in pairs if cell.family == name)
        assert fast.families[name] == pytest.approx(weight, abs=0.004), name
    pairs = zip(cells(), slow.weights, strict=True)
    relief = sum(weight * cell.relief(max(len(scores) - slow.began, 1)) for cell, weight in pairs)
    assert fast.relief == pytest.approx(relief, abs=0.01), "straight between days a week apart"
    if not boosted:  # after a booster the year that is looked at begins with it
        assert fast.narrowed == pytest.approx(max(0.0, 1 - days_open(slow) / believed_open()), abs=0.02)
    for place, day in enumerate(fast.loss_days):
        expected = slow.day_of((place + 0.5) / DOTS)
        assert abs((365 if day is None else day) - min(expected, 365)) <= 1
    on_grid = [one for one in fast.levels if (one.day - slow.began) % 7 == 0]
    assert len(on_grid) >= AHEAD_DAYS // 7
    for one in (on_grid[0], on_grid[-1]):
        told = zip((0.1, 0.5, 0.9), (one.p10_nrs, one.p50_nrs, one.p90_nrs), strict=True)
        for share, nrs in told:
            assert nrs == pytest.approx(mean_foreseen(slow, one.day, share), abs=0.1), (one.day, share)


def test_it_begins_with_the_last_answer_and_ends_eight_weeks_ahead():
    answered = outlook([2] * 40)
    assert (answered.levels[0].day, answered.levels[-1].day) == (40, 40 + AHEAD_DAYS)
    silent = outlook([2] * 40 + [None] * 10)
    assert (silent.levels[0].day, silent.levels[-1].day) == (40, 50 + AHEAD_DAYS)
    long_silent = outlook([2] * 40 + [None] * 60)
    assert long_silent.levels[0].day == 100 - SILENT_DAYS


def test_what_it_foresees_widens_with_silence():
    answered = outlook([2] * 60)
    silent = outlook([2] * 30 + [None] * 30)

    def width(found: Outlook) -> float:
        (tonight,) = [one for one in found.levels if one.day == 63]
        return tonight.p90_nrs - tonight.p10_nrs

    assert width(silent) > width(answered) + 0.5
    assert silent.narrowed < answered.narrowed


def test_expected_relief_follows_the_answers():
    assert outlook([1] * 40).relief == pytest.approx(0.85, abs=0.06)
    assert outlook([7] * 40).relief < 0.2


def test_without_a_baseline_there_is_none():
    assert outlooks(as_bytes([2] * 40), np.array([40]), carried([np.nan]), prior=SHIPPED) == [None]


@pytest.mark.parametrize("name", ["A", "C"])
@pytest.mark.parametrize("ahead_days", [14, 28, 56])
def test_eight_in_ten_of_the_means_that_came_lie_inside(name, ahead_days):
    night, count = 42, 600
    cohort = simulate(count, rng=np.random.default_rng(77), parameters=COHORTS[name].parameters, days=100)
    baselines = own_baselines(cohort.before, DEFAULT)
    found = outlooks(cohort.scores, np.full(count, night), baselines, prior=SHIPPED)
    held = []
    for scores, kept in zip(cohort.scores, found, strict=True):
        week = scores[night + ahead_days - 7 : night + ahead_days]
        if kept is None or np.count_nonzero(week != NO_ANSWER) < 4:
            continue
        (level,) = [one for one in unpack(kept).levels if one.day == night + ahead_days]
        held.append(level.p10_nrs <= week[week != NO_ANSWER].mean() <= level.p90_nrs)
    assert 0.77 <= np.mean(held) <= 0.86


def test_bytes_of_another_release_are_refused():
    baselines = own_baselines(as_bytes(EIGHT), DEFAULT)
    (kept,) = outlooks(as_bytes([2] * 40), np.array([40]), baselines, prior=SHIPPED)
    with pytest.raises(ValueError, match="no outlook that this release knows"):
        unpack(b"\x02" + kept[1:])
    with pytest.raises(ValueError, match="no whole outlook"):
        unpack(kept[:-1])
