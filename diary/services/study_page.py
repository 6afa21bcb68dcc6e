"""What the desk shows of a study that runs: who stands where, what is due, who asked for an arm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from diary.domain.taking_part import VisitDue, standing, visits_due
from diary.services import audit
from diary.services.alert_lines import staff_names
from diary.services.answer_map import Tally, answered_lately
from diary.services.happenings import who_did
from diary.services.studies import note, planned_visits
from diary.services.unblinding import arm_told, is_waiting
from diary.storage.courses import course_by_id, courses_by_id
from diary.storage.patients import patient_by_id, patients_by_id
from diary.storage.studies import (
    Taken,
    allotted_courses,
    arms_of,
    freezes_of,
    numbers_of,
    steps_of,
    strata_of,
    unblindings_of,
)
from diary.storage.tables.course import Course
from diary.storage.tables.patient import Patient
from diary.storage.tables.study import Study, StudyFreeze, StudyStep, Unblinding


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log, and who wrote it."""

    step: StudyStep
    by: str


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who was screened."""

    patient: Patient
    stands: str | None
    stratum: str | None
    number: str | None
    visits: Sequence[VisitDue]
    deviations: int
    log: Sequence[LogLine]

    @property
    def next_visit(self) -> VisitDue | None:
        """The first planned visit that is not done."""
        return next((visit for visit in self.visits if visit.state != "done"), None)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to be told an arm; the arm stands in it for the two people alone."""

    request: Unblinding
    pseudonym: str | None
    asked_by: str
    agreed_by: str | None
    waiting: bool
    mine: bool
    """Whether the reader asked, and so cannot agree."""
    arm: str | None


@dataclass(frozen=True, slots=True)
class StudyPage:
    """A study as its coordinator works with it; no arm is named while it is masked."""

    study: Study
    arms: Sequence[str]
    """Empty while it is masked."""
    strata: Mapping[str, Taken]
    participants: Sequence[Participant]
    lately: Tally
    """How those who are allotted answered in the two weeks up to yesterday."""
    asked: Sequence[Asked]
    freezes: Sequence[StudyFreeze]

    @property
    def waiting(self) -> int:
        """How many requests somebody else has to agree to."""
        return sum(one.waiting and not one.mine for one in self.asked)

    @property
    def counts(self) -> dict[str, int]:
        """How many stand where."""
        found: dict[str, int] = {}
        for one in self.participants:
            if one.stands is not None:
                found[one.stands] = found.get(one.stands, 0) + 1
        return found


def study_page(session: Session, study: Study, *, reader_id: int, today: date, now: datetime) -> StudyPage:
    """All that the page shows; that these patients were shown leaves a row."""
    participants = _participants(session, study, today)
    allotted = {one.patient.id for one in participants if one.number is not None}
    shown = [one.patient.pseudonym for one in participants]
    audit.note_list(session, "study", shown, named=False, now=now)
    return StudyPage(
        study=study,
        arms=[arm.name for arm in arms_of(session, study)] if study.unblinded_at is not None else [],
        strata=strata_of(session, study),
        participants=participants,
        lately=answered_lately(session, allotted, last_day=today - timedelta(days=1)),
        asked=asked_of(session, study, reader_id=reader_id, now=now),
        freezes=freezes_of(session, study),
    )


def asked_of(session: Session, study: Study, *, reader_id: int, now: datetime) -> list[Asked]:
    """Every request to be told an arm, the newest first; that one of the two reads an arm leaves a row."""
    names, found = staff_names(session), []
    for request in reversed(unblindings_of(session, study)):
        patient = None
        if request.course_id is not None:
            patient = patient_by_id(session, course_by_id(session, request.course_id).patient_id)
        arm = arm_told(session, study, request, reader_id=reader_id)
        if arm is not None and patient is not None:
            note(session, study, "unblinding.read", now=now, patient_id=patient.id)
        found.append(
            Asked(
                request=request,
                pseudonym=None if patient is None else patient.pseudonym,
                asked_by=who_did("staff", request.asked_by_id, names),
                agreed_by=who_did("staff", request.agreed_by_id, names) if request.agreed_by_id else None,
                waiting=is_waiting(request),
                mine=request.asked_by_id == reader_id,
                arm=arm,
            )
        )
    return found


def _participants(session: Session, study: Study, today: date) -> list[Participant]:
    by_patient: dict[int, list[StudyStep]] = {}
    for step in steps_of(session, study):
        by_patient.setdefault(step.patient_id, []).append(step)
    courses = courses_by_id(session, list(allotted_courses(session, study)))
    course_of = {course.patient_id: course for course in courses.values()}
    numbers, names = numbers_of(session, study), staff_names(session)
    found = []
    for patient in patients_by_id(session, sorted({*by_patient, *course_of})).values():
        steps, course = by_patient.get(patient.id, []), course_of.get(patient.id)
        stratum, number = numbers.get(course.id, (None, None)) if course else (None, None)
        kinds = [step.kind for step in steps if step.taken_back_at is None]
        found.append(
            Participant(
                patient=patient,
                stands=standing(kinds) or ("allotted" if course else None),
                stratum=stratum,
                number=number,
                visits=_visits(study, course, steps, today),
                deviations=sum(kind.endswith("_deviation") for kind in kinds),
                log=[LogLine(step, who_did(step.actor_kind, step.actor_id, names)) for step in steps],
            )
        )
    return sorted(found, key=lambda one: one.patient.pseudonym)


def _visits(study: Study, course: Course | None, steps: Sequence[StudyStep], today: date) -> list[VisitDue]:
    if course is None or course.last_infusion_day is None:
        return []
    done = [step.visit for step in steps if step.visit and step.taken_back_at is None]
    return visits_due(
        planned_visits(study), done=done, last_infusion_day=course.last_infusion_day, today=today
    )
