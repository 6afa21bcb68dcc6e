"""The truth in service: what the plain rule knows of a loss, and how long nobody knows."""

import numpy as np
import pytest

from config.protocol import DEFAULT
from diary.domain.relapse.truth import CONFIRMED_AFTER_DAYS, Truth, rule_truth
from diary.domain.simulation.cohort import simulate
from tests.makers import carried

NOTHING = 255


def truth_of(days: str, *, night: int | None = None, boosters: tuple[int, ...] = ()) -> Truth:
    """Of one course with a baseline of 8; "2x20 8x20" is twenty days of 2 and twenty of 8, "." no answer."""
    scores = [
        NOTHING if nrs == "." else int(nrs)
        for word in days.split()
        for nrs, _, times in [word.partition("x")]
        for _ in range(int(times or 1))
    ]
    given = np.isin(np.arange(1, len(scores) + 1), boosters)[None]
    return rule_truth(
        np.array([scores], dtype=np.uint8),
        np.array([night or len(scores)]),
        carried([8.0]),
        protocol=DEFAULT,
        boosters=given if boosters else None,
    )


def test_a_loss_came_eleven_days_before_the_rule_confirmed_it():
    truth = truth_of("2x30 8x30")
    (confirmed_on,) = truth.confirmed_on
    assert 41 <= confirmed_on <= 44
    assert truth.loss_day[0] == confirmed_on - CONFIRMED_AFTER_DAYS
    assert truth.lost_by(np.array([33.0])).all()
    assert truth.responds.all()


def test_where_the_rule_judges_tonight_and_confirms_none_none_had_come_eleven_days_ago():
    truth = truth_of("2x40")
    assert np.isinf(truth.loss_day[0])
    assert truth.known_until[0] == 40 - CONFIRMED_AFTER_DAYS
    assert truth.known_by(np.array([29.0])).all()
    assert not truth.known_by(np.array([30.0])).any()


def test_of_days_without_answers_nothing_is_known():
    assert truth_of("2x30 .x60").known_until[0] < 30
    assert truth_of(".x60").known_until[0] == 0


def test_where_the_response_is_unknown_nothing_is_known():
    assert truth_of(".x14 5x3").known_until[0] == 0


def test_who_never_responded_has_no_loss_and_that_is_known():
    truth = truth_of("8x60")
    assert np.isinf(truth.loss_day[0])
    assert not truth.responds.any()
    assert truth.known_until[0] == 60 - CONFIRMED_AFTER_DAYS


def test_what_comes_after_the_night_or_a_booster_counts_for_nothing():
    for truth in (truth_of("2x30 8x30", night=35), truth_of("2x30 8x30", boosters=(36, 50))):
        assert np.isinf(truth.confirmed_on[0])
        assert truth.known_until[0] <= 35 - CONFIRMED_AFTER_DAYS


def test_the_rule_confirms_a_median_of_eleven_days_after_the_true_loss():
    drawn = simulate(1_000, rng=np.random.default_rng(3), days=180)
    baselines = carried([float(nrs) for nrs in drawn.baseline_nrs])
    truth = rule_truth(drawn.scores, np.full(1_000, 180), baselines, protocol=DEFAULT)
    both = (drawn.relapse_day > 0) & np.isfinite(truth.confirmed_on)
    late = truth.confirmed_on[both] - drawn.relapse_day[both]
    assert np.median(late) == pytest.approx(CONFIRMED_AFTER_DAYS, abs=1)
