"""The four lines that a nurse reads of a loss: what, how sure, why, what next; from stored figures alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from config.protocol import Protocol
from diary.domain.forecast_record import Verdicts, confirmed_on, foreseen_on

_WHAT: Final[Mapping[str, str]] = {
    "watch": "May lose relief before a bed is free: review",
    "likely_lost": "May be losing relief: review",
    "confirmed": "Relief is under the line in two weeks running: review",
}
# Facts that speak for an alert, and a fact that speaks against it.
FACTS_MOST: Final = 3


@dataclass(frozen=True, slots=True)
class FourLines:
    """What is told of a loss. A line that nothing is known for is left empty."""

    what: str
    how_sure: str
    why: tuple[str, ...]
    """Facts with dates, the strongest first."""
    against: str
    next_step: str


def four_lines(
    level: str, figures: Mapping[str, Any], *, last_infusion_day: date, night: date, protocol: Protocol
) -> FourLines:
    """Put a loss into words.

    Args:
        level: watch, likely_lost or confirmed.
        figures: as an alert or a finding keeps them, by name; one that is missing or None is left out.
        last_infusion_day: course days count from it.
        night: the night that the figures are of.
        protocol: the line, and the lead time.

    >>> lines = four_lines(
    ...     "watch",
    ...     {"mean_7d": 4.1, "baseline_nrs": 8.0, "p_lost_lead": 0.68, "lost_p10": 50, "lost_p90": 75},
    ...     last_infusion_day=date(2026, 1, 9), night=date(2026, 2, 18), protocol=Protocol(),
    ... )
    >>> print(lines.how_sure.partition(". ")[0])
    In about 7 of 10 courses like this one relief is lost by 18 March
    """
    day = _Calendar(last_infusion_day)
    return FourLines(
        _WHAT[level],
        _how_sure(level, figures, day, night, protocol),
        tuple(_why(figures, day, night, protocol))[:FACTS_MOST],
        next(iter(_against(figures, protocol)), ""),
        _next_step(level, figures, day, night, protocol),
    )


@dataclass(frozen=True, slots=True)
class _Calendar:
    last_infusion_day: date

    def __call__(self, number: int) -> date:
        return self.last_infusion_day + timedelta(days=number)


def _how_sure(level: str, figures: Mapping[str, Any], day: _Calendar, night: date, protocol: Protocol) -> str:
    if level == "confirmed":
        return "The rule is met; it can be checked by hand on the chart."
    chance = figures.get("p_lost_lead")
    if chance is None:
        return ""
    by = _day(night + timedelta(days=protocol.lead_days))
    told = f"In {frequency(chance)} courses like this one relief is lost by {by}."
    first, last = figures.get("lost_p10"), figures.get("lost_p90")
    if first is None:
        return told
    if last is None:
        return f"{told} If so, in 9 of 10 from {_day(day(first))} on."
    return f"{told} If so, in 8 of 10 between {_day(day(first))} and {_day(day(last))}."


def _why(figures: Mapping[str, Any], day: _Calendar, night: date, protocol: Protocol) -> list[str]:
    mean, baseline, best = (figures.get(name) for name in ("mean_7d", "baseline_nrs", "best_14d"))
    since, relief = figures.get("below_since"), figures.get("relief_7d")
    facts = []
    if since is not None:
        facts.append(f"Relief under {_percent(protocol.relief_line)} since {_day(day(since))}.")
    if mean is not None and baseline is not None:
        facts.append(f"Mean of the 7 days to {_day(night)}: {mean:.1f}; before the infusion {baseline:.1f}.")
    if mean is not None and best is not None and mean > best:
        facts.append(f"{mean - best:.1f} points above the best 14 days so far ({best:.1f}).")
    if relief is not None and since is None:
        facts.append(f"Relief {_percent(relief)} in the 7 days to {_day(night)}.")
    return facts


def _against(figures: Mapping[str, Any], protocol: Protocol) -> list[str]:
    """What speaks against, or makes less sure: the strongest first."""
    relief, answers = figures.get("relief_7d"), figures.get("answered_14d")
    away, kind, chance = (figures.get(name) for name in ("days_since_answer", "baseline_kind", "p_lost_lead"))
    facts = []
    if relief is not None and relief >= protocol.relief_line:
        facts.append(
            f"Relief is still {_percent(relief)}, over the line of {_percent(protocol.relief_line)}."
        )
    if away is not None and away >= protocol.silence_reminder_answers:
        facts.append(f"No answer for {away} days: this may have changed.")
    if answers is not None and answers < protocol.review_answers_min:
        facts.append(f"Only {answers} of the last 14 days were answered.")
    if kind in ("carried", "stated"):
        facts.append(f"The baseline was {kind}, not measured before this infusion.")
    if chance is not None:
        facts.append(f"In {frequency(1 - chance)} courses like this one relief lasts longer.")
    return facts


def _next_step(
    level: str, figures: Mapping[str, Any], day: _Calendar, night: date, protocol: Protocol
) -> str:
    """Whom to call, and by when to start: facts, no date that is chosen for them."""
    told = f"Call the patient. From a request to a bed takes {protocol.lead_days} days here"
    middle = figures.get("lost_p50")
    if middle is None or level == "confirmed":
        return f"{told}."
    start = day(middle) - timedelta(days=protocol.lead_days)
    if start <= night:
        return f"{told}: longer than relief is likely to last."
    return f"{told}: to treat before relief is lost, start by about {_day(start)}."


def beside_the_rule(verdicts: Verdicts, *, until: date, protocol: Protocol) -> str:
    """How much later than the forecast the plain rule spoke; empty where the forecast did not.

    Args:
        verdicts: the nights of an alert of loss with the level that each raised it to, first to last.
        until: the day of reading, or the day on which the alert ended.
        protocol: the line.

    >>> foreseen, met = (date(2026, 8, 3), "watch"), (date(2026, 8, 31), "confirmed")
    >>> beside_the_rule([foreseen, met], until=date(2026, 9, 7), protocol=Protocol())
    'The 30 % rule spoke on 31 August, 28 days after the forecast.'
    >>> beside_the_rule([foreseen], until=date(2026, 8, 10), protocol=Protocol())
    'The 30 % rule has not spoken, 7 days after the forecast.'
    """
    foreseen, met = foreseen_on(verdicts), confirmed_on(verdicts)
    if foreseen is None:
        return ""
    rule = f"The {_percent(protocol.relief_line)} rule"
    if met is None:
        return f"{rule} has not spoken, {_days((until - foreseen).days)} after the forecast."
    return f"{rule} spoke on {_day(met)}, {_days((met - foreseen).days)} after the forecast."


def frequency(chance: float) -> str:
    """A chance as so many of ten, or of a hundred where ten would say none or all.

    >>> frequency(0.68), frequency(0.97), frequency(0.001), frequency(0.999)
    ('about 7 of 10', 'about 97 of 100', 'fewer than 1 of 100', 'more than 99 of 100')
    """
    if chance < 0.01:
        return "fewer than 1 of 100"
    if chance > 0.99:
        return "more than 99 of 100"
    tenths = round(10 * chance)
    if 0 < tenths < 10 and 0.1 <= chance <= 0.9:
        return f"about {tenths} of 10"
    return f"about {round(100 * chance)} of 100"


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"
