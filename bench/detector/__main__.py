"""How well a loss is foreseen, beside what somebody would use instead: `make bench-detector`.

For each named cohort one set of courses to choose thresholds and settings on, and others, of five seeds, to
report. Everything is simulated; nothing that was used to build the detector is reported on.

    make bench-detector ARGS="--cohorts A B C --courses 600 --seeds 5 --out numbers.json"

Goals at 0.05 false alerts a patient-month: early alerts (7 to 28 days ahead) 1.5 times the best rival's on A
and C, 1.2 times on B; never below the plain rule.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import config.one_thread  # noqa: F401 - before numpy

# isort: split
import numpy as np

from bench.detector import ours, report
from bench.detector.forecasts import NIGHTS, ForecastScore, Foreseen, score_forecast
from bench.detector.methods import METHODS, US, US_LEARNED, Courses, learned, shipped
from config.priors import Prior
from diary.domain.simulation.cohort import Cohort, simulate
from diary.domain.simulation.cohorts import COHORTS

DAYS: Final = 180
CALIBRATION_SEED: Final = 7_001
FIRST_REPORT_SEED: Final = 9_001
# What the clinic's own prior is learned from: a clinic of this cohort, of other courses than any here.
CLINIC_SEED: Final = 8_001
CLINIC_COURSES: Final = 200


def main(arguments: Sequence[str] | None = None) -> None:
    """Report the cohorts asked for."""
    asked = _asked(arguments)
    numbers: dict[str, Any] = {}
    for name in asked.cohorts:
        courses = Courses(
            calibration=drawn(name, asked.calibration or asked.courses, [CALIBRATION_SEED]),
            report=drawn(name, asked.courses, range(FIRST_REPORT_SEED, FIRST_REPORT_SEED + asked.seeds)),
            clinic=drawn(name, CLINIC_COURSES, [CLINIC_SEED]),
        )
        print(f"\nCohort {name}: {COHORTS[name].about}; {len(courses.report.scores):,} courses")
        entries = [entry for method in asked.methods for entry in METHODS[method](courses)]
        numbers[name] = report.of_alerts(entries, courses.report)
        numbers[name]["forecasts"] = {
            method: report.of_forecasts(method, scored(courses, prior_of(courses)))
            for method, prior_of in ((US, shipped), (US_LEARNED, learned))
            if method in asked.methods
        }
    if asked.out is not None:
        asked.out.write_text(report.written(numbers), encoding="utf-8")


def drawn(name: str, courses: int, seeds: Sequence[int]) -> Cohort:
    """So many courses of each seed, in one."""
    parameters = COHORTS[name].parameters
    parts = [
        simulate(courses, rng=np.random.default_rng(seed), parameters=parameters, days=DAYS) for seed in seeds
    ]
    fields = {field: [getattr(part, field) for part in parts] for field in Cohort.__slots__}
    return Cohort(**{field: None if of[0] is None else np.concatenate(of) for field, of in fields.items()})


def scored(courses: Courses, prior: Prior) -> Iterator[ForecastScore]:
    """The forecasts of the nights that are told."""
    calibration = Foreseen(courses.calibration, ours.foresee(courses.calibration, prior=None))
    for night in NIGHTS:
        found = ours.foresee(courses.report, prior=prior, night=night)
        yield score_forecast(night, calibration, Foreseen(courses.report, found))


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cohorts", nargs="+", choices=[*COHORTS], default=["A", "B", "C"])
    parser.add_argument("--methods", nargs="+", choices=[*METHODS], default=[*METHODS], help="(default all)")
    parser.add_argument("--courses", type=int, default=400, help="of each seed (default 400)")
    parser.add_argument("--calibration", type=int, help="courses to choose on (default as --courses)")
    parser.add_argument("--seeds", type=int, default=5, help="to report on (default 5)")
    parser.add_argument("--out", type=Path, help="where the numbers go, as JSON")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
