"""Founds a study, ends its recruiting and its data collection, and reads what it plans."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.domain.randomisation import ARMS_MAX
from diary.domain.taking_part import PlannedVisit
from diary.services import audit
from diary.storage.ids import new_uid
from diary.storage.studies import study_named
from diary.storage.tables.study import Study, StudyArm
from diary.storage.unit import clinic_of

FOLLOW_UP_DAYS: Final = 84


def found_study(
    session: Session,
    *,
    name: str,
    arms: Sequence[str],
    masking: str,
    estimand: str,
    now: datetime,
    follow_up_days: int = FOLLOW_UP_DAYS,
    visits: Sequence[PlannedVisit] = (),
) -> Study:
    """A study that begins: nobody takes part yet, and it has no list.

    Args:
        name: of the study, once in the clinic.
        arms: their names, each once.
        masking: `config.words.STUDY_MASKINGS`.
        estimand: `config.words.ESTIMANDS`: stated before anybody is allotted, and never changed.
        now: when it begins.
        follow_up_days: the last course day that belongs to it.
        visits: what is planned.

    Raises:
        Refusal: study_name_taken; study_wrong_state for arms that cannot be.
    """
    if study_named(session, name) is not None:
        raise Refusal("study_name_taken", f"There is a study {name!r} already.", pointer="/name")
    if not 2 <= len(arms) <= ARMS_MAX or len(set(arms)) != len(arms):
        raise Refusal(
            "study_wrong_state", f"Name 2 to {ARMS_MAX} arms, each once, a line each.", pointer="/arms"
        )
    study = Study(
        clinic_id=clinic_of(session),
        uid=new_uid(now),
        name=name,
        masking=masking,
        estimand=estimand,
        follow_up_days=follow_up_days,
        visits=[_written(visit) for visit in visits],
        created_at=now,
        unblinded_at=now if masking == "open" else None,
        version=1,
    )
    session.add(study)
    session.flush()
    session.add_all(StudyArm(clinic_id=study.clinic_id, study_id=study.id, name=arm) for arm in arms)
    session.flush()
    note(session, study, "study.found", now=now, masking=masking, estimand=estimand, arms=len(arms))
    return study


def close_study(session: Session, study: Study, *, now: datetime) -> None:
    """From now on nobody is allotted any more, and the record can be frozen.

    Raises:
        Refusal: study_wrong_state, when it is closed already.
    """
    if study.closed_at is not None:
        raise Refusal("study_wrong_state", f"{study.name} is closed already.")
    study.closed_at = now
    study.version += 1
    session.flush()
    note(session, study, "study.close", now=now)


def planned_visits(study: Study) -> list[PlannedVisit]:
    """What the study plans."""
    return [PlannedVisit(**visit) for visit in study.visits or ()]


def note(
    session: Session,
    study: Study,
    action: str,
    *,
    now: datetime,
    patient_id: int | None = None,
    **detail: Any,
) -> None:
    """One audit row about a study; `detail` never says an arm."""
    audit.note(
        session, action, now=now, object="study", object_uid=study.uid, patient_id=patient_id, detail=detail
    )


def _written(visit: PlannedVisit) -> dict[str, Any]:
    return {"name": visit.name, "day_number": visit.day_number, "window_days": visit.window_days}
