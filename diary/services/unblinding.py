"""Unblinds one patient, or a whole study: one person asks with a reason, another agrees.

The two who asked and agreed are told that one arm; to everybody and everything else it stays masked.
"""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services.studies import note
from diary.storage.courses import course_by_id
from diary.storage.ids import new_uid
from diary.storage.studies import allotted_courses, arms_of, freezes_of, unblindings_of
from diary.storage.tables.study import Study, Unblinding
from diary.storage.unit import clinic_of

IN_AN_EMERGENCY: Final = (
    "Do not wait for this in an emergency: treat as if ketamine was given. The pharmacy finds the arm by the "
    "number at any hour. A red flag of a masked patient reaches you as everybody's does."
)


def ask(
    session: Session, study: Study, *, course_id: int | None, reason: str, staff_id: int, now: datetime
) -> Unblinding:
    """Ask to be told one course's arm, or (course None) that the whole study be unblinded.

    Raises:
        Refusal: study_wrong_state: not masked, asked already, not in the study; for a whole one, when it is
            not closed and frozen.
    """
    if study.unblinded_at is not None:
        raise Refusal("study_wrong_state", f"{study.name} is not masked.")
    if course_id is None and (study.closed_at is None or not freezes_of(session, study)):
        raise Refusal("study_wrong_state", f"Close {study.name} and freeze its record first.")
    if course_id is not None and course_id not in allotted_courses(session, study):
        raise Refusal("study_wrong_state", "This patient was not allotted to an arm.")
    if any(one.course_id == course_id and is_waiting(one) for one in unblindings_of(session, study)):
        raise Refusal("study_wrong_state", "This was asked already; another person has to agree.")
    request = Unblinding(
        clinic_id=clinic_of(session),
        uid=new_uid(now),
        study_id=study.id,
        course_id=course_id,
        reason=reason,
        asked_by_id=staff_id,
        asked_at=now,
    )
    session.add(request)
    session.flush()
    _note(session, study, request, "unblinding.ask", now=now)
    return request


def agree(session: Session, study: Study, request: Unblinding, *, staff_id: int, now: datetime) -> None:
    """Another person agrees: the two are told the arm, or the study is unblinded.

    Raises:
        Refusal: another_person_needed; study_wrong_state, when it waits no more.
    """
    if not is_waiting(request):
        raise Refusal("study_wrong_state", "This was decided meanwhile.")
    if staff_id == request.asked_by_id:
        raise Refusal("another_person_needed", "You asked for this yourself; a colleague has to agree.")
    request.agreed_by_id, request.agreed_at = staff_id, now
    if request.course_id is None:
        study.unblinded_at = now
        study.version += 1
    session.flush()
    _note(session, study, request, "unblinding.agree", now=now)


def end(session: Session, study: Study, request: Unblinding, *, now: datetime) -> None:
    """It is not asked for any more, or a colleague does not agree.

    Raises:
        Refusal: study_wrong_state, when it waits no more.
    """
    if not is_waiting(request):
        raise Refusal("study_wrong_state", "This was decided meanwhile.")
    request.ended_at = now
    session.flush()
    _note(session, study, request, "unblinding.end", now=now)


def is_waiting(request: Unblinding) -> bool:
    """Whether somebody has to agree yet."""
    return request.agreed_at is None and request.ended_at is None


def arm_told(session: Session, study: Study, request: Unblinding, *, reader_id: int) -> str | None:
    """The arm of a course that two people unblinded, for those two alone."""
    if request.agreed_at is None or request.course_id is None:
        return None
    if reader_id not in (request.asked_by_id, request.agreed_by_id):
        return None
    names = {arm.id: arm.name for arm in arms_of(session, study)}
    arm_id = allotted_courses(session, study).get(request.course_id)
    return None if arm_id is None else names[arm_id]


def _note(session: Session, study: Study, request: Unblinding, action: str, *, now: datetime) -> None:
    patient_id = None
    if request.course_id is not None:
        patient_id = course_by_id(session, request.course_id).patient_id
    note(session, study, action, now=now, patient_id=patient_id, whole_study=request.course_id is None)
