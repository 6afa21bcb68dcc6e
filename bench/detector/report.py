"""What the alerts and forecasts of one cohort came to: tables to read, and the same as numbers."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from bench.detector.forecasts import ForecastScore
from bench.detector.methods import Entry
from bench.detector.names import GATED, OPENINGS, ORACLE, OWN, PLAIN, RATES, US, US_LEARNED
from bench.detector.scoring import Bools, Score, bootstrap, by_kind, lead_over, score
from diary.domain.simulation.cohort import Cohort

BOOTSTRAP_ROUNDS: Final = 200
DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Beside:
    """The early share of one method over another's, with its 95 % interval over patients."""

    rate: float
    method: str
    other: str
    ratio: float
    low: float
    high: float


def of_alerts(entries: Sequence[Entry], cohort: Cohort) -> dict[str, Any]:
    """Print how early the methods are; what is said of them as numbers."""
    scores = {(entry.method, entry.rate): score(entry.alerts, cohort) for entry in entries}
    found = next(iter(scores.values()))
    _print_early(scores)
    beside = [*_beside(entries, scores, cohort)]
    for one in beside:
        ratio = f"{one.ratio:.2f} times {one.other} (95 % {one.low:.2f} to {one.high:.2f})"
        print(f"  at {one.rate:.2f}: {one.method} {ratio}")
    in_full = OWN | {one.other for one in beside}
    plain = next((entry.alerts for entry in entries if entry.method == PLAIN), None)
    methods: dict[str, Any] = {}
    for entry in entries:
        told = _numbers(entry, scores[entry.method, entry.rate], cohort)
        if entry.method in in_full:
            told |= _in_full(entry, plain, cohort)
        methods.setdefault(entry.method, {})[str(entry.rate)] = told
    return {
        "losses": found.losses,
        "early_losses": found.early_losses,
        "methods": methods,
        "beside": [asdict(one) for one in beside],
    }


def _numbers(entry: Entry, found: Score, cohort: Cohort) -> dict[str, Any]:
    between = bootstrap(entry.alerts, None, cohort, name="early", rounds=BOOTSTRAP_ROUNDS, seed=1)
    counts = ("losses", "early_losses")
    figures = {name: of for name, of in asdict(found).items() if name not in counts}
    return {**figures, "early_95": between, "chosen": entry.chosen}


def _in_full(entry: Entry, plain: Bools | None, cohort: Cohort) -> dict[str, Any]:
    return {
        "by_kind": {kind: asdict(of) for kind, of in by_kind(entry.alerts, cohort).items()},
        "lead_over_plain_rule": None if plain is None else asdict(lead_over(entry.alerts, plain, cohort)),
    }


def _print_early(scores: dict[tuple[str, float], Score]) -> None:
    losses = next(iter(scores.values()))
    print(f"{losses.losses:,} losses, {losses.early_losses:,} after day 28")
    print(f"{'early alerts, 7-28 days ahead':48}", end="")
    print("".join(f"   at {rate:.2f} (rate, seen)" for rate in RATES))
    for method in dict.fromkeys(method for method, _ in scores):
        print(f"{method:48}" + "".join(_cell(scores[method, rate]) for rate in RATES))


def _cell(of: Score) -> str:
    return f"   {of.early:8.2f} ({of.false_per_month:.3f}, {of.sensitivity:.2f})"


def _beside(
    entries: Sequence[Entry], scores: dict[tuple[str, float], Score], cohort: Cohort
) -> Iterator[Beside]:
    """Each of ours beside the rivals that are best in these very courses, and beside the oracle.

    The oracle stands beside the rivals too: no forecast with this policy can be asked to be better than it.
    """
    alerts = {(entry.method, entry.rate): entry.alerts for entry in entries}
    for rate in RATES:
        best = [*_best_rivals(scores, rate)]
        for forecast in (US, US_LEARNED, ORACLE):
            for openings in ("", OPENINGS):
                mine = (forecast + openings, rate)
                for other in (*best, *([] if forecast == ORACLE else [ORACLE + openings])):
                    theirs = (other, rate)
                    if mine not in scores or theirs not in scores or not scores[theirs].early:
                        continue
                    each: dict[str, Any] = {"name": "early", "rounds": BOOTSTRAP_ROUNDS, "seed": 1}
                    low, high = bootstrap(alerts[mine], alerts[theirs], cohort, **each)
                    yield Beside(rate, mine[0], other, scores[mine].early / scores[theirs].early, low, high)


def _best_rivals(scores: dict[tuple[str, float], Score], rate: float) -> Iterator[str]:
    """As published, and gated."""
    for gate in (False, True):
        rivals = [
            name for name, at in scores if at == rate and name not in OWN and name.endswith(GATED) == gate
        ]
        if rivals:
            yield max(rivals, key=lambda name: scores[name, rate].early)


def of_forecasts(name: str, scored: Iterable[ForecastScore]) -> list[dict[str, Any]]:
    """Print what a forecast is worth; the same as numbers."""
    print(f"forecasts of {name}: Brier score of the 28-day chance (of the climate), 80 % intervals that hold")
    numbers = []
    for of in scored:
        held = of.intervals
        print(
            f"  day {of.night}: all {of.of_all.brier:.3f} ({of.of_all.climate_brier:.3f})"
            f"   at risk {of.at_risk.brier:.3f} ({of.at_risk.climate_brier:.3f})"
            f"   closed {held.closed_held:.2f} of {held.closed}, open {held.open_held:.2f} of {held.open},"
            f" all {held.held:.2f}, both ends leave {of.ends.held:.2f}"
            f"   pinball {_days(of.pinball_days)} days ({_days(of.climate_pinball_days)})"
        )
        numbers.append(asdict(of))
    return numbers


def _days(losses: Iterable[float]) -> str:
    return " ".join(f"{loss:.1f}" for loss in losses)


def written(numbers: dict[str, Any]) -> str:
    """As JSON, which knows no number that is none; six decimals are more than the courses bear out."""
    return json.dumps(_plain(numbers), indent=1, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(of) for key, of in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(of) for of in value]
    if isinstance(value, float):
        return round(value, DIGITS) if math.isfinite(value) else None
    return value
