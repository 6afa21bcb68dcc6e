"""Plans a course, and ends its follow-up."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services import audit
from diary.services.packed_days import rebuild
from diary.services.regimens import check_in_use
from diary.storage.courses import courses_of
from diary.storage.ids import new_uid
from diary.storage.protocols import instrument_at
from diary.storage.tables.course import Course, Regimen
from diary.storage.tables.patient import Patient
from diary.storage.unit import clinic_of

# Closings of a patient who is no longer followed.
STOPPED: Final = ("withdrew", "died", "moved", "other")


def present_course(courses: Sequence[Course]) -> Course | None:
    """Of one patient's courses the one that is meant by "the course": open, else planned, else the last."""
    ranked = {"open": 0, "planned": 1, "closed": 2}
    return min(courses, key=lambda course: (ranked[course.status], -course.number), default=None)


def plan_course(
    session: Session,
    patient: Patient,
    *,
    regimen: Regimen | None,
    planned_first_day: date | None,
    treated_area: str | None,
    now: datetime,
) -> Course:
    """A course whose infusion is expected: from here on the diary collects its baseline.

    Raises:
        Refusal: patient_not_followed; course_already_planned; regimen_retired.
    """
    if patient.follow_state == "stopped":
        raise Refusal(
            "patient_not_followed",
            "This patient is no longer followed. Follow again before planning a course.",
        )
    if regimen is not None:
        check_in_use(regimen)
    if any(course.status == "planned" for course in courses_of(session, patient.id)):
        raise Refusal("course_already_planned", "A next course is already planned for this patient.")
    return add_course(
        session,
        patient,
        regimen=regimen,
        planned_first_day=planned_first_day,
        treated_area=treated_area,
        now=now,
    )


def add_course(
    session: Session,
    patient: Patient,
    *,
    regimen: Regimen | None,
    planned_first_day: date | None,
    treated_area: str | None,
    now: datetime,
) -> Course:
    """The patient's next course, planned: also of one who was stopped, to whom an infusion was given."""
    courses = courses_of(session, patient.id)
    course = Course(
        clinic_id=clinic_of(session),
        uid=new_uid(now),
        patient_id=patient.id,
        number=1 + max((course.number for course in courses), default=0),
        regimen_id=regimen.id if regimen else None,
        instrument_version_id=instrument_at(session, now).id,
        treated_area=treated_area or (courses[-1].treated_area if courses else None),
        status="planned",
        planned_first_day=planned_first_day,
        version=1,
    )
    session.add(course)
    session.flush()
    rebuild(session, patient.id, now=now)
    audit.note(
        session,
        "course.plan",
        now=now,
        object="course",
        object_uid=course.uid,
        patient_id=patient.id,
        detail={},
    )
    return course


def resume_courses(session: Session, patient_id: int, *, now: datetime) -> None:
    """The patient is followed again: what ended with the stop goes on where it was.

    A course that ended in another way stays ended, and so does everything before it.
    """
    courses = [course for course in courses_of(session, patient_id) if course.closing != "cancelled"]
    for course in reversed(courses):
        if course.closing not in STOPPED:
            break
        course.status = "open" if course.first_infusion_day is not None else "planned"
        course.closing = course.closed_at = None
        course.version += 1
        audit.note(
            session,
            "course.resume",
            now=now,
            object="course",
            object_uid=course.uid,
            patient_id=patient_id,
            detail={},
        )
        session.flush()
        if course.status == "open":
            break
    rebuild(session, patient_id, now=now)


def close_course(session: Session, course: Course, *, closing: str, now: datetime) -> None:
    """End a course's follow-up, saying why."""
    course.status, course.closing, course.closed_at = "closed", closing, now
    course.version += 1
    audit.note(
        session,
        "course.close",
        now=now,
        object="course",
        object_uid=course.uid,
        patient_id=course.patient_id,
        detail={"closing": closing},
    )
