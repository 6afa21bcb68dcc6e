"""The part of the page that is about alerts: how early, how many, how often false, beside what."""

from collections.abc import Iterator
from typing import Final

from bench.detector.names import AS_SHIPPED, GATED, OPENINGS, ORACLE, OWN, PLAIN, RATES, US, US_LEARNED
from bench.detector.pictures import EARLY, Numbers, best_rival
from bench.detector.tables import paragraph, percent, table
from diary.domain.simulation.cohorts import COHORTS

RULE_RATE: Final = str(RATES[0])

_BESIDE: Final = (
    "How many times the best rival's early share ours is; the best is picked on these very courses."
)
_ORACLE: Final = "And beside the oracle, which is given the generator:"
_COURSES: Final = (
    "{courses:,} courses, {losses:,} losses, {early_losses:,} of them after day 28. Alerts and false "
    "alerts are those of a patient-month at risk."
)
_BY_KIND: Final = (
    "By kind of loss, 7 to 28 and 28 to 56 days ahead; and by how many days the first alert of a loss "
    "came before the plain rule's (the median of losses that both told), and how many losses the one or "
    "the other told alone."
)
_RIVALS: Final = "Early share in %, as published / gated. Each had twelve settings to choose from."


def sections(numbers: Numbers) -> Iterator[str]:
    """Each in its turn."""
    yield from _early(numbers["cohorts"])
    yield "## Alerts"
    for name, told in numbers["cohorts"].items():
        yield from _alerts(name, told)
    yield from _rivals(numbers["cohorts"])


def _early(cohorts: Numbers) -> Iterator[str]:
    yield "## Seen early"
    yield f"![Share of losses seen early by rate of false alerts, simulated patients]({EARLY})"
    yield paragraph(_BESIDE)
    yield table(
        ["cohort", "at", "best as published", "ours is", "best gated", "ours is", "its openings alone are"],
        [row for name, told in cohorts.items() for row in _compared(name, told)],
    )
    rows = [row for name, told in cohorts.items() for row in _of_oracle(name, told)]
    if rows:
        yield _ORACLE
        yield table(
            ["cohort", "at", "oracle", "ours is", "with its own prior", "oracle, first openings", "ours is"],
            rows,
        )


def _compared(name: str, told: Numbers) -> Iterator[list[str]]:
    beside = {(of["rate"], of["method"], of["other"]): of for of in told["beside"]}
    for rate in RATES:
        row = [name, f"{rate:.2f}"]
        for gated in (False, True):
            rival = best_rival(told, rate, gated=gated)
            row += [f"{rival} ({_share(told, rival, rate)})", _ratio(beside.get((rate, US, rival)))]
        yield [*row, _ratio(beside.get((rate, US + OPENINGS, rival)))]


def _of_oracle(name: str, told: Numbers) -> Iterator[list[str]]:
    beside = {(of["rate"], of["method"], of["other"]): of for of in told["beside"]}
    for rate in RATES if ORACLE in told["methods"] else ():
        yield [
            name,
            f"{rate:.2f}",
            _share(told, ORACLE, rate),
            _ratio(beside.get((rate, US, ORACLE))),
            _ratio(beside.get((rate, US_LEARNED, ORACLE))),
            _share(told, ORACLE + OPENINGS, rate),
            _ratio(beside.get((rate, US + OPENINGS, ORACLE + OPENINGS))),
        ]


def _share(told: Numbers, method: str, rate: float) -> str:
    return percent(told["methods"][method][str(rate)]["early"])


def _ratio(of: Numbers | None) -> str:
    return "" if of is None else f"{of['ratio']:.2f} ({of['low']:.2f} to {of['high']:.2f})"


def _alerts(name: str, told: Numbers) -> Iterator[str]:
    methods = told["methods"]
    rivals = [best_rival(told, RATES[0], gated=gated) for gated in (False, True)]
    ours = [of for of in (US, US_LEARNED, US + OPENINGS, US_LEARNED + OPENINGS) if of in methods]
    oracle = [of for of in (ORACLE, ORACLE + OPENINGS) if of in methods]
    rows = [_alert_row(told, of, str(rate), rate) for rate in RATES for of in (*ours, *oracle, *rivals)]
    rows += [_alert_row(told, of, RULE_RATE, None) for of in (US + AS_SHIPPED, PLAIN)]
    yield f"### {name}: {COHORTS[name].about}"
    yield paragraph(_COURSES.format(**told))
    yield table(["method", "at", "early", "seen", "28 to 56 days ahead", "alerts", "false"], rows)
    yield paragraph(_BY_KIND)
    yield table(
        [
            "at 0.05",
            "early, gradual",
            "early, step",
            "28 to 56, gradual",
            "28 to 56, step",
            "lead over the plain rule",
            "told by both",
            "alone",
        ],
        [_kind_row(told, of) for of in (*ours, US + AS_SHIPPED, *oracle, *rivals, PLAIN)],
    )


def _alert_row(told: Numbers, method: str, at: str, rate: float | None) -> list[str]:
    of = told["methods"][method][at]
    low, high = of["early_95"]
    return [
        method,
        "" if rate is None else f"{rate:.2f}",
        f"{percent(of['early'])} ({percent(low)} to {percent(high)})",
        percent(of["sensitivity"]),
        percent(of["far"]),
        f"{of['alerts_per_month']:.2f}",
        f"{of['false_per_month']:.3f}",
    ]


def _kind_row(told: Numbers, method: str) -> list[str]:
    of = told["methods"][method][RULE_RATE]
    kinds = [of["by_kind"].get(kind) for kind in ("gradual", "step")]
    early = [*(_kind_share(of) for of in kinds), *(percent(of.get("far")) if of else "" for of in kinds)]
    lead = of["lead_over_plain_rule"]
    if method == PLAIN or not lead:
        return [method, *early, "", "", ""]
    days = "" if lead["median_days"] is None else f"{lead['median_days']:.0f} days"
    return [method, *early, days, f"{lead['both']:,}", f"{lead['only_first']:,} and {lead['only_second']:,}"]


def _kind_share(of: Numbers | None) -> str:
    return "" if of is None else f"{percent(of['early'])} of {of['early_losses']:,}"


def _rivals(cohorts: Numbers) -> Iterator[str]:
    names = dict.fromkeys(
        method.removesuffix(GATED)
        for told in cohorts.values()
        for method in told["methods"]
        if method not in OWN
    )
    head = ["rival", *(f"{cohort}, {rate:.2f}" for rate in RATES for cohort in cohorts)]
    yield "## Rivals"
    yield _RIVALS
    yield table(
        head,
        [[name, *(_pair(told, name, rate) for rate in RATES for told in cohorts.values())] for name in names],
    )


def _pair(told: Numbers, rival: str, rate: float) -> str:
    of = [told["methods"].get(name, {}).get(str(rate)) for name in (rival, rival + GATED)]
    return " / ".join("" if one is None else f"{one['early'] * 100:.0f}" for one in of)
