"""The benchmark runs from its command line, and what it writes is what it printed."""

import json
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import numpy as np
import pytest

from bench.detector import courses
from bench.detector.__main__ import main
from bench.detector.courses import drawn
from bench.detector.methods import METHODS, Courses
from bench.detector.names import GATED, OPENINGS, ORACLE, PLAIN, RATES, US
from bench.detector.ours import alerts_of, foresee
from bench.detector.rivals.diary import diary_of
from bench.detector.stress import below_the_plain_rule
from config.protocol import DEFAULT
from diary.domain.simulation.cohort import Cohort
from diary.domain.simulation.cohorts import COHORTS


def chosen_on(courses: int = 30) -> Courses:
    return Courses(drawn("A", courses, [1]), drawn("A", 20, [2]), COHORTS["A"].parameters, oracle_curves=300)


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> tuple[str, dict[str, Any]]:
    """A run of a few courses, for all the tests: what it printed, and its numbers."""
    out = tmp_path_factory.mktemp("bench") / "numbers.json"
    printed = StringIO()
    with redirect_stdout(printed):
        methods = [PLAIN, "EWMA", "7-day mean", ORACLE, US]
        main(["--quick", "--cohorts", "A", "--methods", *methods, "--stress", "A", "B", "--out", str(out)])
    return printed.getvalue(), json.loads(out.read_text(encoding="utf-8"), parse_constant=pytest.fail)


def test_the_benchmark_prints_a_table_and_writes_its_numbers(run):
    printed, numbers = run
    told = numbers["cohorts"]["A"]
    assert told["courses"] == 50
    assert "50 courses" in printed
    for method in (PLAIN, "EWMA", "EWMA, responders", ORACLE, US, US + OPENINGS):
        for rate in RATES:
            found = told["methods"][method][str(rate)]
            assert {"early", "far", "sensitivity", "alerts_per_month", "early_95"} < set(found)
            assert f"{found['early']:8.2f} ({found['false_per_month']:.3f}" in printed
    assert set(told["methods"][US]["0.05"]["by_kind"]) >= {"gradual", "step"}
    for method in (US, ORACLE):
        assert [of["night"] for of in told["forecasts"][method]] == [21, 42, 63]


def test_ours_stands_beside_the_best_rivals_and_the_oracle_each_in_its_own_way(run):
    told = run[1]["cohorts"]["A"]
    beside = {(of["rate"], of["method"], of["other"]): of for of in told["beside"]}
    for rate in RATES:
        for way in ("", OPENINGS):
            of = beside[rate, US + way, ORACLE + way]
            early = [told["methods"][name + way][str(rate)]["early"] for name in (US, ORACLE)]
            assert of["ratio"] == pytest.approx(early[0] / early[1], abs=1e-3)
            assert of["low"] <= of["ratio"] <= of["high"]
            rivals = {other for at, method, other in beside if (at, method) == (rate, US + way)}
            of_oracle = {other for at, method, other in beside if (at, method) == (rate, ORACLE + way)}
            assert of_oracle
            assert of_oracle == rivals - {ORACLE + way}


def test_the_stress_list_takes_the_thresholds_of_a_as_they_are(run):
    printed, numbers = run
    stress = numbers["stress"]
    assert stress["chosen_on"] == "A"
    assert len({rival.removesuffix(GATED) for rival in stress["rivals"]}) == 2
    of_a = numbers["cohorts"]["A"]["methods"]
    for row in stress["cohorts"]["A"]["rows"]:
        assert row["early"] == of_a[row["method"]][str(row["rate"])]["early"]
    assert {row["method"] for row in stress["cohorts"]["B"]["rows"]} >= {PLAIN, US, *stress["rivals"]}
    assert "fewer early than the plain rule" in printed
    beside = stress["cohorts"]["B"]["oracle"]
    assert [(row["method"], row["rate"]) for row in beside["rows"]] == [
        (method, rate) for method in (US, ORACLE) for rate in (0.05, 0.1)
    ]
    assert len(beside["pinball_days"]) == len(stress["cohorts"]["B"]["forecasts"]) == 3
    assert beside["courses"] == 5


def test_what_was_measured_says_when_and_of_which_detector(run):
    made = run[1]["made"]
    assert set(made) == {"cohorts", "bounds", "stress"}
    for of in made.values():
        assert of["on"].startswith("20")
        assert {"commit", "python", "numpy", "processor"} < set(of)


def test_no_course_serves_two_purposes():
    """Nothing is reported on that something was chosen on or learned from; nor do cohorts share people."""
    people = [
        courses.calibration("B", 30),
        courses.clinic("B"),
        courses.reported("B", 30, 3),
        courses.for_forecasts("B", 50),
        courses.reported("A", 30, 3),
        courses.reported("C", 30, 3),
    ]
    levels = np.concatenate([of.baseline_nrs for of in people])
    assert len(np.unique(levels)) == len(levels) == 30 + 200 + 90 + 50 + 90 + 90


@pytest.mark.parametrize("name", ["EWMA", US, ORACLE])
def test_a_method_is_scored_on_what_was_answered_and_never_on_the_truth(name):
    """Courses with other truths and the same answers ring on the same nights."""
    report = drawn("A", 30, [3])
    hidden = {name: getattr(report, name) for name in Cohort.__slots__}
    rng = np.random.default_rng(1)
    hidden |= {
        "relapse_day": rng.permutation(report.relapse_day),
        "relief": rng.random(report.relief.shape),
        "baseline_nrs": rng.uniform(5, 10, 30),
        "responder": ~report.responder,
        "kind": rng.permutation(report.kind),
    }
    seen, unseen = diary_of(report), diary_of(Cohort(**hidden))
    assert np.array_equal(seen.nrs, unseen.nrs, equal_nan=True)
    assert np.array_equal(seen.ratio, unseen.ratio, equal_nan=True)  # all that any rival is given
    ring = METHODS[name](chosen_on())
    told = [ring(of).entries for of in (report, Cohort(**hidden))]
    for first, second in zip(*told, strict=True):
        assert np.array_equal(first.alerts, second.alerts), name


def test_openings_alone_begin_with_the_same_alert_and_leave_out_its_rises():
    assessed = foresee(drawn("A", 60, [3]))
    with_rises, openings = (alerts_of(assessed, DEFAULT, rises=rises) for rises in (True, False))
    assert np.array_equal(with_rises.any(axis=1), openings.any(axis=1))
    assert np.array_equal(with_rises.argmax(axis=1), openings.argmax(axis=1))
    assert (with_rises.sum(axis=1) >= openings.sum(axis=1)).all()
    assert with_rises.sum() > 1.3 * openings.sum()


def test_ours_is_said_to_be_below_the_plain_rule_where_it_is():
    def row(method: str, early: float) -> dict[str, Any]:
        return {"method": method, "rate": 0.05, "early": early}

    found = below_the_plain_rule(
        {"A": [row(PLAIN, 0.1), row(US, 0.3)], "B": [row(PLAIN, 0.2), row(US, 0.1), row("EWMA", 0.0)]}
    )
    assert found == [("B", 0.05, US)]
