"""Records the optional items of a day; a red-flag item reaches staff on arrival."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from config.scales import ITEMS
from diary.domain.days import day_number
from diary.domain.errors import Refusal
from diary.services import alerts, audit
from diary.storage.courses import courses_of
from diary.storage.patients import Diarist
from diary.storage.tables.course import Course
from diary.storage.tables.entry import ItemAnswer
from diary.storage.unit import clinic_of, own


@dataclass(frozen=True, slots=True)
class StoredItems:
    """When the answers came, which of them are red flags, and whether this request brought them."""

    received_at: datetime
    red_flags: list[str]
    created: bool


def record_items(
    session: Session,
    patient: Diarist,
    *,
    client_id: str,
    day: date,
    items: Mapping[str, int],
    answered_at: datetime,
    sent_at: datetime,
    now: datetime,
) -> StoredItems:
    """Store each item of one day; a newer answer to the same item takes its place. Safe to repeat.

    However old the day is, nothing is refused: a red flag must reach staff.

    Raises:
        Refusal: entry_id_reused, when the id came with other answers before.
    """
    course = next((course for course in courses_of(session, patient.id) if course.status == "open"), None)
    flags = _red_flags(items, course, day)
    met = session.scalars(
        own(session, ItemAnswer).where(ItemAnswer.patient_id == patient.id, ItemAnswer.client_id == client_id)
    ).all()
    if met:
        if {row.item: row.value for row in met} != dict(items) or met[0].day != day:
            raise Refusal(
                "entry_id_reused",
                "This id was already used for other answers. Send these again under a new id.",
                pointer="/id",
            )
        return StoredItems(met[0].received_at, flags, created=False)
    session.execute(
        update(ItemAnswer)
        .where(
            ItemAnswer.clinic_id == clinic_of(session),
            ItemAnswer.patient_id == patient.id,
            ItemAnswer.day == day,
            ItemAnswer.item.in_(items),
            ItemAnswer.standing,
        )
        .values(standing=False)
    )
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
        for item, value in items.items()
    )
    session.flush()
    audit.note_patient(session, "items.record", patient, now=now)
    for code in flags:
        alerts.raise_red_flag(
            session,
            patient,
            course_id=course.id if course else None,
            symptom=ITEMS[code].label,
            now=now,
        )
    return StoredItems(now, flags, created=True)


def _red_flags(items: Mapping[str, int], course: Course | None, day: date) -> list[str]:
    since = _since_infusion(course, day)
    return [code for code, value in items.items() if value and ITEMS[code].is_red_flag(since)]


def _since_infusion(course: Course | None, day: date) -> int | None:
    """The course day, for what is expected then; None before the infusion, which explains nothing yet."""
    if course is None or course.first_infusion_day is None or course.last_infusion_day is None:
        return None
    if day < course.first_infusion_day:
        return None
    return day_number(day, course.first_infusion_day, course.last_infusion_day)
