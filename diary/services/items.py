"""Records the optional items of a day; a red-flag item reaches staff on arrival."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from config.scales import ITEMS
from diary.services import alerts, audit
from diary.storage.courses import courses_of
from diary.storage.tables.alert import Alert
from diary.storage.tables.course import Course
from diary.storage.tables.entry import ItemAnswer
from diary.storage.tables.patient import Patient
from diary.storage.unit import clinic_of, own


@dataclass(frozen=True, slots=True)
class Stored:
    """Which of the items are red flags, and the alert that they raised, if they were new."""

    red_flags: list[str]
    alert: Alert | None


def record_items(
    session: Session,
    patient: Patient,
    *,
    client_id: str,
    day: date,
    items: Mapping[str, int],
    answered_at: datetime,
    sent_at: datetime,
    now: datetime,
) -> Stored:
    """Store each item of one day; a newer answer to the same item takes its place.

    Safe to repeat under the same id: nothing is stored twice, and no second alert is raised.
    """
    open_course = next(
        (course for course in courses_of(session, patient.id) if course.status == "open"), None
    )
    flags = _red_flags(items, open_course, day)
    known = set(
        session.scalars(
            own(session, ItemAnswer)
            .with_only_columns(ItemAnswer.item)
            .where(ItemAnswer.patient_id == patient.id, ItemAnswer.client_id == client_id)
        )
    )
    fresh = {item: value for item, value in items.items() if item not in known}
    if not fresh:
        return Stored(flags, None)
    standing = own(session, ItemAnswer).where(
        ItemAnswer.patient_id == patient.id,
        ItemAnswer.day == day,
        ItemAnswer.item.in_(fresh),
        ItemAnswer.standing,
    )
    for earlier in session.scalars(standing):
        earlier.standing = False
    session.flush()
    session.add_all(
        ItemAnswer(
            clinic_id=clinic_of(session),
            patient_id=patient.id,
            client_id=client_id,
            day=day,
            item=item,
            value=value,
            standing=True,
            answered_at=answered_at,
            sent_at=sent_at,
            received_at=now,
        )
        for item, value in fresh.items()
    )
    session.flush()
    audit.note(
        session, "items.record", now=now, object="patient", object_uid=patient.uid, patient_id=patient.id
    )
    fresh_flags = [code for code in flags if code in fresh]
    if not fresh_flags:
        return Stored(flags, None)
    alert = alerts.raise_red_flag(
        session,
        patient,
        course_id=open_course.id if open_course else None,
        items=[ITEMS[code].label for code in fresh_flags],
        now=now,
    )
    return Stored(flags, alert)


def _red_flags(items: Mapping[str, int], course: Course | None, day: date) -> list[str]:
    last = course.last_infusion_day if course is not None else None
    day_number = (day - last).days if last is not None else None
    return [code for code, value in items.items() if value and ITEMS[code].is_red_flag(day_number)]
