"""One course as it stands today, for a page: day number, baseline, figures, from its packed days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from config.protocol import Protocol
from diary.domain import packed
from diary.domain.baseline import Baseline
from diary.domain.days import day_number, diary_day
from diary.domain.figures import Figures, figures
from diary.services.asked_days import Away, unasked_days
from diary.services.baselines import baseline_of
from diary.storage.beside import Given
from diary.storage.tables.course import Administration, Course
from diary.storage.tables.entry import CourseDays
from diary.storage.tables.patient import Patient
from diary.storage.worklist_rows import ListedCourse, ListedDays, ListedPatient


@dataclass(frozen=True, slots=True)
class CourseToday:
    """What a page needs of a course that has a date."""

    day_number: int
    """Today's: negative before the infusion, 0 during."""
    baseline: Baseline
    relief_line_nrs: float | None
    figures: Figures


def today_of(patient: Patient | ListedPatient, now: datetime) -> date:
    """The patient's diary day at `now`, by the zone that the phone last answered from."""
    return diary_day(now, ZoneInfo(patient.zone))


def course_today(
    course: Course | ListedCourse,
    row: CourseDays | ListedDays,
    *,
    today: date,
    protocol: Protocol,
    given: Sequence[Administration | Given],
    away: Iterable[Away],
) -> CourseToday:
    """Judge one course as of today when today is answered, else as of yesterday: an open day is not missed.

    Args:
        course: with infusion days or a planned first day.
        row: its packed days.
        today: the patient's diary day.
        protocol: in force now.
        given: the patient's standing administrations; the boosters of this course are read from them.
        away: when the patient was paused or not followed; then no answer is expected.
    """
    baseline = baseline_of(course, row.days, protocol)
    first, last = course.first_infusion_day, course.last_infusion_day
    if first is None or last is None:
        starts = course.planned_first_day or today
        number = day_number(today, starts, starts)
        return CourseToday(number, baseline, _line(baseline, protocol), _figures([], baseline, protocol))
    number = day_number(today, first, last)
    scores = packed.follow_up_days(row.days, (last - first).days + 1)
    night = number if 0 < number <= len(scores) and scores[number - 1] is not None else number - 1
    night = max(0, night)
    scores = (scores + [None] * night)[:night]
    boosters = [
        (block.last_day - last).days
        for block in given
        if block.course_id == course.id and block.classified_as == "booster"
    ]
    unasked = unasked_days(course, away, last=last, night=night)
    found = figures(
        scores,
        baseline.relief_nrs,
        protocol=protocol,
        boosters=[day for day in boosters if 1 <= day <= night],
        expected=_expected(unasked, night) if unasked else None,
    )
    return CourseToday(number, baseline, _line(baseline, protocol), found)


def scores_between(row: CourseDays | ListedDays, *, first: date, last: date) -> list[int | None]:
    """The scores that count from `first` to `last`, None where there is none or the row does not reach."""
    start, end = packed.index_of(row.anchor_day, first), packed.index_of(row.anchor_day, last) + 1
    return packed.stretch(row.days, start, end)


def _expected(unasked: Sequence[int], night: int) -> list[bool]:
    expected = [True] * night
    for day in unasked:
        expected[day - 1] = False
    return expected


def _figures(scores: list[int | None], baseline: Baseline, protocol: Protocol) -> Figures:
    return figures(scores, baseline.relief_nrs, protocol=protocol)


def _line(baseline: Baseline, protocol: Protocol) -> float | None:
    nrs = baseline.relief_nrs
    return None if nrs is None else nrs * (1 - protocol.relief_line)
