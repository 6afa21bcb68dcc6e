"""What bounds a goal is found on the same courses, with thresholds chosen anew, and told without favour."""

from typing import Any

import numpy as np
import pytest

from bench.detector.bounds import ROUNDS, Tried, bounds, prior_of, true_levels
from bench.detector.courses import drawn
from bench.detector.names import ORACLE, TOLD_LEVEL, TOLD_NUMBERS, US, US_LEARNED
from bench.detector.page_bounds import sections
from bench.detector.scoring import truth_of
from diary.domain.packed import NO_ANSWER
from diary.domain.simulation.cohort import Cohort
from diary.domain.simulation.cohorts import COHORTS

WAYS = (US, US_LEARNED, TOLD_NUMBERS, TOLD_LEVEL, ORACLE)


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return drawn("B", 200, [11])


def ringing(cohort: Cohort, early_share: float, false: int) -> Tried:
    """At one threshold so many of the losses are told early and so many alerts are false; at another none."""
    leaves_time = np.flatnonzero(truth_of(cohort).leaves_time)
    tried = Tried(np.zeros((200, 2), np.float32), np.zeros((200, 2), np.float32))
    tried.early[leaves_time[: round(early_share * len(leaves_time))], 0] = 1
    tried.false[:false, 0] = 1
    return tried


def test_each_way_stands_beside_the_oracle_and_the_best_rival_in_the_same_draws(cohort):
    ways = {
        name: ringing(cohort, share, 0) for name, share in zip(WAYS, (0.4, 0.4, 0.6, 0.6, 0.8), strict=True)
    }
    rivals = {"weak": ringing(cohort, 0.1, 0), "strong": ringing(cohort, 0.3, 0)}
    rows = {row.method: row for row in bounds(ways, rivals, cohort)}
    assert list(rows) == list(WAYS)
    assert rows[US].early == pytest.approx(0.4, abs=0.01)
    assert rows[US].of_oracle == pytest.approx(0.5, abs=0.01)
    assert rows[ORACLE].of_oracle_95 == (1, 1)
    assert rows[ORACLE].times == pytest.approx({"weak": 8, "strong": 0.8 / 0.3}, rel=0.05)
    low, high = rows[ORACLE].times_95["strong"]
    assert 2 < low < 0.8 / 0.3 < high < 4
    low, high = rows[US].of_oracle_95
    assert 0.3 < low < 0.5 < high < 0.7
    assert ROUNDS >= 1_000


def test_a_threshold_that_rings_falsely_too_often_is_no_choice(cohort):
    months = truth_of(cohort).months.sum()
    often = round(0.06 * months)
    ways = dict.fromkeys(WAYS, ringing(cohort, 0.5, 0)) | {US: ringing(cohort, 0.9, often)}
    rows = {row.method: row for row in bounds(ways, {"one": ringing(cohort, 0.2, 0)}, cohort)}
    assert rows[US].early == 0
    assert rows[US].early_95[1] <= 0.95  # in some draws of patients it is let through


@pytest.mark.parametrize("name", ["A", "B", "C", "midpoint-90", "steps-40", "late"])
def test_the_generators_numbers_are_a_prior(name):
    p = COHORTS[name].parameters
    told = prior_of(p)
    assert (told.midpoint_median_days, told.step_share, told.late_share) == (
        p.midpoint_days,
        p.step_share,
        p.late_share,
    )
    assert told.relief_median == pytest.approx(0.93, abs=0.01)
    assert told.baseline_mean_nrs == pytest.approx(7.15, abs=0.05)


def test_who_is_told_the_level_is_told_nothing_of_the_days_before(cohort):
    told = true_levels(cohort)
    assert np.array_equal(told.nrs, cohort.baseline_nrs)
    assert (told.before == NO_ANSWER).all()


@pytest.mark.parametrize(
    ("ours", "most", "said"),
    [
        ((1.0, 1.1), (1.05, 1.15), "even the oracle misses it"),
        ((1.0, 1.1), (1.15, 1.25), "no prior brings ours to it, and perhaps not the oracle"),
        ((1.0, 1.1), (1.3, 1.5), "no prior brings ours to it ("),
        ((1.1, 1.3), (1.3, 1.5), "these courses do not tell whether the best prior has it"),
        ((1.3, 1.4), (1.3, 1.5), "the best prior has it"),
    ],
)
def test_the_page_says_of_a_goal_what_the_intervals_bear_out(ours, most, said):
    def row(method: str) -> dict[str, Any]:
        times = most if method == ORACLE else ours
        return {
            "method": method,
            "early": 0.4,
            "early_95": (0.3, 0.5),
            "of_oracle": 0.85,
            "of_oracle_95": (0.8, 0.88),
            "times": {"PELT": sum(times) / 2},
            "times_95": {"PELT": times},
        }

    told = {"courses": 600, "early_losses": 300, "rivals": ["PELT"], "rows": [row(name) for name in WAYS]}
    page = " ".join(
        sections({"bounds": {"B": told}, "run": {"bounds_rounds": 1_000, "few_oracle_curves": 5_000}})
    )
    words = " ".join(page.split())
    assert f"1.2 times PELT: {said}" in words
    assert "90 % of the oracle: no prior brings ours to it (" in words
