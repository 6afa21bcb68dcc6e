"""Alerts are scored as DESIGN.md says: what is false, late or early, and over how many months at risk."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from bench.detector.ours import alerts_of, foresee, operating_for
from bench.detector.rivals.diary import diary_of
from bench.detector.rivals.settings import RIVALS
from bench.detector.scoring import bootstrap, by_kind, lead_over, score
from bench.detector.thresholds import alerts_at, rung_at, spread_of, sweep
from config.protocol import DEFAULT
from diary.domain.simulation.cohort import Cohort, simulate
from diary.domain.simulation.curves import GRADUAL, NON_RESPONDER, STEP

NIGHTS = 152


@cache
def drawn() -> Cohort:
    return simulate(80, rng=np.random.default_rng(3), days=NIGHTS)


def losing_on(*days: int, kinds: tuple[int, ...] | None = None) -> Cohort:
    """Courses with true losses on these days; 0 for none."""
    some = drawn()
    fields = {name: getattr(some, name) for name in Cohort.__slots__}
    rows = {name: None if of is None else of[: len(days)] for name, of in fields.items()}
    kind = np.array(kinds if kinds is not None else [GRADUAL] * len(days), dtype=np.int8)
    return replace(Cohort(**rows), relapse_day=np.array(days, dtype=np.int16), kind=kind)


def ringing(*nights: tuple[int, ...]) -> np.ndarray:
    marks = np.zeros((len(nights), NIGHTS), dtype=bool)
    for course, of_course in enumerate(nights):
        marks[course, [night - 1 for night in of_course]] = True
    return marks


def test_an_alert_over_four_weeks_before_the_loss_is_false_and_one_within_is_not():
    assert score(ringing((71,)), losing_on(100)).false_per_month == pytest.approx(30.4 / 100)
    assert score(ringing((72,)), losing_on(100)).false_per_month == 0


def test_an_alert_at_or_after_the_loss_is_late_and_not_false():
    found = score(ringing((100, 140)), losing_on(100))
    assert (found.false_per_month, found.sensitivity, found.early) == (0, 1, 0)


def test_who_never_loses_relief_can_only_be_rung_falsely():
    found = score(ringing((40, 90)), losing_on(0))
    assert found.false_per_month == pytest.approx(2 / (NIGHTS / 30.4))


def test_early_is_seven_to_twenty_eight_days_ahead():
    cohort = losing_on(100, 100, 100, 100)
    assert score(ringing((72,), (93,), (94,), (71,)), cohort).early == 0.5
    assert score(ringing((72,), (44,), (43,), (71,)), cohort).far == 0.75


def test_losses_of_the_first_four_weeks_leave_no_time_to_be_early():
    found = score(ringing((10,), (80,)), losing_on(20, 100))
    assert (found.early, found.early_losses, found.losses, found.sensitivity) == (1, 1, 2, 1)


def test_months_at_risk_end_with_the_loss():
    found = score(ringing((), (20,)), losing_on(76, 0))
    assert found.false_per_month == pytest.approx(30.4 / (76 + NIGHTS))


def test_a_risk_rings_again_only_after_a_fortnight_of_quiet():
    risk = np.zeros((1, NIGHTS))
    risk[0, [19, 25, 45]] = 1
    assert (np.flatnonzero(alerts_at(risk, 0.5)) + 1).tolist() == [20, 46]


def test_nobody_is_rung_in_the_first_two_nights():
    assert (np.flatnonzero(alerts_at(np.ones((1, NIGHTS)), 0.5)) + 1).tolist() == [3]


def test_a_rival_that_cannot_speak_does_not_ring():
    assert not alerts_at(np.full((1, NIGHTS), np.nan), 0.0).any()
    assert not alerts_at(np.full((1, NIGHTS), -np.inf), 0.0).any()


def test_the_threshold_keeps_its_rate_on_the_courses_that_it_was_chosen_on():
    cohort = drawn()
    risk = RIVALS["EWMA"][1](diary_of(cohort))
    tried = sweep(risk, cohort)
    for rate in (0.05, 0.2):
        chosen = tried.at_most(rate)
        found = score(alerts_at(risk, chosen.threshold), cohort)
        assert found.false_per_month <= rate
        assert found.false_per_month == pytest.approx(chosen.false_per_month)
        assert found.early == pytest.approx(chosen.early)


def test_no_threshold_under_the_rate_sees_more_early():
    cohort = drawn()
    tried = sweep(RIVALS["7-day mean"][4](diary_of(cohort)), cohort)
    assert tried.at_most(0.1).early == max(one.early for one in tried.tried if one.false_per_month <= 0.1)


def test_where_every_threshold_rings_falsely_too_often_none_is_chosen():
    cohort = losing_on(0)
    tried = sweep(np.ones((1, NIGHTS)), cohort)
    assert tried.at_most(0.01).threshold == np.inf


def test_each_kind_of_loss_is_told_by_itself():
    cohort = losing_on(100, 100, 100, 0, kinds=(GRADUAL, GRADUAL, STEP, NON_RESPONDER))
    found = by_kind(ringing((80,), (60, 90), (103,), (50,)), cohort)
    assert set(found) == {"gradual", "step"}
    assert (found["gradual"].losses, found["gradual"].early, found["gradual"].median_delay_days) == (
        2,
        1,
        -15,
    )
    assert (found["step"].early, found["step"].sensitivity, found["step"].median_delay_days) == (0, 1, 3)


def test_a_lead_is_the_nights_between_the_first_alerts_of_the_losses_that_both_told():
    cohort = losing_on(100, 100, 100, 100, 0)
    first = ringing((80,), (95,), (90,), (), (10,))
    second = ringing((110,), (99, 105), (), (107,), (20,))
    found = lead_over(first, second, cohort)
    assert (found.median_days, found.both, found.only_first, found.only_second) == (17, 2, 1, 1)


def test_an_alert_months_before_a_loss_is_not_the_one_that_told_it():
    found = lead_over(ringing((20, 90)), ringing((100,)), losing_on(100))
    assert found.median_days == 10


def test_our_own_thresholds_keep_their_rate_where_they_were_chosen():
    cohort = drawn()
    assessed = foresee(cohort)
    points = operating_for(assessed, cohort, (0.0, 0.3))
    assert score(alerts_of(assessed, points[0.3].point.protocol), cohort).false_per_month <= 0.3


def test_the_plain_rule_is_the_service_without_its_forecast():
    assert alerts_of(foresee(drawn(), prior=None), DEFAULT).sum() > 0


def test_an_interval_holds_the_figure_that_it_is_of():
    cohort = drawn()
    alerts = alerts_at(RIVALS["EWMA"][1](diary_of(cohort)), 0.5)
    low, high = bootstrap(alerts, None, cohort, name="sensitivity", rounds=50, seed=1)
    assert low <= score(alerts, cohort).sensitivity <= high


def test_a_paired_interval_is_narrower_than_the_two_detectors_apart():
    """The same patients are drawn for both: what is hard for both does not count as a difference."""
    cohort = drawn()
    diary = diary_of(cohort)
    first, second = (alerts_at(RIVALS["EWMA"][place](diary), 0.6) for place in (4, 5))
    low, high = bootstrap(first, second, cohort, name="sensitivity", rounds=200, seed=1)
    apart = [bootstrap(of, None, cohort, name="sensitivity", rounds=200, seed=1) for of in (first, second)]
    assert low <= 1.05
    assert high - low < apart[0][1] / apart[1][0] - apart[0][0] / apart[1][1]


def test_a_detector_beside_itself_is_exactly_as_good():
    alerts = alerts_at(RIVALS["EWMA"][1](diary_of(drawn())), 0.5)
    assert bootstrap(alerts, alerts, drawn(), name="early", rounds=50, seed=1) == (1, 1)


def test_a_risk_rings_at_many_thresholds_as_at_each():
    risk = np.random.default_rng(5).random((6, NIGHTS))
    thresholds = spread_of(risk, thresholds=60)
    assert (np.diff(thresholds) < 0).all()
    for threshold, alerts in zip(thresholds, rung_at(risk, thresholds), strict=True):
        assert np.array_equal(alerts, alerts_at(risk, threshold))
