"""How well a loss is foreseen, beside what somebody would use instead: `make bench-detector`.

Cohorts A, B and C: settings and thresholds chosen on courses of each cohort, others, of five seeds, reported;
beside them an oracle that is given the generator. Then what bounds the goals that are not met, by a detector
that is told more and more; and every named cohort, with the thresholds of A. All is simulated; nothing that
was used to build the detector is reported on.

    make bench-detector ARGS=--page                                  (and the page of figures anew)
    make bench-detector ARGS="--page --parts stress"                 (this part; the others as they stand)
    make bench-detector ARGS="--cohorts A --courses 600 --parts cohorts"

Goals at 0.05 false alerts a patient-month: early alerts (7 to 28 days ahead) 1.5 times the best rival's on A
and C, 1.2 times on B; 90 % of the oracle's; never below the plain rule.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import config.one_thread  # noqa: F401 - before numpy

# isort: split
from bench.detector import bounds, courses, made, oracle, ours, page, report, stress
from bench.detector.forecasts import NIGHTS, ForecastScore, Foreseen, score_forecast
from bench.detector.methods import METHODS, Courses, Entry, Frozen, FrozenForecast, Told, learned, shipped
from bench.detector.names import AS_SHIPPED, GATED, OPENINGS, ORACLE, PLAIN, RATES, US, US_LEARNED
from bench.detector.pictures import best_rival
from bench.detector.scoring import first_rows
from diary.domain.relapse.version import DETECTOR_VERSION
from diary.domain.simulation.cohort import Cohort
from diary.domain.simulation.cohorts import COHORTS

STRESS_CHOSEN_ON: Final = "A"
PARTS: Final = ("cohorts", "bounds", "stress")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the parts asked for; the others stay as the page has them."""
    asked = _asked(arguments)
    numbers: dict[str, Any] = {"made": {}, "cohorts": {}, "bounds": {}, "stress": {}}
    if {*asked.parts} != {*PARTS}:
        numbers |= json.loads(page.NUMBERS.read_text("utf-8"))
    numbers["run"] = _run(asked)
    frozen: Mapping[str, Frozen] = {}
    promising: list[str] = numbers["stress"].get("rivals", [])
    if "cohorts" in asked.parts:
        numbers["cohorts"] = {}
        for name in asked.cohorts:
            chosen_on = _chosen_on(name, asked)
            of_cohort = {method: METHODS[method](chosen_on) for method in asked.methods}
            numbers["cohorts"][name], entries = _of_cohort(name, of_cohort, chosen_on, asked)
            if name == STRESS_CHOSEN_ON:
                promising, frozen = stress.most_promising(entries), of_cohort
    if "bounds" in asked.parts:
        numbers["bounds"] = {
            name: bounds.of_cohort(name, _bounded(name, asked), _best_of(told), asked.courses)
            for name, told in numbers["cohorts"].items()
            if name in bounds.COHORTS_BOUND
        }
    if "stress" in asked.parts and asked.stress:
        kept = numbers["stress"].get("cohorts", {})
        numbers["stress"] = _of_stress(promising, frozen, kept, asked)
    numbers["made"] |= dict.fromkeys(asked.parts, made.today())
    if asked.out is not None:
        asked.out.write_text(report.written(numbers), encoding="utf-8")
    if asked.page:
        page.NUMBERS.write_text(report.written(numbers), encoding="utf-8")
        page.main()


def _chosen_on(name: str, asked: argparse.Namespace) -> Courses:
    return Courses(
        calibration=courses.calibration(name, asked.calibration),
        clinic=courses.clinic(name),
        parameters=COHORTS[name].parameters,
        oracle_curves=asked.oracle_curves,
    )


def _bounded(name: str, asked: argparse.Namespace) -> Courses:
    return replace(_chosen_on(name, asked), oracle_curves=asked.few_oracle_curves)


def _best_of(told: Mapping[str, Any]) -> list[str]:
    return [best_rival(told, RATES[0], gated=gated) for gated in (False, True)]


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
    rivals: Sequence[str], frozen: Mapping[str, Frozen], kept: Mapping[str, Any], asked: argparse.Namespace
) -> dict[str, Any]:
    chosen_on = replace(_chosen_on(STRESS_CHOSEN_ON, asked), oracle_curves=asked.few_oracle_curves)
    used = {PLAIN, US, *(rival.removesuffix(GATED) for rival in rivals)} & {*asked.methods, PLAIN}
    frozen = {method: frozen.get(method) or METHODS[method](chosen_on) for method in used}
    with_oracle = METHODS[ORACLE](chosen_on) if ORACLE in asked.methods and asked.stress_oracle else None
    methods = [PLAIN, *rivals, US + OPENINGS, US, US + AS_SHIPPED]
    told: dict[str, Any] = {}
    for name in asked.stress:
        cohort = courses.reported(name, asked.courses, asked.seeds)
        print(f"\n{name}: {COHORTS[name].about}; thresholds of {STRESS_CHOSEN_ON}", flush=True)
        of_methods = {method: frozen[method](cohort) for method in used}
        rows = [*stress.rows(cohort, of_methods.values(), methods)]
        seen = of_methods[US].assessed if US in of_methods else None
        nights = (
            []
            if seen is None
            else scored(ruled(courses.calibration(name, asked.calibration)), Foreseen(cohort, seen))
        )
        told[name] = stress.told_of(rows, [*nights], int((cohort.relapse_day > 0).sum()))
        if isinstance(with_oracle, FrozenForecast) and oracle.knows(COHORTS[name].parameters):
            told[name]["oracle"] = _beside_the_oracle(name, cohort, of_methods.values(), with_oracle, asked)
    told = {name: {**kept, **told}[name] for name in COHORTS if name in kept or name in told}
    below = stress.below_the_plain_rule({name: of["rows"] for name, of in told.items()})
    print("\nfewer early than the plain rule:", *(below or ["nowhere"]))
    return {"chosen_on": STRESS_CHOSEN_ON, "rivals": rivals, "below_the_plain_rule": below, "cohorts": told}


def _beside_the_oracle(
    name: str, cohort: Cohort, told: Iterable[Told], chosen: FrozenForecast, asked: argparse.Namespace
) -> dict[str, Any]:
    part = first_rows(cohort, asked.stress_oracle)
    seen = oracle.foresee(part, COHORTS[name].parameters, curves=asked.few_oracle_curves)
    usual = ruled(courses.calibration(name, asked.calibration))
    pinball = [of.pinball_days for of in scored(usual, Foreseen(part, seen))]
    return {**stress.beside_the_oracle(cohort, told, chosen.told_of(seen)), "pinball_days": pinball}


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
        "bounds_courses": asked.courses * bounds.SEEDS,
        "bounds_rounds": bounds.ROUNDS,
        "few_oracle_curves": asked.few_oracle_curves,
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
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=[*PARTS], help="(default all)")
    parser.add_argument("--stress-oracle", type=int, default=300, help="courses of each for it (default 300)")
    parser.add_argument(
        "--few-oracle-curves",
        type=int,
        default=oracle.FEW_CURVES,
        help="there, and for what bounds the goals",
    )
    parser.add_argument("--quick", action="store_true", help="a few courses of each: to see that it runs")
    parser.add_argument("--out", type=Path, help="where the numbers go, as JSON")
    parser.add_argument("--page", action="store_true", help="write docs/explanation/detector_results.md anew")
    asked = parser.parse_args(arguments)
    if asked.quick:
        asked.courses, asked.seeds, asked.calibration = 25, 2, 30
        asked.forecasts, asked.oracle_curves = 50, 1_000
        asked.stress_oracle, asked.few_oracle_curves = 5, 300
    return asked


if __name__ == "__main__":
    main()
