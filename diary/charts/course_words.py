"""A course chart in words: its title and description for those who hear it, and its table."""

from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Final

from diary.charts.course_data import (
    Baseline,
    CourseChart,
    DiaryDay,
    Mark,
    Reading,
    day_number,
    read,
    relief_percent,
)
from diary.charts.scale import count_text, day_text, mean_text, span_text

_MARK_WORDS: Final[dict[Mark, str]] = {
    "plain": "",
    "late": "late",
    "changed": "changed",
    "staff": "filed by staff",
    "suspect": "clock in doubt, not counted",
}


@dataclass(frozen=True, slots=True)
class CourseRow:
    """One day of the table beside the chart; empty text and None where there is nothing to say."""

    day: date
    day_number: int | None
    nrs: int | None
    answer: str
    mean_nrs: float | None
    notes: tuple[str, ...]


def answer_words(entry: DiaryDay) -> str:
    """What was answered, with both scores where the answer was changed.

    >>> answer_words(DiaryDay(date(2026, 9, 12), 6, "changed", first_nrs=5))
    '6, changed from 5'
    """
    if entry.nrs is None:
        return "no answer"
    said = _MARK_WORDS[entry.mark]
    if entry.first_nrs is not None:
        said += f" from {entry.first_nrs}" if entry.mark == "changed" else f", first {entry.first_nrs}"
    return f"{entry.nrs}, {said}" if said else str(entry.nrs)


def baseline_words(baseline: Baseline) -> str:
    """What a baseline rests on.

    >>> baseline_words(Baseline(kind="own", nrs=7.4, n=7)), baseline_words(Baseline(kind="own", nrs=7, n=3))
    ('mean of 7 days', 'few days (3)')
    >>> baseline_words(Baseline(kind="carried", nrs=7.4, n=0))
    'carried, set by staff'
    """
    if baseline.kind == "stated":
        return "stated in the notes"
    if baseline.kind == "carried" and baseline.n == 0:
        return "carried, set by staff"
    if baseline.is_weak:
        return f"few days ({baseline.n})"
    days = count_text(baseline.n, "day")
    return f"carried, {days}" if baseline.kind == "carried" else f"mean of {days}"


def title(chart: CourseChart) -> str:
    """The chart's name."""
    return f"Daily pain scores, {span_text(chart.first_day, chart.today)}"


def describe(chart: CourseChart, reading: Reading) -> str:
    """The chart in a few sentences."""
    said = [_answers(chart, reading), _means(reading)]
    baseline = chart.baseline
    if baseline.nrs:
        said.append(f"Before treatment {mean_text(baseline.nrs)} ({baseline_words(baseline)}).")
    lines = [nrs for nrs in (chart.relief_line_nrs, chart.half_line_nrs) if nrs is not None]
    said += [f"{relief_percent(nrs, baseline)} % relief is at {mean_text(nrs)}." for nrs in lines]
    said += [f"{block.label}: {span_text(block.first_day, block.last_day)}." for block in chart.infusions]
    said += [f"Alert on {day_text(alert.day)}: {alert.word}." for alert in chart.alerts]
    said += [f"{day_text(event.day)}: {event.word}." for event in chart.events]
    if chart.forecast:
        end = chart.forecast[-1]
        range_text = f"8 in 10 between {mean_text(end.p10_nrs)} and {mean_text(end.p90_nrs)}"
        said.append(f"Forecast for {day_text(end.day)}: {mean_text(end.p50_nrs)}, {range_text}.")
    return " ".join(said)


def _answers(chart: CourseChart, reading: Reading) -> str:
    answered = sum(entry.nrs is not None for entry in chart.days)
    longest = max((len(run) for run in reading.gaps), default=0)
    gap = f", longest gap {count_text(longest, 'day')}" if longest else ""
    asked = count_text(len(chart.days), "day")
    return f"Pain from 0 to 10, higher is worse. {answered} of {asked} answered{gap}."


def _means(reading: Reading) -> str:
    if reading.latest is None:
        return "No 7-day mean yet: it takes 4 answers."
    day, nrs = reading.latest
    lowest = ""
    if reading.lowest is not None:
        lowest = f", lowest since treatment {mean_text(reading.lowest[1])} on {day_text(reading.lowest[0])}"
    return f"7-day mean {mean_text(nrs)} on {day_text(day)}{lowest}."


def course_table(chart: CourseChart) -> list[CourseRow]:
    """The rows of the table beside the chart, oldest first: all that the chart shows, day by day.

    A day that was not asked about has a row only where something happened on it.
    """
    reading = read(chart)
    entries = {entry.day: entry for entry in chart.days}
    means = dict(chain.from_iterable(reading.means))
    notes: dict[date, list[str]] = {}
    for block in chart.infusions:
        for ordinal in range(block.first_day.toordinal(), block.last_day.toordinal() + 1):
            notes.setdefault(date.fromordinal(ordinal), []).append(block.label)
    for alert in chart.alerts:
        notes.setdefault(alert.day, []).append(f"alert: {alert.word}")
    for event in chart.events:
        notes.setdefault(event.day, []).append(event.word)
    return [
        CourseRow(
            day=day,
            day_number=day_number(day, reading.infusion),
            nrs=entries[day].nrs if day in entries else None,
            answer=answer_words(entries[day]) if day in entries else "",
            mean_nrs=means.get(day),
            notes=tuple(notes.get(day, ())),
        )
        for day in sorted(entries.keys() | notes.keys())
    ]
