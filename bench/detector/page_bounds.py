"""The part of the page that says how the oracle's lead divides, where a goal is not met."""

from collections.abc import Iterator
from typing import Final

from bench.detector.names import ORACLE, RATES, TOLD_LEVEL, TOLD_NUMBERS, US, US_LEARNED
from bench.detector.page_goals import OF_ORACLE, TIMES_BEST
from bench.detector.pictures import Numbers
from bench.detector.tables import paragraph, percent, table

Ends = tuple[float, float]

_INTRO: Final = (
    "The same detector is told more and more of what the patients are drawn from, on {courses:,} of the "
    "courses reported. So that nothing but what it is told differs, every row has the thresholds that "
    "ring earliest in these very courses at no more than {rate:.2f} false alerts a patient-month, the "
    "rival's settings too; levels are a little kind, to all alike. Intervals are 95 % over patients, of "
    "{rounds:,} draws that are the same for all rows, with thresholds chosen anew in each. The oracle "
    "follows noise from answer to answer and a drifting level, with {curves:,} draws; the others make all "
    "answers worth less alike, and have some thousand curves."
)
_OF: Final = (
    "In {name} ({early_losses:,} losses after day 28) the goals are {times:.1f} times each rival and "
    "{of_oracle} of the oracle. {verdicts}"
)
_TIMES: Final = "{times:.1f} times {rival}: {words} (the oracle {most}, the best prior {prior})."
_SHARE: Final = "{of_oracle} of the oracle: {words} (the best prior {prior}, told each level too {level})."


def sections(numbers: Numbers) -> Iterator[str]:
    """A table, and what follows from it."""
    bounds, run = numbers["bounds"], numbers["run"]
    yield "## What bounds B and C"
    each = next(iter(bounds.values()))
    yield paragraph(
        _INTRO.format(
            courses=each["courses"],
            rate=RATES[0],
            rounds=run["bounds_rounds"],
            curves=run["few_oracle_curves"],
        )
    )
    yield table(
        ["cohort", "told", "early", "of the oracle's", "times the best as published", "times the best gated"],
        [_row(name, row, told["rivals"]) for name, told in bounds.items() for row in told["rows"]],
    )
    yield paragraph(" ".join(_of_cohort(name, told) for name, told in bounds.items()))


def _row(name: str, row: Numbers, rivals: list[str]) -> list[str]:
    return [
        name,
        row["method"],
        _between(row["early"], row["early_95"]),
        _between(row["of_oracle"], row["of_oracle_95"]),
        *(_times(row, rival) for rival in rivals),
    ]


def _of_cohort(name: str, told: Numbers) -> str:
    rows = {row["method"]: row for row in told["rows"]}
    return _OF.format(
        name=name,
        early_losses=told["early_losses"],
        times=TIMES_BEST[name],
        of_oracle=percent(OF_ORACLE),
        verdicts=" ".join(_verdicts(rows, told["rivals"], TIMES_BEST[name])),
    )


def _verdicts(rows: Numbers, rivals: list[str], times: float) -> Iterator[str]:
    """What the intervals bear out of each goal, and nothing else."""
    most = rows[ORACLE]
    prior = max((rows[name] for name in (US, US_LEARNED, TOLD_NUMBERS)), key=lambda row: row["early"])
    for rival in rivals:
        ends = (prior["times_95"][rival], most["times_95"][rival])
        words = _can_be_had(*ends, times, "even the oracle misses it")
        yield _TIMES.format(
            times=times, rival=rival, words=words, most=_times(most, rival), prior=_times(prior, rival)
        )
    words = _can_be_had(prior["of_oracle_95"], (1.0, 1.0), OF_ORACLE, "")
    level = rows[TOLD_LEVEL]
    yield _SHARE.format(
        of_oracle=percent(OF_ORACLE),
        words=words,
        prior=_between(prior["of_oracle"], prior["of_oracle_95"]),
        level=_between(level["of_oracle"], level["of_oracle_95"]),
    )


def _can_be_had(prior: Ends, most: Ends, wanted: float, else_: str) -> str:
    """Of a goal, by the intervals of the best prior and of the oracle."""
    if most[1] < wanted:
        return else_
    if prior[0] >= wanted:
        return "the best prior has it"
    if prior[1] < wanted:
        return "no prior brings ours to it" + ("" if most[0] >= wanted else ", and perhaps not the oracle")
    return "these courses do not tell whether the best prior has it"


def _between(share: float, ends: Ends) -> str:
    return f"{percent(share)} ({percent(ends[0])} to {percent(ends[1])})"


def _times(row: Numbers, rival: str) -> str:
    low, high = row["times_95"][rival]
    return f"{row['times'][rival]:.2f} ({low:.2f} to {high:.2f})"
