"""Compares every course's packed days with the entries they stand for, and writes anew what differs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import Final

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from diary.charts.scale import count_text
from diary.domain import packed
from diary.services import audit
from diary.services.packed_days import Span, spans
from diary.storage.courses import packed_days
from diary.storage.tables.course import Course
from diary.storage.tables.entry import CourseDays, Entry
from diary.storage.tables.patient import Patient
from diary.storage.unit import clinic_of, own

# Patients compared at once: 500 with a year of answers are 180,000 rows of a few columns.
PAGE_PATIENTS: Final = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """A packed row that does not say what the entries say."""

    course_id: int
    pseudonym: str
    course: int
    """The course's number."""
    anchor_day: date
    days: bytes
    """What the row must hold."""
    what: str
    """What is wrong with it, without a score."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One page of patients: how many courses were compared, and those that differ."""

    courses: int
    differences: list[Difference]


def compare(session: Session) -> Iterator[Compared]:
    """Compare all courses of the clinic, a page of patients at a time."""
    after_id = 0
    while page := _patients(session, after_id):
        by_patient: dict[int, list[Course]] = {patient_id: [] for patient_id in page}
        statement = own(session, Course).where(Course.patient_id.in_(page))
        for course in session.scalars(statement.order_by(Course.patient_id, Course.number)):
            by_patient[course.patient_id].append(course)
        placed = [one for courses in by_patient.values() for one in spans(courses)]
        rows = packed_days(session, [course.id for course, _ in placed])
        scores = _standing(session, list(page))
        differences = []
        for course, span in placed:
            anchor_day, days = span[0], _packed(span, scores.get(course.patient_id, {}))
            what = _fault(rows.get(course.id), anchor_day, days)
            if what is not None:
                pseudonym = page[course.patient_id]
                differences.append(Difference(course.id, pseudonym, course.number, anchor_day, days, what))
        yield Compared(len(placed), differences)
        after_id = max(page)
        session.expunge_all()


def repair(session: Session, difference: Difference, *, now: datetime) -> None:
    """Write a packed row anew. Entries are never touched: they are what was said."""
    values = {"anchor_day": difference.anchor_day, "days": difference.days, "changed_at": now}
    changed = session.execute(
        update(CourseDays)
        .where(CourseDays.course_id == difference.course_id)
        .values(**values)
        .returning(CourseDays.course_id)
    )
    if changed.one_or_none() is None:
        session.execute(
            insert(CourseDays).values(course_id=difference.course_id, clinic_id=clinic_of(session), **values)
        )
    audit.note(
        session,
        "course.repack",
        now=now,
        object="course",
        detail={"pseudonym": difference.pseudonym, "course": difference.course, "what": difference.what},
    )


def _fault(row: CourseDays | None, anchor_day: date, days: bytes) -> str | None:
    if row is None:
        return "there is no packed row"
    if row.anchor_day != anchor_day:
        return f"the row begins on {row.anchor_day}, and the course on {anchor_day}"
    if packed.problem(row.days) is not None:
        return "the row holds bytes that are no score"
    differ = sum(1 for held, said in zip_longest(row.days, days, fillvalue=packed.NO_ANSWER) if held != said)
    if differ:
        return f"the row differs from the entries on {count_text(differ, 'day')}"
    return None if len(row.days) == len(days) else "the row does not end with its last answer"


def _packed(span: Span, scores: dict[date, int]) -> bytes:
    first, last = span
    last = min(last, first + timedelta(days=packed.DAYS_MAX - 1))
    return packed.pack(first, {day: nrs for day, nrs in scores.items() if first <= day <= last})


def _patients(session: Session, after_id: int) -> dict[int, str]:
    statement = (
        own(session, Patient)
        .with_only_columns(Patient.id, Patient.pseudonym)
        .where(Patient.id > after_id)
        .order_by(Patient.id)
        .limit(PAGE_PATIENTS)
    )
    return {row.id: row.pseudonym for row in session.execute(statement)}


def _standing(session: Session, patient_ids: Sequence[int]) -> dict[int, dict[date, int]]:
    """The scores that count, by patient and day."""
    statement = (
        own(session, Entry)
        .with_only_columns(Entry.patient_id, Entry.day, Entry.nrs)
        .where(Entry.patient_id.in_(patient_ids), Entry.standing)
        .where(~Entry.clock_suspect, Entry.nrs.is_not(None))
    )
    found: dict[int, dict[date, int]] = {}
    for row in session.execute(statement):
        found.setdefault(row.patient_id, {})[row.day] = row.nrs
    return found
