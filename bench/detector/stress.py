"""What becomes of the detector where the patients are not those that its thresholds were chosen on.

Settings and thresholds are frozen on the calibration courses of cohort A, as a clinic would have them, and
held against every cohort: ours, the plain rule, and the two rivals that promised most where they were chosen.
Beside them, in some of the courses, an oracle that is given each cohort's own generator, with the thresholds
that were chosen for it on A; those whose days are missing for a reason, or that are not first courses, it was
never told of.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from bench.detector.forecasts import ForecastScore
from bench.detector.methods import Entry, Told
from bench.detector.names import AS_SHIPPED, GATED, OPENINGS, ORACLE, OWN, PLAIN, STRESS_RATES, US
from bench.detector.scoring import Lead, Score, bootstrap, first_rows, lead_over, score
from diary.domain.simulation.cohort import Cohort

RIVALS: Final = 2
BOOTSTRAP_ROUNDS: Final = 200
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
    lead_days: float
    """By how much sooner than the plain rule it told a loss, in the median of those that both told."""


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
    plain = next(entry.alerts for entry in entries if entry.method == PLAIN)
    for method in methods:
        for entry in entries:
            if entry.method == method and entry.rate in STRESS_RATES:
                yield _row(entry, score(entry.alerts, cohort), lead_over(entry.alerts, plain, cohort))


def _row(entry: Entry, found: Score, lead: Lead) -> Row:
    figures = {name: of for name, of in asdict(found).items() if name in Row.__slots__}
    return Row(method=entry.method, rate=entry.rate, lead_days=lead.median_days, **figures)


def beside_the_oracle(cohort: Cohort, told: Iterable[Told], of_oracle: Told) -> dict[str, Any]:
    """Ours in the courses that the oracle looked at, the first of the cohort, and the oracle; as numbers."""
    n = len(of_oracle.entries[0].alerts)
    part = first_rows(cohort, n)
    cut = [Told([replace(entry, alerts=entry.alerts[:n]) for entry in of.entries]) for of in told]
    both = [*rows(part, [*cut, of_oracle], [US, ORACLE])]
    mine, most = (
        next(entry.alerts for entry in entries if (entry.method, entry.rate) == (method, STRESS_RATES[0]))
        for method, entries in (
            (US, [entry for of in cut for entry in of.entries]),
            (ORACLE, of_oracle.entries),
        )
    )
    between = bootstrap(mine, most, part, name="early", rounds=BOOTSTRAP_ROUNDS, seed=1)
    for of in both:
        print(
            f"  of {n}: {of.method:28} at {of.rate:.2f}: early {of.early:.2f}, false {of.false_per_month:.3f}"
        )
    return {"courses": n, "rows": [asdict(row) for row in both], "ratio_95": between}


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
                "pinball_days": night.pinball_days,
                "climate_pinball_days": night.climate_pinball_days,
            }
            for night in forecasts
        ],
    }


def below_the_plain_rule(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[tuple[str, float, str]]:
    """Cohort, rate and way of every case in which ours sees fewer losses early than the plain rule."""
    below = []
    for cohort, of in rows.items():
        plain = {row["rate"]: row["early"] for row in of if row["method"] == PLAIN}
        below += [
            (cohort, row["rate"], row["method"])
            for row in of
            if row["method"] in OURS and row["rate"] in plain and row["early"] < plain[row["rate"]]
        ]
    return below
