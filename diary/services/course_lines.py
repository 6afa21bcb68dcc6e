"""A patient's courses in lines: regimen, baseline, what was found, how long relief lasted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from sqlalchemy.orm import Session

from config.protocol import Protocol
from diary.domain import packed
from diary.domain.baseline import NO_BASELINE, Baseline
from diary.domain.weeks_of_relief import WeeksOfRelief, weeks_of_relief
from diary.services.asked_days import unfollowed
from diary.services.course_today import CourseToday, course_today
from diary.services.patient_chart import Diary
from diary.storage.nights import assessments, findings_of
from diary.storage.tables.course import Course, Regimen
from diary.storage.tables.entry import CourseDays
from diary.storage.tables.night import Assessment
from diary.storage.unit import own


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A course with its baseline and how long it lasted."""

    course: Course
    regimen: str | None
    baseline: Baseline
    today: CourseToday | None
    finding: Assessment | None
    first_loss_day: int | None
    """Course day on which a loss was first confirmed."""
    followed_days: int
    """Course days from the infusion to today, or to the end of follow-up."""
    weeks: WeeksOfRelief


def course_lines(
    session: Session, diary: Diary, days: Mapping[int, CourseDays], protocol: Protocol
) -> list[CourseLine]:
    """Every course of the patient, first to last."""
    regimens = regimen_names(session, [course.regimen_id for course in diary.courses])
    findings = assessments(session, [course.id for course in diary.courses])
    away = list(unfollowed(diary.follow))
    lines = []
    for course, following in zip_longest(diary.courses, diary.courses[1:]):
        row = days.get(course.id)
        judged = None
        if row is not None:
            judged = course_today(
                course, row, today=diary.today, protocol=protocol, given=diary.given, away=away
            )
        baseline = judged.baseline if judged else NO_BASELINE
        losses = [found.loss_day for found in findings_of(session, course.id) if found.loss_day is not None]
        followed_days = _followed_days(course, following, diary.today)
        lines.append(
            CourseLine(
                course=course,
                regimen=regimens.get(course.regimen_id or 0),
                baseline=baseline,
                today=judged,
                finding=findings.get(course.id),
                first_loss_day=min(losses, default=None),
                followed_days=followed_days,
                weeks=weeks_of_relief(
                    _scores(course, row, followed_days), baseline.relief_nrs, protocol=protocol
                ),
            )
        )
    return lines


def regimen_names(session: Session, ids: Sequence[int | None]) -> dict[int, str]:
    """The names of the regimens that other rows hold the ids of."""
    known = [regimen_id for regimen_id in ids if regimen_id is not None]
    return {row.id: row.name for row in session.scalars(own(session, Regimen).where(Regimen.id.in_(known)))}


def _scores(course: Course, row: CourseDays | None, followed_days: int) -> list[int | None]:
    """From course day 1 to the last day that was followed."""
    first, last = course.first_infusion_day, course.last_infusion_day
    if row is None or first is None or last is None:
        return []
    found = packed.follow_up_days(row.days, (last - first).days + 1)[:followed_days]
    return found + [None] * (followed_days - len(found))


def _followed_days(course: Course, following: Course | None, today: date) -> int:
    if course.last_infusion_day is None:
        return 0
    next_infusion = following.first_infusion_day if following is not None else None
    closed = course.closed_at.date() if course.closed_at is not None else today
    return max(0, (min(day for day in (today, closed, next_infusion) if day) - course.last_infusion_day).days)
