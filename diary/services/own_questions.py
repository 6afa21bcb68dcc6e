"""The questions beside the score: which a patient is asked, from which day on, and how soon again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from diary.domain import items_due
from diary.services.courses import present_course
from diary.storage.courses import courses_of
from diary.storage.entries import last_days_of_items
from diary.storage.protocols import protocol_at
from diary.storage.tables.patient import Patient


@dataclass(frozen=True, slots=True)
class Asked:
    """From this day on; once it is answered, again after so many days."""

    from_day: date
    again_days: int


def questions(session: Session, patient: Patient, *, today: date, now: datetime) -> Mapping[str, Asked]:
    """What is asked by the clinic's protocol, by code; what has no meaning yet is left out.

    Answers are read by their diary day. Who is paused or no longer followed is asked nothing.
    """
    if patient.follow_state != "followed":
        return {}
    codes = protocol_at(session, now)[1].asked_items
    last = last_days_of_items(session, patient.id, codes)
    infused = _infused(session, patient)
    found = {}
    for code in codes:
        from_day = items_due.asked_from(code, last=last.get(code), today=today, infused=infused)
        if from_day is not None:
            again = items_due.every(code, today=today, last_infusion_day=infused[1] if infused else None)
            found[code] = Asked(from_day, again.days)
    return found


def _infused(session: Session, patient: Patient) -> tuple[date, date] | None:
    """First and last infusion day of the open course."""
    course = present_course(courses_of(session, patient.id))
    if course is None or course.status != "open":
        return None
    if course.first_infusion_day is None or course.last_infusion_day is None:
        return None
    return course.first_infusion_day, course.last_infusion_day
