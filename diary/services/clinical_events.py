"""Records what else happened to a patient on a day: a nerve block, surgery, an injury, a liver test."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services import audit
from diary.storage.ids import new_uid
from diary.storage.tables.course import ClinicalEvent
from diary.storage.tables.patient import Patient
from diary.storage.unit import clinic_of, scope_of


def record_event(
    session: Session,
    patient: Patient,
    *,
    kind: str,
    day: date,
    detail: str | None,
    alt_u_l: float | None,
    ast_u_l: float | None,
    today: date,
    now: datetime,
) -> ClinicalEvent:
    """A dated event beside the infusions; it explains a curve and changes nothing of it.

    Raises:
        Refusal: day_in_future.
    """
    if day > today:
        raise Refusal("day_in_future", f"{day} has not come yet. Use {today} or earlier.", pointer="/day")
    event = ClinicalEvent(
        clinic_id=clinic_of(session),
        uid=new_uid(now),
        patient_id=patient.id,
        kind=kind,
        day=day,
        detail=detail,
        alt_u_l=alt_u_l,
        ast_u_l=ast_u_l,
        actor_kind=scope_of(session).actor_kind,
        actor_id=scope_of(session).actor_id,
        recorded_at=now,
    )
    session.add(event)
    session.flush()
    audit.note(
        session,
        "event.record",
        now=now,
        object="clinical_event",
        object_uid=event.uid,
        patient_id=patient.id,
        detail={"kind": kind, "day": day.isoformat()},
    )
    return event
