"""Records the optional items of a day; a red-flag item reaches staff on arrival."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from config.scales import ITEMS
from diary.services import alerts, audit
from diary.storage.courses import courses_of
from diary.storage.tables.alert import Alert
from diary.storage.tables.entry import ItemAnswer
from diary.storage.tables.patient import Patient
from diary.storage.unit import clinic_of, own


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
) -> Alert | None:
    """Store each item of one day; a newer answer to the same item takes its place.

    Safe to repeat under the same id: nothing is stored twice, and no second alert is raised.
    """
    known = set(
        session.scalars(
            own(session, ItemAnswer)
            .with_only_columns(ItemAnswer.item)
            .where(ItemAnswer.patient_id == patient.id, ItemAnswer.client_id == client_id)
        )
    )
    fresh = {item: value for item, value in items.items() if item not in known}
    if not fresh:
        return None
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
    return _red_flag(session, patient, fresh, day=day, now=now)


def _red_flag(
    session: Session, patient: Patient, items: Mapping[str, int], *, day: date, now: datetime
) -> Alert | None:
    open_course = next(
        (course for course in courses_of(session, patient.id) if course.status == "open"), None
    )
    since_infusion = None
    if open_course is not None and open_course.last_infusion_day is not None:
        since_infusion = (day - open_course.last_infusion_day).days
    flagged = [
        ITEMS[code].label
        for code, value in items.items()
        if value and ITEMS[code].is_red_flag(since_infusion)
    ]
    if not flagged:
        return None
    return alerts.raise_red_flag(
        session, patient, course_id=open_course.id if open_course else None, items=flagged, now=now
    )
