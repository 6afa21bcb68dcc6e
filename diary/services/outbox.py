"""Writes messages in the transaction that causes them; a delivery process sends them afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from diary.storage.base import table_of
from diary.storage.ids import new_uid
from diary.storage.tables.outbox import Message
from diary.storage.unit import clinic_of, own


@dataclass(frozen=True, slots=True)
class Letter:
    """What a message is about, and to whom: one of the staff, or the clinic."""

    kind: str
    dedupe_key: str
    staff_id: int | None = None
    patient_id: int | None = None
    alert_id: int | None = None
    booking_id: int | None = None
    expires_at: datetime | None = None


def enqueue(session: Session, letter: Letter, *, now: datetime) -> None:
    """One message, once: the same key again writes nothing."""
    known = own(session, Message).with_only_columns(Message.id).where(Message.dedupe_key == letter.dedupe_key)
    if not session.scalar(known):
        enqueue_new(session, [letter], now=now)


def enqueue_new(session: Session, letters: Sequence[Letter], *, now: datetime) -> None:
    """Messages about what did not exist before, so that no key of theirs can be known."""
    rows = [
        {
            "clinic_id": clinic_of(session),
            "uid": new_uid(now),
            "state": "new",
            "created_at": now,
            "next_try_at": now,
            "tries": 0,
            **{name: getattr(letter, name) for name in Letter.__slots__},
        }
        for letter in letters
    ]
    if rows:
        session.execute(insert(table_of(Message)), rows)


def cancel_for_patient(session: Session, patient_id: int, *, now: datetime) -> int:
    """Nothing more goes out to a patient who is paused or no longer followed; how many were cancelled."""
    waiting = session.scalars(
        own(session, Message).where(Message.patient_id == patient_id, Message.state.in_(("new", "taken")))
    ).all()
    for message in waiting:
        message.state, message.ended_at, message.next_try_at = "cancelled", now, None
    return len(waiting)
