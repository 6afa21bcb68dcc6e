"""Writes messages in the transaction that causes them; a delivery process sends them afterwards."""

from datetime import datetime

from sqlalchemy.orm import Session

from diary.storage.ids import new_uid
from diary.storage.tables.outbox import Message
from diary.storage.unit import clinic_of, own


def enqueue(
    session: Session,
    kind: str,
    *,
    dedupe_key: str,
    now: datetime,
    staff_id: int | None = None,
    patient_id: int | None = None,
    alert_id: int | None = None,
    booking_id: int | None = None,
    expires_at: datetime | None = None,
) -> None:
    """One message, once: the same key again writes nothing."""
    if session.scalar(
        own(session, Message).with_only_columns(Message.id).where(Message.dedupe_key == dedupe_key)
    ):
        return
    session.add(
        Message(
            clinic_id=clinic_of(session),
            uid=new_uid(now),
            kind=kind,
            dedupe_key=dedupe_key,
            staff_id=staff_id,
            patient_id=patient_id,
            alert_id=alert_id,
            booking_id=booking_id,
            state="new",
            created_at=now,
            next_try_at=now,
            expires_at=expires_at,
            tries=0,
        )
    )


def cancel_for_patient(session: Session, patient_id: int, *, now: datetime) -> int:
    """Nothing more goes out to a patient who is paused or no longer followed; how many were cancelled."""
    waiting = session.scalars(
        own(session, Message).where(Message.patient_id == patient_id, Message.state.in_(("new", "taken")))
    ).all()
    for message in waiting:
        message.state, message.ended_at, message.next_try_at = "cancelled", now, None
    return len(waiting)
