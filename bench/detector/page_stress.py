"""The part of the page that is about the stress list: every cohort, with the thresholds of one."""

from collections.abc import Iterator
from typing import Final

from bench.detector.ends import of_all
from bench.detector.names import AS_SHIPPED, FALSE_PER_MONTH, OPENINGS, ORACLE, PLAIN, STRESS_RATES, US
from bench.detector.pictures import STRESS, Numbers, row_of
from bench.detector.tables import held, paragraph, table
from diary.domain.simulation.cohorts import COHORTS

_FROZEN: Final = (
    "Every named cohort, with the settings and thresholds of cohort {chosen_on} as they are, since a "
    "clinic would not know better: ours, the plain rule, and the two rivals that promised most where "
    "they were chosen. **Fewer losses seen early than by the plain rule: {where}.**"
)
_CHANCES: Final = (
    "The chance of a loss within 28 days: mean squared error, and in brackets that of the cohort's own "
    "climate, which no clinic is told. **Worse than that climate: {worse}.** Then 80 % intervals of the loss "
    "day that hold it, of the three days together, and in brackets the misses at either end; and the pinball "
    "loss of the loss day at 50 %, in days, with the climate's in brackets, on each of the three days."
)
_ORACLE: Final = (
    "Beside an oracle that is given each cohort's own generator, {curves:,} draws of it, with the "
    "thresholds that were chosen for it on {chosen_on}: in the first {courses:,} courses of each. "
    "Intervals are 95 % over patients. It was never told of days missing for a reason, of second courses "
    "and boosters, constant answers or another drug."
)
_RATES: Final = (
    "With the thresholds for 0.05 / 0.10 false alerts a patient-month in cohort {chosen_on}; shares in %, "
    "alerts and false alerts a patient-month at risk. The lead is by how many days an alert came before "
    "the plain rule's, in the median of the losses that both told. **More than {most} false ones as "
    "shipped: {over}.**"
)


def sections(stress: Numbers, curves: int) -> Iterator[str]:
    """Each in its turn."""
    cohorts = stress["cohorts"]
    below = [
        f"{name}, {_below(cohorts[name], rate, method)}"
        for name, rate, method in stress["below_the_plain_rule"]
    ]
    days = [f"day {of['night']}" for of in next(iter(cohorts.values()))["forecasts"]]
    methods = [PLAIN, *stress["rivals"], US + OPENINGS, US, US + AS_SHIPPED]
    yield "## Patients that thresholds were not chosen on"
    yield f"![Share of losses seen early in every cohort, simulated patients]({STRESS})"
    yield paragraph(_FROZEN.format(chosen_on=stress["chosen_on"], where="; ".join(below) or "nowhere"))
    yield paragraph(_CHANCES.format(worse="; ".join(_worse(cohorts)) or "nowhere"))
    yield table(
        ["cohort", "what it is", "losses", *days, "80 % intervals", "pinball, 50 %"],
        [_forecast_row(name, told) for name, told in cohorts.items()],
    )
    over = "; ".join(_over(cohorts)) or "nowhere"
    yield paragraph(_RATES.format(chosen_on=stress["chosen_on"], most=FALSE_PER_MONTH, over=over))
    yield table(
        ["cohort", "method", "early", "seen", "28 to 56 days ahead", "alerts", "false", "lead, days"],
        [_stress_row(name, told, method) for name, told in cohorts.items() for method in methods],
    )
    beside = {name: told["oracle"] for name, told in cohorts.items() if "oracle" in told}
    if beside:
        yield from _beside_the_oracle(beside, stress["chosen_on"], curves)


def _below(told: Numbers, rate: float, method: str) -> str:
    ours, plain = (row_of(told, of, rate)["early"] for of in (method, PLAIN))
    return f"{method} at {rate:.2f} ({ours * 100:.1f} % against {plain * 100:.1f} %)"


def _worse(cohorts: Numbers) -> Iterator[str]:
    """The cohorts of which somebody who knew their share of losses would have said better."""
    for name, told in cohorts.items():
        days = [f"{of['night']}" for of in told["forecasts"] if of["brier"] > of["climate_brier"]]
        if days:
            yield f"{name} on day {', '.join(days)}"


def _over(cohorts: Numbers) -> Iterator[str]:
    """The cohorts that are rung falsely more often than a clinic should be."""
    for name, told in cohorts.items():
        false = row_of(told, US + AS_SHIPPED, STRESS_RATES[0])["false_per_month"]
        if false > FALSE_PER_MONTH:
            yield f"{name} ({false:.3f})"


def _forecast_row(name: str, told: Numbers) -> list[str]:
    briers = [f"{of['brier']:.3f} ({of['climate_brier']:.3f})" for of in told["forecasts"]]
    ends = of_all(night["ends"] for night in told["forecasts"])
    middle = ", ".join(
        f"{of['pinball_days'][1]:.1f} ({of['climate_pinball_days'][1]:.1f})"
        for of in told["forecasts"]
        if "pinball_days" in of
    )
    return [name, COHORTS[name].about, f"{told['losses']:,}", *briers, held(ends), middle]


def _stress_row(name: str, told: Numbers, method: str) -> list[str]:
    rows = [row_of(told, method, rate) for rate in STRESS_RATES]
    shares = [" / ".join(f"{row[of] * 100:.0f}" for row in rows) for of in ("early", "sensitivity", "far")]
    alerts = " / ".join(f"{row['alerts_per_month']:.2f}" for row in rows)
    false = " / ".join(f"{row['false_per_month']:.3f}" for row in rows)
    lead = " / ".join(_days(row.get("lead_days")) for row in rows)
    cells = [*shares, alerts, false, "" if method == PLAIN else lead]
    if method in (PLAIN, US + AS_SHIPPED):  # no threshold to choose
        cells = [cell.partition(" / ")[0] for cell in cells]
    return [name, method, *cells]


def _days(lead: float | None) -> str:
    return "" if lead is None else f"{lead:.0f}"


def _beside_the_oracle(beside: Numbers, chosen_on: str, curves: int) -> Iterator[str]:
    each = next(iter(beside.values()))
    yield paragraph(_ORACLE.format(curves=curves, chosen_on=chosen_on, courses=each["courses"]))
    yield table(
        [
            "cohort",
            "oracle, early",
            "false",
            "lead, days",
            "pinball, 50 %",
            "ours, early",
            "false",
            "ours is, at 0.05",
        ],
        [_oracle_row(name, of) for name, of in beside.items()],
    )


def _oracle_row(name: str, of: Numbers) -> list[str]:
    most, ours = ([row_of(of, method, rate) for rate in STRESS_RATES] for method in (ORACLE, US))
    ratio = ours[0]["early"] / most[0]["early"] if most[0]["early"] else None
    low, high = of["ratio_95"]
    return [
        name,
        *_early_and_false(most),
        " / ".join(_days(row["lead_days"]) for row in most),
        ", ".join(f"{days[1]:.1f}" for days in of["pinball_days"]),
        *_early_and_false(ours),
        "" if ratio is None or low is None or high is None else f"{ratio:.2f} ({low:.2f} to {high:.2f})",
    ]


def _early_and_false(rows: list[Numbers]) -> list[str]:
    return [
        " / ".join(f"{row['early'] * 100:.0f}" for row in rows),
        " / ".join(f"{row['false_per_month']:.3f}" for row in rows),
    ]
