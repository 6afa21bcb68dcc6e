"""Records what was given: a new course closes the one before it and gets its baseline."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy.orm import Session

from diary.domain import alert_states, infusions
from diary.domain.errors import Refusal
from diary.services import audit
from diary.services.alerts import close_by_infusion, close_parked, end_unowned
from diary.services.baselines import carry_baselines
from diary.services.blinding import is_masked
from diary.services.bookings import complete_booking
from diary.services.courses import add_course, close_course
from diary.services.packed_days import rebuild
from diary.storage.alerts import live_of_course
from diary.storage.bookings import live_booking_of
from diary.storage.courses import administrations_of, course_by_id, courses_of
from diary.storage.ids import new_uid
from diary.storage.naming import rows_by_id
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
    A new course ends the booking under way, named or not: what it asked for was given.

    Raises:
        Refusal: infusion_ends_before_start, infusion_too_long, infusion_in_future, infusion_overlaps,
            no_course_open; study_masked, for another agent than the study drug in a masked study.
    """
    _check(session, patient, given, today=today)
    if given.classified_as == "new_course" and not imported:
        booking = booking or live_booking_of(session, patient.id, lock=True)
    course = _course_for(session, patient, given, regimen, now=now, imported=imported)
    row = _written(
        session,
        course,
        given,
        regimen_id=regimen.id if regimen else None,
        booking_id=booking.id if booking else None,
        replaces=None,
        now=now,
    )
    _settle(session, course, now=now)
    if booking is not None:
        complete_booking(session, booking, now=now)
        close_parked(session, patient.id, now=now)
    _note(session, row, "infusion.record", now=now)
    return row


def correct_infusion(
    session: Session, patient: Patient, old: Administration, given: Given, *, today: date, now: datetime
) -> Administration:
    """Replace a recorded block: other days, another dose, another class. The old row is kept, not standing.

    Raises:
        Refusal: as `record_infusion`; infusion_changed when the row was already replaced.
    """
    # The caller read it before it held the patient: whoever was quicker has committed by now.
    session.refresh(old)
    if not old.standing:
        raise Refusal("infusion_changed", "This infusion was corrected meanwhile. Reload it and look again.")
    old.standing = False
    session.flush()
    course = course_by_id(session, old.course_id)
    _check(session, patient, given, today=today)
    if given.classified_as != old.classified_as:
        regimen = rows_by_id(session, Regimen, [old.regimen_id]).get(old.regimen_id or 0)
        if old.classified_as == "new_course":
            _undo_course(session, course, now=now)
        else:
            _fit_to_infusions(session, course)
        course = _course_for(session, patient, given, regimen, now=now, imported=False)
    row = _written(
        session,
        course,
        given,
        regimen_id=old.regimen_id,
        booking_id=old.booking_id,
        replaces=old,
        now=now,
    )
    _settle(session, course, now=now)
    _note(session, row, "infusion.correct", now=now)
    return row


def _written(
    session: Session,
    course: Course,
    given: Given,
    *,
    regimen_id: int | None,
    booking_id: int | None,
    replaces: Administration | None,
    now: datetime,
) -> Administration:
    if given.agent != "study_drug" and is_masked(session, course.id):
        raise Refusal(
            "study_masked",
            "This course is in a masked study: record what was given as the study drug, and no dose that "
            "tells more.",
            pointer="/agent",
        )
    row = Administration(
        clinic_id=clinic_of(session),
        uid=new_uid(now),
        patient_id=course.patient_id,
        course_id=course.id,
        regimen_id=regimen_id,
        booking_id=booking_id,
        supersedes_id=replaces.id if replaces else None,
        standing=True,
        actor_kind=scope_of(session).actor_kind,
        actor_id=scope_of(session).actor_id,
        recorded_at=now,
        **{name: getattr(given, name) for name in Given.__slots__},
    )
    session.add(row)
    session.flush()
    return row


def _settle(session: Session, course: Course, *, now: datetime) -> None:
    """Bring the course's days, every packed row and the baselines in step with the blocks that stand."""
    _fit_to_infusions(session, course)
    session.flush()
    _check_order(session, course.patient_id)
    rebuild(session, course.patient_id, now=now)
    carry_baselines(session, course.patient_id, now=now)


def _check_order(session: Session, patient_id: int) -> None:
    """Courses follow one another, and a booster comes after the infusion days of its course."""
    dated = [
        (course, course.first_infusion_day, course.last_infusion_day)
        for course in courses_of(session, patient_id)
        if course.first_infusion_day is not None and course.last_infusion_day is not None
    ]
    for (earlier, _, ends), (later, starts, _) in pairwise(dated):
        if starts <= ends:
            raise Refusal(
                "infusion_overlaps",
                f"Course {later.number} would begin on {starts}, not after the infusion days of course "
                f"{earlier.number}, which end on {ends}. Check the days, and what they are classified as.",
                pointer="/first_day",
            )
    last_days = {course.id: ends for course, _, ends in dated}
    for row in administrations_of(session, patient_id):
        if row.classified_as == "booster" and row.first_day <= last_days[row.course_id]:
            raise Refusal(
                "infusion_overlaps",
                f"A booster comes after the infusion days of its course, which end on "
                f"{last_days[row.course_id]}. Check the days, and what they are classified as.",
                pointer="/classified_as",
            )


def _check(session: Session, patient: Patient, given: Given, *, today: date) -> None:
    infusions.check_block(given.first_day, given.last_day)
    if given.first_day > today + timedelta(days=1):
        raise Refusal(
            "infusion_in_future",
            "Record an infusion on its first day or later; plan it by a booking until then.",
            pointer="/first_day",
        )
    if given.last_day > today + timedelta(days=1):
        raise Refusal(
            "infusion_in_future",
            "Record what was given so far, with the last day on which it was; correct the record when more "
            "is given.",
            pointer="/last_day",
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
        close_course(session, open_course, closing="next_course", now=now)
        close_by_infusion(session, course_id=open_course.id, now=now)
        session.flush()
    planned = next((course for course in courses if course.status == "planned"), None)
    course = planned or add_course(
        session,
        patient,
        regimen=None,
        planned_first_day=given.first_day,
        treated_area=None,
        now=now,
    )
    if imported:
        course.imported_at = now
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
    """The block was no new course after all: this course is cancelled, the one before it goes on.

    Its other blocks go over to that one, and what nobody took of its alerts is withdrawn.
    """
    close_course(session, course, closing="cancelled", now=now)
    course.first_infusion_day = course.last_infusion_day = None
    for alert in live_of_course(session, course.id):
        if alert_states.may(alert.status, "supersede", kind=alert.kind):
            end_unowned(session, [(alert, "supersede", "it was no new course")], now=now)
    session.flush()
    earlier = _before(session, course)
    if earlier is None:
        return
    if earlier.closing == "next_course":
        earlier.status, earlier.closing, earlier.closed_at = "open", None, None
        earlier.version += 1
    for row in administrations_of(session, course.patient_id):
        if row.course_id == course.id:
            row.course_id = earlier.id
    session.flush()


def _before(session: Session, course: Course) -> Course | None:
    """The infused course before; one that was planned and never begun is none."""
    earlier = [
        other
        for other in courses_of(session, course.patient_id)
        if other.number < course.number and other.first_infusion_day is not None
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
