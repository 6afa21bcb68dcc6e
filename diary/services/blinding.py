"""Keeps a masked study masked: of its courses no night says anything, and only what a patient tells alerts.

A course is masked from when it is allotted until two people unblind its study. Nights pass over it
(`diary.storage.studies.MASKED_COURSES`), so that there is no state, forecast or alert from which an arm could
be read or counted. A red flag, and a patient's wish to be called, ring as they always do.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from diary.services import alerts, audit
from diary.storage.alerts import live_of_patient
from diary.storage.courses import course_by_id
from diary.storage.studies import masked_courses
from diary.storage.tables.night import Assessment, AssessmentLog
from diary.storage.unit import clinic_of

# What a patient tells, and not what a night found.
TOLD: Final = frozenset({"red_flag", "call_me"})


def is_masked(session: Session, course_id: int) -> bool:
    """Whether this course takes part in a study that nobody has unblinded."""
    return course_id in masked_courses(session)


def masked_among(session: Session, course_ids: Iterable[int]) -> frozenset[int]:
    """Of these courses, those that are masked."""
    return frozenset(masked_courses(session) & {*course_ids})


def mask(session: Session, course_ids: Collection[int], *, now: datetime) -> None:
    """From now on nights are silent about these courses: what they had said is taken back.

    To be called where courses are allotted, in that transaction.
    """
    clinic_id = clinic_of(session)
    for table in (Assessment, AssessmentLog):
        session.execute(delete(table).where(table.clinic_id == clinic_id, table.course_id.in_(course_ids)))
    for course_id in sorted(course_ids):
        course = course_by_id(session, course_id)
        for alert in live_of_patient(session, course.patient_id, lock=True):
            if alert.course_id == course_id and alert.kind not in TOLD:
                alerts.close(session, alert, outcome="handled", reason="the study is masked", now=now)
        audit.note(
            session,
            "course.mask",
            now=now,
            object="course",
            object_uid=course.uid,
            patient_id=course.patient_id,
        )
