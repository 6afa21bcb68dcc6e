"""Forecasts are scored right where the truth is made so that the score can be worked out by hand."""

import json
from dataclasses import asdict
from functools import cache

import numpy as np
import pytest

from bench.detector.ends import Ends, ends, of_all
from bench.detector.forecasts import Foreseen, pinball, reliability, score_forecast
from bench.detector.ours import foresee
from config.priors import SHIPPED
from diary.domain.relapse.calibration import brier, intervals
from diary.domain.simulation.cohort import Cohort, simulate

HORIZON = 180
NONE = np.inf


def held(*cases: tuple[float, float, float]):
    """Of (lower end, upper end, true day)."""
    lower, upper, truth = np.array(cases, dtype=float).T
    return intervals(lower, upper, truth, horizon=HORIZON)


def test_an_interval_holds_both_of_its_ends_and_nothing_beyond():
    found = held((40, 60, 40), (40, 60, 60), (40, 60, 39), (40, 60, 61))
    assert (found.closed, found.closed_held, found.before) == (4, 0.5, 0.25)


def test_a_loss_beyond_the_end_of_the_diary_is_outside_a_closed_interval_and_inside_an_open_one():
    found = held((40, 180, NONE), (40, 181, NONE), (40, NONE, NONE))
    assert (found.closed, found.closed_held) == (1, 0)
    assert (found.open, found.open_held) == (2, 1)
    assert found.held == pytest.approx(2 / 3)


def test_an_open_interval_misses_only_what_comes_before_its_lower_end():
    assert held((40, NONE, 39), (40, NONE, 170)).open_held == 0.5


def test_the_truth_may_be_known_to_another_day_for_each_course():
    found = intervals(
        np.array([40.0, 40.0]), np.array([100.0, 100.0]), np.array([NONE, NONE]), horizon=np.array([99, 100])
    )
    assert (found.open, found.open_held, found.closed, found.closed_held) == (1, 1, 1, 0)


def test_whoever_is_said_to_keep_relief_beyond_the_diary_and_loses_it_within_is_missed():
    assert held((200, 300, 170), (NONE, NONE, 180), (200, 300, NONE)).open_held == pytest.approx(1 / 3)


def test_intervals_of_a_forecast_that_is_right_hold_four_of_five():
    """Truths drawn from the very distributions that were told: normal, each with its own middle."""
    rng = np.random.default_rng(5)
    middle = rng.uniform(30, 260, 40_000)
    truth = middle + 20 * rng.standard_normal(len(middle))
    reach = 20 * 1.2815515655
    seen = np.where(truth <= HORIZON, truth, np.inf)
    found = intervals(middle - reach, middle + reach, seen, horizon=HORIZON)
    assert found.closed_held == pytest.approx(0.80, abs=0.01)
    assert found.open_held > 0.90
    too_narrow = intervals(middle - reach / 2, middle + reach / 2, seen, horizon=HORIZON)
    assert too_narrow.closed_held < 0.55


def test_the_ends_that_the_diary_reaches_leave_four_of_five_where_the_forecast_is_right():
    rng = np.random.default_rng(5)
    middle = rng.uniform(30, 260, 40_000)
    truth = middle + 20 * rng.standard_normal(len(middle))
    reach = 20 * 1.2815515655
    seen = np.where(truth <= HORIZON, truth, np.inf)
    right = ends(middle - reach, middle + reach, seen, horizon=HORIZON)
    for missed in (right.missed_before, right.missed_after):
        assert missed == pytest.approx(0.10, abs=0.006)
    too_late = ends(middle, middle + 3 * reach, seen, horizon=HORIZON)
    assert too_late.missed_before == pytest.approx(0.5, abs=0.02)
    assert too_late.missed_after < 0.001


def test_an_end_beyond_the_diary_is_not_counted():
    lower, upper = np.array([40.0, 40.0, 200.0, NONE]), np.array([60.0, 200.0, 300.0, NONE])
    found = ends(lower, upper, np.array([61.0, NONE, 170.0, 30.0]), horizon=HORIZON)
    assert found == Ends(lower=2, before=0, upper=1, after=1)


def test_ends_of_several_nights_are_counted_together():
    one = asdict(Ends(lower=100, before=10, upper=50, after=5))
    other = asdict(Ends(lower=100, before=20, upper=150, after=5))
    assert of_all([one, other]) == Ends(lower=200, before=30, upper=200, after=10)
    assert of_all([one, other]).held == pytest.approx(0.80)
    assert np.isnan(Ends(lower=9, before=1, upper=0, after=0).held)


def test_the_pinball_loss_is_least_where_the_true_quantile_is_told():
    truth = np.arange(1.0, 101.0)
    losses = {day: pinball(np.full(100, day), 0.9, truth, horizon=HORIZON) for day in (50.0, 90.0, 99.0)}
    assert min(losses, key=lambda day: losses[day]) == 90.0
    assert pinball(np.array([10.0]), 0.1, np.array([30.0]), horizon=HORIZON) == pytest.approx(2)
    assert pinball(np.array([30.0]), 0.1, np.array([10.0]), horizon=HORIZON) == pytest.approx(18)


def test_days_beyond_the_horizon_are_all_the_same_day():
    assert pinball(np.array([np.inf]), 0.5, np.array([NONE]), horizon=HORIZON) == 0
    assert pinball(np.array([171.0]), 0.5, np.array([NONE]), horizon=HORIZON) == 5


def test_a_brier_score_is_the_mean_squared_error():
    assert brier(np.array([0.2, 0.9]), np.array([False, True])) == pytest.approx((0.04 + 0.01) / 2)


def test_reliability_puts_what_was_told_beside_what_was_seen():
    bins = reliability(np.array([0.02, 0.04, 0.55, 0.51, 1.0]), np.array([False, True, True, False, True]))
    assert [(one.courses, one.seen) for one in bins] == [(2, 0.5), (2, 0.5), (1, 1)]
    assert [one.told for one in bins] == pytest.approx([0.03, 0.53, 1.0])


@cache
def foreseen(seed: int) -> Foreseen:
    cohort: Cohort = simulate(150, rng=np.random.default_rng(seed), days=100)
    return Foreseen(cohort, foresee(cohort, prior=SHIPPED, night=63))


def test_the_climate_is_the_share_of_the_calibration_courses_and_not_of_those_reported():
    calibration, report = foreseen(1), foreseen(2)
    found = score_forecast(63, calibration, report)
    usual = calibration.lost_by(91).mean()
    lost = report.lost_by(91)
    assert usual != lost.mean()
    assert found.of_all.climate_brier == pytest.approx(((usual - lost) ** 2).mean())


def test_who_is_at_risk_can_be_seen_without_the_truth():
    found = score_forecast(63, foreseen(1), foreseen(2))
    at_risk = foreseen(2).at_risk(63)
    nights = foreseen(2).assessed.nights
    assert (nights.response[at_risk, 62] == 1).all()
    assert not nights.in_loss[at_risk, 62].any()
    assert found.at_risk.courses == at_risk.sum() < found.of_all.courses


def test_intervals_are_of_those_who_respond():
    found = score_forecast(63, foreseen(1), foreseen(2))
    assert found.intervals.courses == foreseen(2).cohort.responder.sum()
    assert found.intervals.closed + found.intervals.open == found.intervals.courses


def test_a_night_is_not_scored_before_its_chance_is_settled():
    with pytest.raises(ValueError, match="28 days"):
        score_forecast(73, foreseen(1), foreseen(2))
    with pytest.raises(ValueError, match="not foreseen"):
        score_forecast(63, foreseen(1), Foreseen(foreseen(2).cohort, foresee(foreseen(2).cohort, prior=None)))


def test_the_score_can_be_written_down():
    assert json.loads(json.dumps(asdict(score_forecast(63, foreseen(1), foreseen(2)))))["night"] == 63
