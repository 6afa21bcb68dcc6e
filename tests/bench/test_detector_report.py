"""The benchmark runs from its command line, and what it writes is what it printed."""

import json
from dataclasses import fields

import numpy as np
import pytest

from bench.detector.__main__ import CALIBRATION_SEED, FIRST_REPORT_SEED, drawn, main
from bench.detector.methods import METHODS, PLAIN, RATES, US, Courses
from bench.detector.rivals.diary import diary_of
from bench.detector.scoring import Score
from diary.domain.simulation.cohort import Cohort


def test_the_benchmark_prints_a_table_and_writes_its_numbers(tmp_path, capsys):
    out = tmp_path / "numbers.json"
    sizes = ("--cohorts", "A", "--courses", "60", "--seeds", "2")
    main([*sizes, "--methods", PLAIN, "EWMA", US, "--out", str(out)])
    printed = capsys.readouterr().out
    told = json.loads(out.read_text(encoding="utf-8"), parse_constant=pytest.fail)["A"]
    assert "120 courses" in printed
    for method in (PLAIN, "EWMA", "EWMA, responders", US):
        for rate in RATES:
            found = told["scores"][f"{method} {rate}"]
            assert {field.name for field in fields(Score)} < set(found)
            assert f"{found['early']:8.2f} ({found['false_per_month']:.3f}" in printed
    assert [of["night"] for of in told["forecasts"][US]] == [21, 42, 63]


def test_no_course_is_reported_on_that_a_threshold_was_chosen_on():
    calibration = drawn("A", 30, [CALIBRATION_SEED])
    report = drawn("A", 30, range(FIRST_REPORT_SEED, FIRST_REPORT_SEED + 5))
    assert len(report.scores) == 150
    seen = {row.tobytes() for row in calibration.scores}
    assert not seen & {row.tobytes() for row in report.scores}


def test_what_a_method_chooses_does_not_depend_on_the_courses_reported():
    calibration, clinic = drawn("A", 60, [1]), drawn("A", 20, [2])
    reports = [drawn("A", 40, [3]), drawn("A", 40, [4])]
    for name in ("EWMA", US):
        chosen = [
            [(entry.rate, entry.chosen) for entry in METHODS[name](Courses(calibration, report, clinic))]
            for report in reports
        ]
        assert chosen[0] == chosen[1]


def test_a_method_is_scored_on_what_was_answered_and_never_on_the_truth():
    """Courses with other truths and the same answers ring on the same nights."""
    calibration, clinic, report = drawn("A", 60, [1]), drawn("A", 20, [2]), drawn("A", 40, [3])
    hidden = {name: getattr(report, name) for name in Cohort.__slots__}
    rng = np.random.default_rng(1)
    hidden |= {
        "relapse_day": rng.permutation(report.relapse_day),
        "relief": rng.random(report.relief.shape),
        "baseline_nrs": rng.uniform(5, 10, 40),
        "responder": ~report.responder,
        "kind": rng.permutation(report.kind),
    }
    seen, unseen = diary_of(report), diary_of(Cohort(**hidden))
    assert np.array_equal(seen.nrs, unseen.nrs, equal_nan=True)
    assert np.array_equal(seen.ratio, unseen.ratio, equal_nan=True)  # all that any rival is given
    for name in (PLAIN, "EWMA", US):
        told = [METHODS[name](Courses(calibration, of, clinic)) for of in (report, Cohort(**hidden))]
        for first, second in zip(*told, strict=True):
            assert np.array_equal(first.alerts, second.alerts), name
