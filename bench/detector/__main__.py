"""How well a loss is foreseen, beside what somebody would use instead: `make bench-detector`.

Cohorts A, B and C: settings and thresholds chosen on courses of each cohort, others, of five seeds, reported;
beside them an oracle that is given the generator. Then every named cohort, with the thresholds of A. All is
simulated; nothing that was used to build the detector is reported on.

    make bench-detector ARGS=--page                                  (and the page of figures anew)
    make bench-detector ARGS="--cohorts A --courses 600 --stress"    (no stress list)

Goals at 0.05 false alerts a patient-month: early alerts (7 to 28 days ahead) 1.5 times the best rival's on A
and C, 1.2 times on B; 90 % of the oracle's; never below the plain rule.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import config.one_thread  # noqa: F401 - before numpy

# isort: split
from bench.detector import courses, oracle, ours, page, report, stress
from bench.detector.forecasts import NIGHTS, ForecastScore, Foreseen, score_forecast
from bench.detector.methods import METHODS, Courses, Entry, Frozen, learned, shipped
from bench.detector.names import AS_SHIPPED, GATED, OPENINGS, PLAIN, US, US_LEARNED
from diary.domain.relapse.version import DETECTOR_VERSION
from diary.domain.simulation.cohort import Cohort
from diary.domain.simulation.cohorts import COHORTS

STRESS_CHOSEN_ON: Final = "A"


def main(arguments: Sequence[str] | None = None) -> None:
    """Report the cohorts asked for, and the stress list."""
    asked = _asked(arguments)
    numbers: dict[str, Any] = {"run": _run(asked), "cohorts": {}, "stress": {}}
    for name in asked.cohorts:
        chosen_on = Courses(
            calibration=courses.calibration(name, asked.calibration),
            clinic=courses.clinic(name),
            parameters=COHORTS[name].parameters,
            oracle_curves=asked.oracle_curves,
        )
        frozen = {method: METHODS[method](chosen_on) for method in asked.methods}
        numbers["cohorts"][name], entries = _of_cohort(name, frozen, chosen_on, asked)
        if name == STRESS_CHOSEN_ON and asked.stress:
            numbers["stress"] = _of_stress(frozen, stress.most_promising(entries), asked)
    if asked.out is not None:
        asked.out.write_text(report.written(numbers), encoding="utf-8")
    if asked.page:
        page.NUMBERS.write_text(report.written(numbers), encoding="utf-8")
        page.main()


def _of_cohort(
    name: str, frozen: Mapping[str, Frozen], chosen_on: Courses, asked: argparse.Namespace
) -> tuple[dict[str, Any], list[Entry]]:
    reported = courses.reported(name, asked.courses, asked.seeds)
    print(f"\nCohort {name}: {COHORTS[name].about}; {len(reported.scores):,} courses", flush=True)
    told = {method: ring(reported) for method, ring in frozen.items()}
    entries = [entry for of in told.values() for entry in of.entries]
    found = {"courses": len(reported.scores), **report.of_alerts(entries, reported)}
    usual = ruled(chosen_on.calibration)
    found["forecasts"] = {
        method: report.of_forecasts(method, scored(usual, Foreseen(reported, of.assessed)))
        for method, of in told.items()
        if of.assessed is not None
    }
    many = courses.for_forecasts(name, asked.forecasts)
    found["many"] = {"courses": len(many.scores)}
    for method, foresee in ((US, shipped(chosen_on)), (US_LEARNED, learned(chosen_on))):
        if method in told:
            nights = (Foreseen(many, foresee(many, night=night)) for night in NIGHTS)
            of_many = [score_forecast(night, usual, seen) for night, seen in zip(NIGHTS, nights, strict=True)]
            found["many"][method] = report.of_forecasts(f"{method}, {len(many.scores):,} others", of_many)
    return found, entries


def _of_stress(
    frozen: Mapping[str, Frozen], rivals: Sequence[str], asked: argparse.Namespace
) -> dict[str, Any]:
    used = {PLAIN, US, *(rival.removesuffix(GATED) for rival in rivals)} & frozen.keys()
    methods = [PLAIN, *rivals, US + OPENINGS, US, US + AS_SHIPPED]
    rows: dict[str, list[stress.Row]] = {}
    told: dict[str, Any] = {}
    for name in asked.stress:
        cohort = courses.reported(name, asked.courses, asked.seeds)
        print(f"\n{name}: {COHORTS[name].about}; thresholds of {STRESS_CHOSEN_ON}", flush=True)
        of_methods = {method: frozen[method](cohort) for method in used}
        rows[name] = [*stress.rows(cohort, of_methods.values(), methods)]
        seen = of_methods[US].assessed if US in of_methods else None
        nights = (
            []
            if seen is None
            else scored(ruled(courses.calibration(name, asked.calibration)), Foreseen(cohort, seen))
        )
        told[name] = stress.told_of(rows[name], [*nights], int((cohort.relapse_day > 0).sum()))
    below = stress.below_the_plain_rule(rows)
    print("\nfewer early than the plain rule:", *(below or ["nowhere"]))
    return {"chosen_on": STRESS_CHOSEN_ON, "rivals": rivals, "below_the_plain_rule": below, "cohorts": told}


def ruled(cohort: Cohort) -> Foreseen:
    """What the plain rule sees: the climate and who is at risk need no forecast."""
    return Foreseen(cohort, ours.foresee(cohort, prior=None))


def scored(calibration: Foreseen, report: Foreseen) -> Iterator[ForecastScore]:
    """The forecasts of the nights that are told."""
    for night in NIGHTS:
        yield score_forecast(night, calibration, report)


def _run(asked: argparse.Namespace) -> dict[str, Any]:
    """What it takes to do the same again."""
    return {
        "detector": DETECTOR_VERSION,
        "days": courses.DAYS,
        "courses_a_seed": asked.courses,
        "report_seeds": [courses.FIRST_REPORT_SEED + place for place in range(asked.seeds)],
        "calibration_courses": asked.calibration,
        "calibration_seed": courses.CALIBRATION_SEED,
        "clinic_courses": courses.CLINIC_COURSES,
        "clinic_seed": courses.CLINIC_SEED,
        "oracle_curves": asked.oracle_curves,
        "oracle_seed": oracle.SEED,
        "bootstrap_rounds": report.BOOTSTRAP_ROUNDS,
    }


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cohorts", nargs="+", choices=[*COHORTS], default=["A", "B", "C"])
    parser.add_argument("--methods", nargs="+", choices=[*METHODS], default=[*METHODS], help="(default all)")
    parser.add_argument("--courses", type=int, default=300, help="of each seed (default 300)")
    parser.add_argument("--seeds", type=int, default=5, help="to report on (default 5)")
    parser.add_argument("--calibration", type=int, default=600, help="courses to choose on (default 600)")
    parser.add_argument("--forecasts", type=int, default=5_000, help="courses for forecasts (default 5,000)")
    parser.add_argument("--oracle-curves", type=int, default=oracle.CURVES, help="that it weighs")
    parser.add_argument(
        "--stress", nargs="*", choices=[*COHORTS], default=[*COHORTS], help="with the thresholds of A (all)"
    )
    parser.add_argument("--quick", action="store_true", help="a few courses of each: to see that it runs")
    parser.add_argument("--out", type=Path, help="where the numbers go, as JSON")
    parser.add_argument("--page", action="store_true", help="write docs/explanation/detector_results.md anew")
    asked = parser.parse_args(arguments)
    if asked.quick:
        asked.courses, asked.seeds, asked.calibration = 25, 2, 30
        asked.forecasts, asked.oracle_curves = 50, 1_000
    return asked


if __name__ == "__main__":
    main()
