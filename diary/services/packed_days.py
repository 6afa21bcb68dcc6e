"""Keeps every course's packed days in step with the entries, in the transaction that changes an entry."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import TypeVar

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from diary.domain import packed
from diary.services.baselines import carry_baselines
from diary.storage.courses import CourseRow, course_by_id, courses_of, days_of, put_days
from diary.storage.entries import standing_between
from diary.storage.tables.course import Course
from diary.storage.tables.entry import CourseDays
from diary.storage.unit import clinic_of

Span = tuple[date, date]
Placed = TypeVar("Placed", Course, CourseRow)


def spans(courses: Sequence[Placed]) -> list[tuple[Placed, Span]]:
    """First and last calendar day whose answers belong to each course that has a date.

    From 14 days before its first infusion day to the day before the next course's first infusion day, so
    that one day may be follow-up of one course and baseline of the next.
    """
    dated = [
        course for course in courses if course.status != "closed" or course.first_infusion_day is not None
    ]
    found = []
    for course, following in zip_longest(dated, dated[1:]):
        starts = course.first_infusion_day or course.planned_first_day
        if starts is not None:
            ends = following.first_infusion_day if following is not None else None
            first_day = starts - timedelta(days=packed.DAYS_BEFORE)
            found.append((course, (first_day, ends - timedelta(days=1) if ends else date.max)))
    return found


def put_score(
    session: Session, courses: Sequence[CourseRow], *, day: date, nrs: int | None, now: datetime
) -> None:
    """Write one day's standing score (None: no answer counts) into every course that it falls in."""
    for course, (first, last) in spans(courses):
        if first <= day <= last and course.anchor_day is not None and course.days is not None:
            index = packed.index_of(course.anchor_day, day)
            if index < packed.DAYS_MAX:
                put_days(session, course.id, packed.put(course.days, index, nrs), now=now)
    if len(courses) > 1 and any(_is_before(course, day) for course in courses):
        carry_baselines(session, course_by_id(session, courses[0].id).patient_id, now=now)


def _is_before(course: CourseRow, day: date) -> bool:
    """Whether the day is one of those before the course's infusion, which was recorded already."""
    starts = course.first_infusion_day
    return starts is not None and 0 < (starts - day).days <= packed.DAYS_BEFORE


def rebuild(session: Session, patient_id: int, *, now: datetime) -> None:
    """Pack every course of a patient anew: when an infusion day is recorded, moved or corrected."""
    for course, span in spans(courses_of(session, patient_id)):
        days = packed_from_entries(session, patient_id, span)
        if days_of(session, course.id) is None:
            session.execute(
                insert(CourseDays).values(
                    course_id=course.id,
                    clinic_id=clinic_of(session),
                    anchor_day=span[0],
                    days=days,
                    changed_at=now,
                )
            )
        else:
            session.execute(
                update(CourseDays)
                .where(CourseDays.course_id == course.id)
                .values(anchor_day=span[0], days=days, changed_at=now)
            )


def packed_from_entries(
    session: Session, patient_id: int, span: Span, *, received_by: datetime | None = None
) -> bytes:
    """What the packed row must hold, from the entries themselves; optionally as they stood at a moment."""
    first, last = span
    last = min(last, first + timedelta(days=packed.DAYS_MAX - 1))
    scores = standing_between(session, patient_id, first=first, last=last, received_by=received_by)
    return packed.pack(first, scores)
