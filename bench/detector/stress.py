"""What becomes of the detector where the patients are not those that its thresholds were chosen on.

Settings and thresholds are frozen on the calibration courses of cohort A, as a clinic would have them, and
held against every cohort: ours, the plain rule, and the two rivals that promised most where they were chosen.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from bench.detector.forecasts import ForecastScore
from bench.detector.methods import Entry, Told
from bench.detector.names import AS_SHIPPED, GATED, OPENINGS, OWN, PLAIN, STRESS_RATES, US
from bench.detector.scoring import Score, score
from diary.domain.simulation.cohort import Cohort

RIVALS: Final = 2
OURS: Final = (US, US + OPENINGS, US + AS_SHIPPED)


@dataclass(frozen=True, slots=True)
class Row:
    """One method in one cohort, at one rate chosen on A."""

    method: str
    rate: float
    false_per_month: float
    alerts_per_month: float
    sensitivity: float
    early: float
    far: float


def most_promising(entries: Sequence[Entry]) -> list[str]:
    """The rivals with the most early alerts where they were chosen, at the lower rate; each in one way."""
    rivals = [entry for entry in entries if entry.method not in OWN and entry.rate == STRESS_RATES[0]]
    rivals.sort(key=lambda entry: -entry.early_where_chosen)
    best: dict[str, str] = {}
    for entry in rivals:
        best.setdefault(entry.method.removesuffix(GATED), entry.method)
    return [*best.values()][:RIVALS]


def rows(cohort: Cohort, told: Iterable[Told], methods: Sequence[str]) -> Iterator[Row]:
    """The named ones of what methods had to say of a cohort."""
    entries = [entry for of in told for entry in of.entries]
    for method in methods:
        for entry in entries:
            if entry.method == method and entry.rate in STRESS_RATES:
                yield _row(entry, score(entry.alerts, cohort))


def _row(entry: Entry, found: Score) -> Row:
    figures = {name: of for name, of in asdict(found).items() if name in Row.__slots__}
    return Row(method=entry.method, rate=entry.rate, **figures)


def told_of(rows: Sequence[Row], forecasts: Sequence[ForecastScore], losses: int) -> dict[str, Any]:
    """Print one cohort of the list; the same as numbers."""
    for of in rows:
        print(
            f"  {of.method:36} at {of.rate:.2f}: early {of.early:.2f}, seen {of.sensitivity:.2f},"
            f" far ahead {of.far:.2f}, alerts {of.alerts_per_month:.3f}, false {of.false_per_month:.3f}"
        )
    for night in forecasts:
        chance = night.of_all
        print(
            f"  day {night.night}: 80 % intervals hold {night.ends.held:.2f},"
            f" Brier {chance.brier:.3f} (climate {chance.climate_brier:.3f})"
        )
    return {
        "losses": losses,
        "rows": [asdict(row) for row in rows],
        "forecasts": [
            {
                "night": night.night,
                "courses": night.of_all.courses,
                "ends": asdict(night.ends),
                "brier": night.of_all.brier,
                "climate_brier": night.of_all.climate_brier,
            }
            for night in forecasts
        ],
    }


def below_the_plain_rule(rows: Mapping[str, Sequence[Row]]) -> list[tuple[str, float, str]]:
    """Cohort, rate and way of every case in which ours sees fewer losses early than the plain rule."""
    below = []
    for cohort, of in rows.items():
        plain = {row.rate: row.early for row in of if row.method == PLAIN}
        below += [
            (cohort, row.rate, row.method)
            for row in of
            if row.method in OURS and row.rate in plain and row.early < plain[row.rate]
        ]
    return below
