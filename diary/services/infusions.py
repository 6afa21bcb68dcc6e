"""Records what was given: a new course closes the one before it and gets its baseline."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from diary.domain import infusions
from diary.domain.errors import Refusal
from diary.services import audit
from diary.services.alerts import close_by_infusion
from diary.services.baselines import carry_baseline
from diary.services.bookings import complete_booking
from diary.services.courses import close_course, plan_course
from diary.services.packed_days import rebuild
from diary.storage.courses import administrations_of, course_by_id, courses_of
from diary.storage.ids import new_uid
from diary.storage.protocols import protocol_at
from diary.storage.tables.booking import Booking
from diary.storage.tables.course import Administration, Course, Regimen
from diary.storage.tables.patient import Patient
from diary.storage.unit import clinic_of, scope_of


@dataclass(frozen=True, slots=True)
class Given:
    """One block of infusion days as it was given."""

    first_day: date
    last_day: date
    agent: str
    setting: str
    dose_as_written: str
    classified_as: str
    dose_mg_kg_h: float | None = None
    hours: float | None = None
    adjuncts: list[Any] = field(default_factory=list)
    stopped_early: bool = False
    stop_reason: str | None = None
    reason: str | None = None


def record_infusion(
    session: Session,
    patient: Patient,
    given: Given,
    *,
    regimen: Regimen | None,
    booking: Booking | None,
    today: date,
    now: datetime,
    imported: bool = False,
) -> Administration:
    """Record one block of infusion days, classified by staff.

    new_course: closes the open course and its alerts, opens the next with its baseline. same_series: the open
    course's infusion days grow. booster: an event inside the open course; day count and baseline stay.

    Raises:
        Refusal: infusion_ends_before_start, infusion_too_long, infusion_in_future, infusion_overlaps,
            no_course_open.
    """
    _check(session, patient, given, today=today)
    course = _course_for(session, patient, given, regimen, now=now, imported=imported)
    row = Administration(
        clinic_id=clinic_of(session),
        uid=new_uid(now),
        patient_id=patient.id,
        course_id=course.id,
        regimen_id=regimen.id if regimen else None,
        booking_id=booking.id if booking else None,
        standing=True,
        actor_kind=scope_of(session).actor_kind,
        actor_id=scope_of(session).actor_id,
        recorded_at=now,
        **{name: getattr(given, name) for name in Given.__slots__},
    )
    session.add(row)
    session.flush()
    _fit_to_infusions(session, course)
    session.flush()
    rebuild(session, patient.id, now=now)
    if given.classified_as == "new_course":
        _, protocol = protocol_at(session, now)
        carry_baseline(session, course, _before(session, course), protocol)
    if booking is not None:
        complete_booking(session, booking, now=now)
        if given.classified_as != "new_course":
            close_by_infusion(session, course_id=course.id, parked_only=True, now=now)
    _note(session, row, "infusion.record", now=now)
    return row


def correct_infusion(
    session: Session, patient: Patient, old: Administration, given: Given, *, today: date, now: datetime
) -> Administration:
    """Replace a recorded block: other days, another dose, another class. The old row is kept, not standing.

    Raises:
        Refusal: as `record_infusion`; infusion_changed when the row was already replaced.
    """
    if not old.standing:
        raise Refusal("infusion_changed", "This infusion was corrected meanwhile. Reload it and look again.")
    old.standing = False
    session.flush()
    course = course_by_id(session, old.course_id)
    if old.classified_as == "new_course" and given.classified_as != "new_course":
        _undo_course(session, course, now=now)
    if given.classified_as == old.classified_as:
        _check(session, patient, given, today=today)
        target = course
    else:
        session.flush()
        _fit_to_infusions(session, course)
        return record_infusion(session, patient, given, regimen=None, booking=None, today=today, now=now)
    row = Administration(
        clinic_id=clinic_of(session),
        uid=new_uid(now),
        patient_id=patient.id,
        course_id=target.id,
        regimen_id=old.regimen_id,
        booking_id=old.booking_id,
        supersedes_id=old.id,
        standing=True,
        actor_kind=scope_of(session).actor_kind,
        actor_id=scope_of(session).actor_id,
        recorded_at=now,
        **{name: getattr(given, name) for name in Given.__slots__},
    )
    session.add(row)
    session.flush()
    _fit_to_infusions(session, target)
    session.flush()
    rebuild(session, patient.id, now=now)
    _note(session, row, "infusion.correct", now=now)
    return row


def _check(session: Session, patient: Patient, given: Given, *, today: date) -> None:
    infusions.check_block(given.first_day, given.last_day)
    if given.first_day > today + timedelta(days=1):
        raise Refusal(
            "infusion_in_future",
            "Record an infusion on its first day or later; plan it by a booking until then.",
            pointer="/first_day",
        )
    for other in administrations_of(session, patient.id):
        if infusions.overlaps((given.first_day, given.last_day), (other.first_day, other.last_day)):
            raise Refusal(
                "infusion_overlaps",
                f"An infusion from {other.first_day} to {other.last_day} is recorded already. Correct it.",
                pointer="/first_day",
            )


def _course_for(
    session: Session,
    patient: Patient,
    given: Given,
    regimen: Regimen | None,
    *,
    now: datetime,
    imported: bool,
) -> Course:
    courses = courses_of(session, patient.id)
    open_course = next((course for course in courses if course.status == "open"), None)
    if given.classified_as != "new_course":
        if open_course is None:
            raise Refusal(
                "no_course_open",
                "There is no open course that this could belong to. Record it as a new course.",
                pointer="/classified_as",
            )
        return open_course
    if open_course is not None:
        if open_course.last_infusion_day is not None and given.first_day <= open_course.last_infusion_day:
            raise Refusal(
                "infusion_overlaps",
                f"The open course has infusion days up to {open_course.last_infusion_day}. A new course "
                "starts after them.",
                pointer="/first_day",
            )
        close_course(session, open_course, closing="next_course", now=now)
        close_by_infusion(session, course_id=open_course.id, parked_only=False, now=now)
        session.flush()
    planned = next((course for course in courses if course.status == "planned"), None)
    course = planned or plan_course(
        session,
        patient,
        regimen=regimen,
        planned_first_day=given.first_day,
        treated_area=None,
        now=now,
        imported=imported,
    )
    course.status, course.opened_at = "open", now
    course.first_infusion_day, course.last_infusion_day = given.first_day, given.last_day
    course.regimen_id = regimen.id if regimen else course.regimen_id
    course.version += 1
    session.flush()
    return course


def _fit_to_infusions(session: Session, course: Course) -> None:
    """A course's infusion days are those of its standing blocks, boosters apart."""
    blocks = [
        row
        for row in administrations_of(session, course.patient_id)
        if row.course_id == course.id and row.classified_as != "booster"
    ]
    if blocks:
        course.first_infusion_day = min(row.first_day for row in blocks)
        course.last_infusion_day = max(row.last_day for row in blocks)
        infusions.check_block(course.first_infusion_day, course.last_infusion_day)
        course.version += 1


def _undo_course(session: Session, course: Course, *, now: datetime) -> None:
    """The block was no new course after all: this course is cancelled, the one before it goes on."""
    close_course(session, course, closing="cancelled", now=now)
    course.first_infusion_day = course.last_infusion_day = None
    session.flush()
    earlier = _before(session, course)
    if earlier is not None and earlier.closing == "next_course":
        earlier.status, earlier.closing, earlier.closed_at = "open", None, None
        earlier.version += 1
    session.flush()


def _before(session: Session, course: Course) -> Course | None:
    earlier = [
        other
        for other in courses_of(session, course.patient_id)
        if other.number < course.number and other.closing != "cancelled"
    ]
    return earlier[-1] if earlier else None


def _note(session: Session, row: Administration, action: str, *, now: datetime) -> None:
    audit.note(
        session,
        action,
        now=now,
        object="administration",
        object_uid=row.uid,
        patient_id=row.patient_id,
        detail={"first_day": row.first_day.isoformat(), "classified_as": row.classified_as},
    )
