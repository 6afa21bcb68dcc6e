"""How late the plain rule is, measured on simulated courses whose true loss is known."""

import numpy as np
import pytest

from config.protocol import DEFAULT
from diary.domain.baseline import own_baseline
from diary.domain.packed import unpack
from diary.domain.relapse.rule import plain_rule
from diary.domain.simulation.cohort import simulate
from diary.domain.simulation.curves import DURABLE


@pytest.fixture(scope="module")
def judged():
    cohort = simulate(4_000, rng=np.random.default_rng(1109))
    own = [own_baseline(unpack(before.tobytes()), DEFAULT).nrs for before in cohort.before]
    baselines = np.array([np.nan if nrs is None else nrs for nrs in own])
    nights = plain_rule(cohort.scores, baselines, protocol=DEFAULT)
    called = np.where(nights.confirmed.any(axis=1), nights.confirmed.argmax(axis=1) + 1, 0)
    return cohort, called


def test_the_rule_confirms_a_loss_about_eleven_days_after_it_came(judged):
    """Median 11 days after the true loss, quartiles 7 and 15, 5-95 % from -4 to +31."""
    cohort, called = judged
    known = (cohort.relapse_day > 0) & (called > 0)
    lag_days = called[known] - cohort.relapse_day[known]
    assert np.percentile(lag_days, [5, 25, 50, 75, 95]) == pytest.approx([-4, 7, 11, 15, 31], abs=2)


def test_the_rule_misses_about_one_loss_in_twelve_because_of_gaps(judged):
    cohort, called = judged
    assert (called[cohort.relapse_day > 0] == 0).mean() == pytest.approx(0.085, abs=0.02)


def test_the_rule_hardly_ever_calls_a_lasting_relief_lost(judged):
    cohort, called = judged
    lasting = (cohort.kind == DURABLE) & cohort.responder
    assert lasting.sum() > 250
    assert (called[lasting] > 0).mean() <= 0.01
