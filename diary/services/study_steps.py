"""Keeps a study's log: who was screened, who agreed, each visit and deviation; a mistake is taken back."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.domain.taking_part import NEXT, standing
from diary.services.studies import note
from diary.storage.ids import new_uid
from diary.storage.studies import steps_of
from diary.storage.tables.patient import Patient
from diary.storage.tables.study import Study, StudyStep
from diary.storage.unit import clinic_of, scope_of

# What only an allotment writes: by the list, never by hand.
BY_THE_LIST = "allotted"


def standing_of(session: Session, study: Study, patient_id: int) -> str | None:
    """Where the patient stands in the study; None before any screening."""
    steps = steps_of(session, study, patient_id=patient_id)
    return standing(step.kind for step in steps if step.taken_back_at is None)


def record_step(
    session: Session,
    study: Study,
    patient: Patient,
    *,
    kind: str,
    day: date,
    today: date,
    now: datetime,
    visit: str | None = None,
    detail: str | None = None,
) -> StudyStep:
    """One more line of the log.

    Args:
        session: of the clinic.
        study: of the patient.
        patient: held by the caller.
        kind: `config.words.STUDY_STEPS`; "allotted" comes by the list alone.
        day: when it was.
        today: the patient's.
        now: when it is written down.
        visit: which one, for a visit.
        detail: in words.

    Raises:
        Refusal: study_wrong_state, when this cannot follow what stands; day_in_future.
    """
    if day > today:
        raise Refusal("day_in_future", f"{day} has not come yet. Use {today} or earlier.", pointer="/day")
    if (kind == "visit") != (visit is not None):
        raise Refusal("study_wrong_state", "Name the visit, and only for a visit.", pointer="/visit")
    stands = standing_of(session, study, patient.id)
    if kind == BY_THE_LIST or kind not in NEXT[stands]:
        here = f"stands at {stands!r}" if stands else "was never screened"
        raise Refusal(
            "study_wrong_state",
            f"{patient.pseudonym} {here} in {study.name}: this cannot follow.",
            pointer="/kind",
        )
    if any(
        (one.kind, one.day, one.visit) == (kind, day, visit) and one.taken_back_at is None
        for one in steps_of(session, study, patient_id=patient.id)
    ):
        raise Refusal("study_wrong_state", "This stands in the log already.", pointer="/day")
    return add_step(session, study, patient, kind=kind, day=day, visit=visit, detail=detail, now=now)


def take_back(session: Session, study: Study, step: StudyStep, *, reason: str, now: datetime) -> None:
    """This line was a mistake: it stays readable, and counts no more.

    Raises:
        Refusal: study_wrong_state, for an allotment, or where later lines would stand on nothing.
    """
    steps = [one for one in steps_of(session, study, patient_id=step.patient_id) if one.taken_back_at is None]
    if step.kind == BY_THE_LIST:
        raise Refusal("study_wrong_state", "Who was allotted stays so. Record that the patient withdrew.")
    if step not in steps or not _follows([one.kind for one in steps if one is not step]):
        raise Refusal("study_wrong_state", "Later lines rest on this one. Take those back first.")
    scope = scope_of(session)
    step.taken_back_at, step.taken_back_reason = now, reason
    step.taken_back_by_kind, step.taken_back_by_id = scope.actor_kind, scope.actor_id
    session.flush()
    note(session, study, "study.take_back", now=now, patient_id=step.patient_id, before=step.kind)


def add_step(
    session: Session,
    study: Study,
    patient: Patient,
    *,
    kind: str,
    day: date,
    now: datetime,
    visit: str | None = None,
    detail: str | None = None,
) -> StudyStep:
    """Write a line of which the caller knows that it can follow."""
    scope = scope_of(session)
    step = StudyStep(
        clinic_id=clinic_of(session),
        uid=new_uid(now),
        study_id=study.id,
        patient_id=patient.id,
        kind=kind,
        day=day,
        visit=visit,
        detail=detail,
        actor_kind=scope.actor_kind,
        actor_id=scope.actor_id,
        recorded_at=now,
    )
    session.add(step)
    session.flush()
    note(session, study, "study.step", now=now, patient_id=patient.id, after=kind)
    return step


def _follows(kinds: list[str]) -> bool:
    """Whether each step may follow those before it."""
    return all(kind in NEXT[standing(kinds[:place])] for place, kind in enumerate(kinds))
