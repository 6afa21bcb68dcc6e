"""Alerts are scored as DESIGN.md says: what is false, late or early, and over how many months at risk."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from bench.detector.ours import alerts_of, foresee, operating_for
from bench.detector.rivals import RIVALS, diary_of, gated
from bench.detector.scoring import alerts_at, bootstrap, score, threshold_for
from config.protocol import DEFAULT
from diary.domain.simulation.cohort import Cohort, simulate

NIGHTS = 152


@cache
def drawn() -> Cohort:
    return simulate(80, rng=np.random.default_rng(3), days=NIGHTS)


def losing_on(*days: int) -> Cohort:
    """Courses with true losses on these days; 0 for none."""
    some = drawn()
    fields = {name: getattr(some, name) for name in Cohort.__slots__}
    rows = {name: None if of is None else of[: len(days)] for name, of in fields.items()}
    return replace(Cohort(**rows), relapse_day=np.array(days, dtype=np.int16))


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


def test_the_threshold_keeps_its_rate_on_the_courses_that_it_was_chosen_on():
    cohort = drawn()
    risk = RIVALS["EWMA"][1](diary_of(cohort))
    for rate in (0.05, 0.2):
        threshold = threshold_for(risk, cohort, false_per_month=rate)
        assert score(alerts_at(risk, threshold), cohort).false_per_month <= rate


@pytest.mark.parametrize(
    ("name", "setting"), [(name, n) for name, settings in RIVALS.items() for n in range(len(settings))]
)
def test_no_rival_looks_at_a_later_day(name, setting):
    rival, cohort, night = RIVALS[name][setting], drawn(), 60
    later = cohort.scores.copy()
    later[:, night:] = np.random.default_rng(1).integers(0, 11, later[:, night:].shape)
    for told in (rival, lambda diary: gated(rival, diary)):
        before, after = (told(diary_of(one)) for one in (cohort, replace(cohort, scores=later)))
        assert np.array_equal(before[:, :night], after[:, :night], equal_nan=True)


def test_our_own_thresholds_keep_their_rate_where_they_were_chosen():
    cohort = drawn()
    assessed = foresee(cohort)
    points = operating_for(assessed, cohort, (0.0, 0.3))
    assert score(alerts_of(assessed, points[0.3].protocol), cohort).false_per_month <= 0.3


def test_the_plain_rule_is_the_service_without_its_forecast():
    assert alerts_of(foresee(drawn(), prior=None), DEFAULT).sum() > 0


def test_an_interval_holds_the_figure_that_it_is_of():
    cohort = drawn()
    alerts = alerts_at(RIVALS["EWMA"][1](diary_of(cohort)), 0.5)
    low, high = bootstrap(alerts, None, cohort, name="sensitivity", rounds=50, seed=1)
    assert low <= score(alerts, cohort).sensitivity <= high
