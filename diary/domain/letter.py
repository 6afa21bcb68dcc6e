"""The authorisation letter: what a payer asks before another course, in lines that fit one page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from textwrap import wrap
from typing import Final

from diary.domain.weeks_of_relief import WeeksOfRelief

# One page: what is older stands in the record.
COURSES_MOST: Final = 4
LIVER_TESTS_MOST: Final = 4
SIDE_EFFECTS_MOST: Final = 6
TEXT_COLUMNS: Final = 78
TO_FILL_IN: Final = "............................"

BASELINES: Final = {
    "own": "the patient's own days before the infusion",
    "carried": "carried over from the last untreated days",
    "stated": "as stated in the notes",
}


@dataclass(frozen=True, slots=True)
class LetterCourse:
    """A course as the letter tells it."""

    number: int
    first_day: date
    last_day: date
    given: tuple[str, ...]
    """The drug as given, a line each block of infusion days."""
    baseline_nrs: float | None
    baseline_kind: str
    best_14d: float | None
    weeks: WeeksOfRelief
    lost_on_day: int | None
    followed_days: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The newest answer to one of the other questions."""

    question: str
    answer: str
    day: date


@dataclass(frozen=True, slots=True)
class SideEffect:
    """Ticked in the diary on so many days since the last infusion began."""

    label: str
    days: int
    last_day: date


@dataclass(frozen=True, slots=True)
class LiverTest:
    """As the laboratory gave it, U/L."""

    day: date
    alt_u_l: float | None
    ast_u_l: float | None


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """All that the letter tells, from the record alone."""

    clinic: str
    today: date
    patient: tuple[str, ...]
    """Name, birth date, hospital number, pseudonym: those that are known."""
    treated_area: str | None
    asked_for: str | None
    """The regimen that is asked for, in words."""
    courses: tuple[LetterCourse, ...]
    """Those with infusion days, first to last; the last is the present one."""
    mean_7d: float | None
    relief_7d: float | None
    answered_14d: int | None
    functions: tuple[Answered, ...]
    side_effects: tuple[SideEffect, ...]
    liver_tests: tuple[LiverTest, ...]
    """Newest first."""
    days_since_infusion: int | None
    infusion_days_12_months: int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its lines."""

    heading: str
    lines: tuple[str, ...]


def sections(facts: LetterFacts) -> tuple[Section, ...]:
    """The letter's body, in the order in which payers ask."""
    present = facts.courses[-1] if facts.courses else None
    area = f", {facts.treated_area}" if facts.treated_area else ""
    told: list[tuple[str, Sequence[str]]] = [
        ("Diagnosis", [f"Complex Regional Pain Syndrome (type and code: {TO_FILL_IN}){area}."]),
        ("Asked for", [facts.asked_for or TO_FILL_IN]),
        ("Pain before treatment, and at its best", list(_levels(present))),
        (
            "Weeks with at least 30 % relief",
            [_weeks(present.weeks) if present else "No infusion is recorded."],
        ),
        ("Now", list(_now(facts))),
        ("Courses and how long relief lasted", [_course(one) for one in facts.courses[-COURSES_MOST:]]),
        ("Drug as given", [line for one in facts.courses[-COURSES_MOST:] for line in one.given]),
        ("Side effects told in the diary since the last infusion began", list(_side_effects(facts))),
        ("Liver tests", list(_liver_tests(facts))),
    ]
    return tuple(Section(heading, tuple(lines) or ("None recorded.",)) for heading, lines in told)


def as_text(facts: LetterFacts) -> str:
    """The same letter to paste into a health record: plain lines, no markup."""
    parts = [heading(facts), " · ".join(facts.patient), f"Date: {_day(facts.today)}"]
    for section in sections(facts):
        parts.append("")
        parts.append(section.heading.upper())
        for line in section.lines:
            parts += wrap(line, TEXT_COLUMNS, initial_indent="- ", subsequent_indent="  ")
    parts += ["", *wrap(footing(facts), TEXT_COLUMNS), "", f"Physician: {TO_FILL_IN}", ""]
    return "\n".join(parts)


def heading(facts: LetterFacts) -> str:
    """What the letter is."""
    return f"{facts.clinic}: request to authorise ketamine re-treatment"


def footing(facts: LetterFacts) -> str:
    """Where the figures come from, and that a person answers for them."""
    return (
        f"Scores are average pain in the last 24 hours from the patient's daily diary, 0 (no pain) to 10 "
        f"(worst pain imaginable), up to {_day(facts.today)}. Relief is measured against pain before the "
        "infusion. Made from the record; a physician checks it, completes it and signs."
    )


def _levels(course: LetterCourse | None) -> Iterator[str]:
    if course is None:
        return
    if course.baseline_nrs is None:
        yield "Before treatment: no baseline was recorded, so relief cannot be counted."
    else:
        kind = BASELINES.get(course.baseline_kind, course.baseline_kind)
        yield f"Before treatment: {course.baseline_nrs:.1f} of 10 ({kind})."
    if course.best_14d is not None:
        yield f"Best 14 days of this course: {course.best_14d:.1f}{_relief(course)}."


def _relief(course: LetterCourse) -> str:
    if not course.baseline_nrs or course.best_14d is None:
        return ""
    return f", relief {round(100 * (1 - course.best_14d / course.baseline_nrs))} %"


def _weeks(weeks: WeeksOfRelief) -> str:
    if not weeks.told:
        return f"Cannot be told: of {weeks.passed} whole weeks none has a baseline and answers enough."
    untold = weeks.passed - weeks.told
    left_out = f"; {untold} had too few answers" if untold else ""
    return f"{weeks.with_relief} of {weeks.told} weeks since the infusion{left_out}."


def _now(facts: LetterFacts) -> Iterator[str]:
    if facts.mean_7d is not None:
        relief = f", relief {round(100 * facts.relief_7d)} %" if facts.relief_7d is not None else ""
        yield f"Mean of the last 7 days: {facts.mean_7d:.1f}{relief}."
    if facts.answered_14d is not None:
        yield f"Answered: {facts.answered_14d} of the last 14 days."
    for one in facts.functions:
        yield f"{one.question}: {one.answer}, on {_day(one.day)}."


def _course(course: LetterCourse) -> str:
    best = f", best 14 days {course.best_14d:.1f}" if course.best_14d is not None else ""
    before = f", before {course.baseline_nrs:.1f}" if course.baseline_nrs is not None else ""
    if course.lost_on_day is not None:
        lasted = f"relief lost on day {course.lost_on_day} ({course.lost_on_day / 7:.1f} weeks)"
    else:
        lasted = f"no loss confirmed in {course.followed_days} days of follow-up"
    return f"Course {course.number}, {_span(course.first_day, course.last_day)}: {lasted}{before}{best}."


def _side_effects(facts: LetterFacts) -> Iterator[str]:
    for one in facts.side_effects[:SIDE_EFFECTS_MOST]:
        days = f"{one.days} {'day' if one.days == 1 else 'days'}"
        yield f"{one.label}: on {days}, last on {_day(one.last_day)}."


def _liver_tests(facts: LetterFacts) -> Iterator[str]:
    if not facts.liver_tests:
        yield "No liver test is recorded."
    for one in facts.liver_tests[:LIVER_TESTS_MOST]:
        values = [
            f"{name} {value:g} U/L"
            for name, value in (("ALT", one.alt_u_l), ("AST", one.ast_u_l))
            if value is not None
        ]
        yield f"{_day(one.day)}: {', '.join(values) or 'no value recorded'}."
    if facts.days_since_infusion is not None:
        yield (
            f"{facts.days_since_infusion} days since the last infusion day; "
            f"{facts.infusion_days_12_months} infusion days in the last 12 months."
        )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _span(first: date, last: date) -> str:
    return _day(first) if first == last else f"{_day(first)} to {_day(last)}"
