"""How well a loss is foreseen, beside what somebody would use instead: `make bench-detector`.

For each named cohort one set of courses to choose thresholds and settings on, and others, of five seeds, to
report. Everything is simulated; nothing that was used to build the detector is reported on.

    make bench-detector ARGS="--cohorts A B C --courses 600 --seeds 5 --out numbers.json"

Goals at 0.05 false alerts a patient-month: early alerts (7 to 28 days ahead) 1.5 times the best rival's on A
and C, 1.2 times on B; never below the plain rule.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import config.one_thread  # noqa: F401 - before numpy

# isort: split
import numpy as np

from bench.detector import ours
from bench.detector.rivals.diary import diary_of, gated
from bench.detector.rivals.settings import RIVALS
from bench.detector.scoring import Bools, Score, bootstrap, score
from bench.detector.thresholds import Sweep, alerts_at, sweep
from config.priors import SHIPPED, Prior
from config.protocol import DEFAULT
from diary.domain.simulation.cohort import Cohort, simulate
from diary.domain.simulation.cohorts import COHORTS

RATES: Final = (0.05, 0.10, 0.20)
DAYS: Final = 180
CALIBRATION_SEED: Final = 7_001
FIRST_REPORT_SEED: Final = 9_001
BOOTSTRAP_ROUNDS: Final = 200
PLAIN: Final = "plain rule"
US: Final = "curves (ours)"
US_LEARNED: Final = "curves, the clinic's own prior"
# What the clinic's own prior is learned from: a clinic of this cohort, of other courses than any here.
CLINIC_SEED: Final = 8_001
CLINIC_COURSES: Final = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One method's alerts in the reported courses of one cohort, at one rate."""

    method: str
    rate: float
    alerts: Bools


def main() -> None:
    """Report the cohorts asked for."""
    asked = _asked()
    numbers: dict[str, Any] = {}
    for name in asked.cohorts:
        calibration = drawn(name, asked.courses, [CALIBRATION_SEED])
        report = drawn(name, asked.courses, range(FIRST_REPORT_SEED, FIRST_REPORT_SEED + asked.seeds))
        own = ours.learned(drawn(name, CLINIC_COURSES, [CLINIC_SEED]))
        entries = [
            *of_rivals(asked.rivals, calibration, report),
            *of_ours(US_LEARNED, own, calibration, report),
            *of_ours(US, SHIPPED, calibration, report),
        ]
        numbers[name] = tell(name, entries, report)
    if asked.out is not None:
        asked.out.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")


def drawn(name: str, courses: int, seeds: Sequence[int]) -> Cohort:
    """So many courses of each seed, in one."""
    parameters = COHORTS[name].parameters
    parts = [
        simulate(courses, rng=np.random.default_rng(seed), parameters=parameters, days=DAYS) for seed in seeds
    ]
    fields = {field: [getattr(part, field) for part in parts] for field in Cohort.__slots__}
    return Cohort(**{field: None if of[0] is None else np.concatenate(of) for field, of in fields.items()})


def of_rivals(names: Sequence[str], calibration: Cohort, report: Cohort) -> Iterator[Entry]:
    """Each rival with its best setting and threshold, as published and gated to responders."""
    plain = ours.alerts_of(ours.foresee(report, prior=None), DEFAULT)
    yield from (Entry(PLAIN, rate, plain) for rate in RATES)
    before, after = diary_of(calibration), diary_of(report)
    for name in names:
        settings = RIVALS[name]
        risks = [setting(before) for setting in settings]
        for gate in (False, True):
            told = f"{name}, responders" if gate else name
            sweeps = [sweep(gated(risk, before) if gate else risk, calibration) for risk in risks]
            for rate in RATES:
                place, threshold = best_setting(sweeps, rate)
                risk = settings[place](after)
                yield Entry(told, rate, alerts_at(gated(risk, after) if gate else risk, threshold))


def best_setting(sweeps: Sequence[Sweep], rate: float) -> tuple[int, float]:
    """The place of the setting with the most early alerts at this rate, and its threshold."""
    found = [of.at_most(rate) for of in sweeps]
    place = max(range(len(found)), key=lambda one: (found[one].early, -one))
    return place, found[place].threshold


def of_ours(method: str, prior: Prior, calibration: Cohort, report: Cohort) -> Iterator[Entry]:
    """The service's own, with its thresholds chosen on the calibration courses."""
    points = ours.operating_for(ours.foresee(calibration, prior=prior), calibration, RATES)
    assessed = ours.foresee(report, prior=prior)
    for rate, point in points.items():
        if point is None:
            yield Entry(method, rate, np.zeros(report.scores.shape, dtype=np.bool_))
        else:
            yield Entry(method, rate, ours.alerts_of(assessed, point.protocol))


def tell(name: str, entries: Sequence[Entry], cohort: Cohort) -> dict[str, Any]:
    """Print one cohort's table; what it says as numbers."""
    scores = {(entry.method, entry.rate): score(entry.alerts, cohort) for entry in entries}
    losses = next(iter(scores.values()))
    print(f"\nCohort {name}: {COHORTS[name].about}")
    print(f"{len(cohort.scores):,} courses, {losses.losses:,} losses, {losses.early_losses:,} after day 28")
    print(
        f"{'early alerts, 7-28 days ahead':32}" + "".join(f"   at {rate:.2f} (rate, seen)" for rate in RATES)
    )
    for method in dict.fromkeys(entry.method for entry in entries):
        print(f"{method:32}" + "".join(cell(scores[method, rate]) for rate in RATES))
    compared = {}
    for rate in RATES:
        not_rivals = (US, US_LEARNED, PLAIN)
        rivals = [entry for entry in entries if entry.rate == rate and entry.method not in not_rivals]
        mine = next(entry for entry in entries if entry.rate == rate and entry.method == US)
        for gate in (False, True):
            best = max(
                (one for one in rivals if one.method.endswith("responders") == gate),
                key=lambda one: scores[one.method, rate].early,
            )
            ratio = scores[US, rate].early / max(scores[best.method, rate].early, 1e-9)
            low, high = bootstrap(
                mine.alerts, best.alerts, cohort, name="early", rounds=BOOTSTRAP_ROUNDS, seed=1
            )
            print(f"  at {rate:.2f}: {ratio:.2f} times {best.method} (95 % {low:.2f} to {high:.2f})")
            compared[f"{rate} {best.method}"] = (ratio, low, high)
    return {
        "scores": {f"{method} {rate}": asdict(of) for (method, rate), of in scores.items()},
        "compared": compared,
    }


def cell(of: Score) -> str:
    """One method at one rate."""
    return f"   {of.early:8.2f} ({of.false_per_month:.3f}, {of.sensitivity:.2f})"


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cohorts", nargs="+", choices=[*COHORTS], default=["A", "B", "C"])
    parser.add_argument("--rivals", nargs="*", choices=[*RIVALS], default=[*RIVALS], help="(default all)")
    parser.add_argument("--courses", type=int, default=400, help="of each seed (default 400)")
    parser.add_argument("--seeds", type=int, default=5, help="to report on (default 5)")
    parser.add_argument("--out", type=Path, help="where the numbers go, as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
