"""The four lines that a nurse reads of a loss: what, how sure, why, what next; from its stored alert."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from diary.domain.forecast_record import Verdicts, confirmed_on, foreseen_on

_WHAT: Final[Mapping[str, str]] = {
    "watch": "May lose relief before a bed is free: review",
    "likely_lost": "May be losing relief: review",
    "confirmed": "Relief is under the line in two weeks running: review",
}
# Facts that speak for an alert, and a fact that speaks against it.
FACTS_MOST: Final = 3
# Fewer answers in 14 days than this, or a last one so long ago, make an alert less sure.
ANSWERS_FEW: Final = 7
SILENT_DAYS: Final = 4


@dataclass(frozen=True, slots=True)
class FourLines:
    """What is told of a loss. A line that nothing is known for is left empty."""

    what: str
    how_sure: str
    why: tuple[str, ...]
    """Facts with dates, the strongest first."""
    against: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What whoever reads can do by now: facts of the clinic, none of them chosen for the patient."""

    day: date
    lead_days: int
    """From a request to a bed."""
    free: str = ""
    """The first free days after them, and where; empty where none are known or a bed was asked for."""


def four_lines(level: str, night: date, figures: Mapping[str, Any], reading: Reading) -> FourLines:
    """Put a loss into words: as it was judged, whatever was set or corrected since.

    Args:
        level: watch, likely_lost or confirmed.
        night: the night that the figures are of.
        figures: as the alert keeps them, by name; one that is missing or None is left out.
        reading: what is known on the day of reading.

    >>> lines = four_lines(
    ...     "watch",
    ...     date(2026, 2, 18),
    ...     {"day_number": 40, "p_lost_lead": 0.68, "lead_days": 28, "lost_p10": 50, "lost_p90": 75},
    ...     Reading(date(2026, 2, 19), lead_days=28),
    ... )
    >>> print(lines.how_sure.partition(". ")[0])
    In about 7 of 10 courses like this one relief is lost by 18 March
    """
    course = _Course(night, figures)
    return FourLines(
        _WHAT[level],
        _how_sure(level, course),
        tuple(_why(course))[:FACTS_MOST],
        next(iter(_against(course)), ""),
        _next_step(level, course, reading),
    )


@dataclass(frozen=True, slots=True)
class _Course:
    """A course as it stood on a night."""

    night: date
    figures: Mapping[str, Any]

    def get(self, name: str) -> Any:
        return self.figures.get(name)

    def day(self, name: str) -> date | None:
        """The date of a figure that is a course day."""
        number, tonight = self.get(name), self.get("day_number")
        if number is None or tonight is None:
            return None
        return self.night + timedelta(days=number - tonight)

    @property
    def line(self) -> str:
        share = self.get("relief_line")
        return "the line" if share is None else _percent(share)

    @property
    def window(self) -> str:
        """The days that relief is judged on: 14 where only a few answers a week are asked for."""
        return f"the {self.get('window_days') or 7} days to {_day(self.night)}"


def _how_sure(level: str, course: _Course) -> str:
    if level == "confirmed":
        return "The rule is met; it can be checked by hand on the chart."
    chance = course.get("p_lost_lead")
    if chance is None:
        return ""
    told = f"In {frequency(chance)} courses like this one relief is lost {_within_lead(course)}."
    first, last = course.day("lost_p10"), course.day("lost_p90")
    if first is None:
        return told
    if last is None:
        return f"{told} If so, in 9 of 10 from {_day(first)} on."
    return f"{told} If so, in 8 of 10 between {_day(first)} and {_day(last)}."


def _within_lead(course: _Course) -> str:
    """By when, by the lead time that the chance was worked out for."""
    lead_days = course.get("lead_days")
    if lead_days is None:
        return "within the lead time of that night"
    return f"by {_day(course.night + timedelta(days=lead_days))}"


def _why(course: _Course) -> list[str]:
    mean, baseline, best = (course.get(name) for name in ("mean_7d", "baseline_nrs", "best_14d"))
    since, until, relief = course.day("below_since"), course.day("best_14d_day"), course.get("relief_7d")
    night, facts = _day(course.night), []
    if since is not None:
        facts.append(f"Relief under {course.line} since {_day(since)}.")
    if mean is not None and baseline is not None:
        facts.append(f"Mean of the 7 days to {night}: {mean:.1f}; before the infusion {baseline:.1f}.")
    if mean is not None and best is not None and mean > best:
        of_best = "the best 14 days so far" if until is None else f"the best 14 days, those to {_day(until)}"
        facts.append(f"{mean - best:.1f} points above {of_best} ({best:.1f}).")
    if relief is not None and since is None:
        facts.append(f"Relief {_percent(relief)} in {course.window}.")
    return facts


def _against(course: _Course) -> list[str]:
    """What speaks against, or makes less sure: the strongest first."""
    relief, line, answers = (course.get(name) for name in ("relief_7d", "relief_line", "answered_14d"))
    away, kind, chance = (course.get(name) for name in ("days_since_answer", "baseline_kind", "p_lost_lead"))
    night, facts = _day(course.night), []
    if relief is not None and line is not None and relief >= line:
        facts.append(
            f"Relief was still {_percent(relief)} in {course.window}, over the line of {course.line}."
        )
    if away is not None and away >= SILENT_DAYS:
        facts.append(f"No answer after {_day(course.night - timedelta(days=away))}: this may have changed.")
    if answers is not None and answers < ANSWERS_FEW:
        facts.append(f"Only {answers} of the 14 days to {night} were answered.")
    if kind in ("carried", "stated"):
        facts.append(f"The baseline was {kind}, not measured before this infusion.")
    if chance is not None:
        facts.append(
            f"In {frequency(1 - chance)} courses like this one relief is not lost {_within_lead(course)}."
        )
    return facts


def _next_step(level: str, course: _Course, reading: Reading) -> str:
    """Whom to call, by when to start and where there is room: facts, no date that is chosen for them."""
    told = f"Call the patient. From a request to a bed takes {_days(reading.lead_days)} here"
    free = f" The first free days after them: {reading.free}." if reading.free else ""
    middle = course.day("lost_p50")
    if middle is None or level == "confirmed":
        return f"{told}.{free}"
    start = middle - timedelta(days=reading.lead_days)
    if start <= reading.day:
        return f"{told}: longer than relief is likely to last.{free}"
    return f"{told}: to treat before relief is lost, start by about {_day(start)}.{free}"


def beside_the_rule(verdicts: Verdicts, *, until: date, relief_line: float | None) -> str:
    """How much later than the forecast the plain rule spoke; empty where the forecast did not.

    Args:
        verdicts: the nights of an alert of loss with the level that each raised it to, first to last.
        until: the day of reading, or the day on which the alert ended.
        relief_line: the rule's, as the alert keeps it.

    >>> foreseen, met = (date(2026, 8, 3), "watch"), (date(2026, 8, 31), "confirmed")
    >>> beside_the_rule([foreseen, met], until=date(2026, 9, 7), relief_line=0.3)
    'The 30 % rule spoke on 31 August, 28 days after the forecast.'
    >>> beside_the_rule([foreseen], until=date(2026, 8, 10), relief_line=0.3)
    'The 30 % rule has not spoken, 7 days after the forecast.'
    """
    foreseen, met = foreseen_on(verdicts), confirmed_on(verdicts)
    if foreseen is None:
        return ""
    rule = "The plain rule" if relief_line is None else f"The {_percent(relief_line)} rule"
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
