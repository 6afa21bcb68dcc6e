"""What the alerts and forecasts of one cohort came to: tables to read, and the same as numbers."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Final

from bench.detector.forecasts import ForecastScore
from bench.detector.methods import GATED, PLAIN, RATES, US, US_LEARNED, Entry
from bench.detector.scoring import Score, bootstrap, by_kind, lead_over, score
from diary.domain.simulation.cohort import Cohort

BOOTSTRAP_ROUNDS: Final = 200


def of_alerts(entries: Sequence[Entry], cohort: Cohort) -> dict[str, Any]:
    """Print how early the methods are; what is said of them as numbers."""
    plain = next((entry.alerts for entry in entries if entry.method == PLAIN), None)
    scores = {(entry.method, entry.rate): score(entry.alerts, cohort) for entry in entries}
    _print_early(scores)
    return {
        "scores": {
            f"{entry.method} {entry.rate}": {
                **asdict(scores[entry.method, entry.rate]),
                "chosen": entry.chosen,
                "early_95": bootstrap(
                    entry.alerts, None, cohort, name="early", rounds=BOOTSTRAP_ROUNDS, seed=1
                ),
                "by_kind": {kind: asdict(of) for kind, of in by_kind(entry.alerts, cohort).items()},
                "lead_over_plain_rule": None
                if plain is None
                else asdict(lead_over(entry.alerts, plain, cohort)),
            }
            for entry in entries
        },
        "compared": _compared(entries, scores, cohort),
    }


def _print_early(scores: dict[tuple[str, float], Score]) -> None:
    losses = next(iter(scores.values()))
    print(f"{losses.losses:,} losses, {losses.early_losses:,} after day 28")
    print(f"{'early alerts, 7-28 days ahead':32}", end="")
    print("".join(f"   at {rate:.2f} (rate, seen)" for rate in RATES))
    for method in dict.fromkeys(method for method, _ in scores):
        print(f"{method:32}" + "".join(_cell(scores[method, rate]) for rate in RATES))


def _cell(of: Score) -> str:
    return f"   {of.early:8.2f} ({of.false_per_month:.3f}, {of.sensitivity:.2f})"


def _compared(
    entries: Sequence[Entry], scores: dict[tuple[str, float], Score], cohort: Cohort
) -> dict[str, Any]:
    """Ours beside the best rival of those courses, as published and gated."""
    compared: dict[str, Any] = {}
    for mine in (entry for entry in entries if entry.method == US):
        rate = mine.rate
        for gate in (False, True):
            rivals = [
                entry
                for entry in entries
                if entry.rate == rate
                and entry.method not in (US, US_LEARNED, PLAIN)
                and entry.method.endswith(GATED) == gate
            ]
            if not rivals:
                continue
            best = max(rivals, key=lambda one: scores[one.method, rate].early)
            if not scores[best.method, rate].early:
                continue
            ratio = scores[US, rate].early / scores[best.method, rate].early
            low, high = bootstrap(
                mine.alerts, best.alerts, cohort, name="early", rounds=BOOTSTRAP_ROUNDS, seed=1
            )
            print(f"  at {rate:.2f}: {ratio:.2f} times {best.method} (95 % {low:.2f} to {high:.2f})")
            compared[f"{rate} {best.method}"] = (ratio, low, high)
    return compared


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
            f" all {held.held:.2f}, before {held.before:.2f}"
            f"   pinball {_days(of.pinball_days)} days ({_days(of.climate_pinball_days)})"
        )
        numbers.append(asdict(of))
    return numbers


def _days(losses: Iterable[float]) -> str:
    return " ".join(f"{loss:.1f}" for loss in losses)


def written(numbers: dict[str, Any]) -> str:
    """As JSON, which knows no number that is none."""
    return json.dumps(_finite(numbers), indent=1, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(of) for key, of in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(of) for of in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
