"""The part of the page that says which goals are met, and what bounds those that are not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from bench.detector.ends import Ends, of_all
from bench.detector.names import (
    AS_SHIPPED,
    FALSE_PER_MONTH,
    GATED,
    OPENINGS,
    ORACLE,
    PLAIN,
    RATES,
    US,
    US_LEARNED,
)
from bench.detector.pictures import Numbers, best_rival
from bench.detector.tables import as_they_come, paragraph, percent, table

# How many times the best rival's early share ours should be, at the lowest rate of false alerts.
TIMES_BEST: Final = {"A": 1.5, "B": 1.2, "C": 1.5}
OF_ORACLE: Final = 0.9
HELD: Final = (0.77, 0.83)
# Which prior a cohort's forecasts are to be good with.
PRIORS: Final = (("A", US), ("B", US_LEARNED))

_INTRO: Final = (
    "A goal is met where the figure itself reaches it; 95 % intervals over patients stand in brackets. "
    "Early shares are at {rate:.2f}. What bounds a figure is what the oracle comes to: it is given all that "
    "the patients were drawn from, and has the same policy. Its forecasts are of the alerts' courses, which "
    "are others than those that the forecasts' goals are measured on: beside them stands what ours comes to "
    'there. "As they come" is told [below](#forecasts).'
)
_BOUND: Final = (
    "In {name} the oracle sees {gradual} early of the losses that came gradually and {step} of the sudden "
    "ones, which are {steps:,} of {losses:,}; ours sees {ours_gradual} and {ours_step}."
)


@dataclass(frozen=True, slots=True)
class Goal:
    """One line: what was wanted of which cohort, what came, and what bounds it."""

    goal: str
    cohort: str
    measured: str
    met: bool
    bound: str


def sections(numbers: Numbers) -> Iterator[str]:
    """The table of goals, and why some losses cannot be seen."""
    yield "## Goals"
    yield paragraph(_INTRO.format(rate=RATES[0]))
    yield table(
        ["goal", "cohort", "measured", "", "what bounds it"],
        [
            [of.goal, of.cohort, of.measured, "met" if of.met else "**not met**", of.bound]
            for of in goals(numbers)
        ],
    )
    bounds = [_bound(name, told["methods"]) for name, told in numbers["cohorts"].items()]
    yield paragraph(" ".join(bounds))


def goals(numbers: Numbers) -> list[Goal]:
    """All of them."""
    cohorts = numbers["cohorts"]
    found = [goal for name, told in cohorts.items() for goal in _times_best(name, told)]
    found += [goal for name, told in cohorts.items() for goal in _of_oracle(name, told)]
    found += [_never_below_the_plain_rule(cohorts), *_never_below_in_stress(numbers["stress"])]
    found += [_held(name, prior, cohorts[name]) for name, prior in PRIORS if name in cohorts]
    found += [_brier(name, prior, cohorts[name]) for name, prior in PRIORS if name in cohorts]
    found += [_false_as_shipped(name, told["methods"]) for name, told in cohorts.items()]
    return found


def _times_best(name: str, told: Numbers) -> Iterator[Goal]:
    for gated in (False, True):
        rival = best_rival(told, RATES[0], gated=gated)
        ours, most = _beside(told, US, rival), _beside(told, ORACLE, rival)
        yield Goal(
            f"{TIMES_BEST[name]} times as many early as the best rival{', gated' if gated else ''}",
            name,
            f"{_ratio(ours)} times {rival.removesuffix(GATED)}",
            ours["ratio"] >= TIMES_BEST[name],
            f"oracle: {_ratio(most)}{_room(ours['ratio'], most['ratio'], TIMES_BEST[name])}",
        )


def _room(ours: float, most: float, wanted: float) -> str:
    """What a goal that is not met would take of all that could be had."""
    if ours >= wanted:
        return ""
    if most < wanted:
        return "; it misses the goal too"
    return f"; the goal is {percent(wanted / most)} of that, ours {percent(ours / most)}"


def _of_oracle(name: str, told: Numbers) -> Iterator[Goal]:
    most = told["methods"][ORACLE][str(RATES[0])]["early"]
    for method in (US, US_LEARNED):
        of = _beside(told, method, ORACLE)
        yield Goal(
            f"{percent(OF_ORACLE)} of the oracle's early share{_prior_of(method)}",
            name,
            f"{of['ratio'] * 100:.1f} % ({percent(of['low'])} to {percent(of['high'])})",
            of["ratio"] >= OF_ORACLE,
            f"oracle: {percent(most)} of losses",
        )


def _never_below_the_plain_rule(cohorts: Numbers) -> Goal:
    below, cases = [], 0
    for name, told in cohorts.items():
        plain = told["methods"][PLAIN]
        for method in (US, US + OPENINGS, US_LEARNED, US_LEARNED + OPENINGS, US + AS_SHIPPED):
            for rate, of in told["methods"][method].items():
                cases += 1
                if of["early"] < plain[rate]["early"]:
                    below.append(f"{method} in {name} at {rate}")
    rule = ", ".join(
        f"{percent(told['methods'][PLAIN][str(RATES[0])]['early'])} in {name}"
        for name, told in cohorts.items()
    )
    return Goal(
        "never fewer early than the plain rule, at any rate",
        ", ".join(cohorts),
        _cases(below, cases),
        not below,
        f"the plain rule: {rule}",
    )


def _never_below_in_stress(stress: Numbers) -> Iterator[Goal]:
    """As the service alerts; first openings alone stand in the section of the stress list."""
    if stress:
        of_service = (US, US + AS_SHIPPED)
        below = [
            f"{method} in {name} at {rate}"
            for name, rate, method in stress["below_the_plain_rule"]
            if method in of_service
        ]
        cases = sum(
            row["method"] in of_service for told in stress["cohorts"].values() for row in told["rows"]
        )
        yield Goal(
            f"the same with the thresholds of {stress['chosen_on']}",
            "the stress list",
            _cases(below, cases),
            not below,
            _without_rises(stress["below_the_plain_rule"]),
        )


def _without_rises(below: list[tuple[str, float, str]]) -> str:
    cases = [f"{name} at {rate:.2f}" for name, rate, method in below if method == US + OPENINGS]
    return f"first openings alone are fewer in {', '.join(cases)}" if cases else ""


def _cases(below: list[str], cases: int) -> str:
    told = f"fewer in {len(below)} of {cases} cases"
    return f"{told}: {'; '.join(below)}" if below else told


def _held(name: str, prior: str, told: Numbers) -> Goal:
    low, high = HELD
    held = _ends(told["many"][prior]).held
    return Goal(
        f"80 % intervals hold {low * 100:.0f} to {percent(high)}{_prior_of(prior)}",
        name,
        _held_words(told["many"][prior]),
        low <= held <= high,
        f"oracle: {_held_words(told['forecasts'][ORACLE])}; "
        f"ours there: {_held_words(told['forecasts'][prior])}",
    )


def _held_words(nights: Any) -> str:
    held = _ends(nights).held
    return f"{held * 100:.1f} % (as they come {as_they_come(nights) * 100:.1f} %)"


def _ends(nights: Any) -> Ends:
    return of_all(night["ends"] for night in nights)


def _brier(name: str, prior: str, told: Numbers) -> Goal:
    chances = [night["of_all"] for night in told["many"][prior]]
    most, ours = (
        ", ".join(f"{night['of_all']['brier']:.3f}" for night in told["forecasts"][method])
        for method in (ORACLE, prior)
    )
    return Goal(
        f"28-day chance: squared error under the climate's from day 21 on{_prior_of(prior)}",
        name,
        ", ".join(f"{of['brier']:.3f} ({of['climate_brier']:.3f})" for of in chances),
        all(of["brier"] < of["climate_brier"] for of in chances),
        f"oracle: {most}; ours there: {ours}",
    )


def _false_as_shipped(name: str, methods: Numbers) -> Goal:
    of = methods[US + AS_SHIPPED][str(RATES[0])]
    return Goal(
        f"at most {FALSE_PER_MONTH} false alerts a patient-month, as shipped",
        name,
        f"{of['false_per_month']:.3f}",
        of["false_per_month"] <= FALSE_PER_MONTH,
        "",
    )


def _bound(name: str, methods: Numbers) -> str:
    oracle, ours = (methods[method][str(RATES[0])]["by_kind"] for method in (ORACLE, US))
    return _BOUND.format(
        name=name,
        gradual=percent(oracle["gradual"]["early"]),
        step=percent(oracle["step"]["early"]),
        steps=oracle["step"]["early_losses"],
        losses=sum(of["early_losses"] for of in oracle.values()),
        ours_gradual=percent(ours["gradual"]["early"]),
        ours_step=percent(ours["step"]["early"]),
    )


def _prior_of(method: str) -> str:
    return ", with a prior of its own" if method == US_LEARNED else ""


def _beside(told: Numbers, method: str, other: str) -> Numbers:
    beside = {(of["rate"], of["method"], of["other"]): of for of in told["beside"]}
    found: Numbers = beside[RATES[0], method, other]
    return found


def _ratio(of: Numbers) -> str:
    return f"{of['ratio']:.2f} ({of['low']:.2f} to {of['high']:.2f})"
