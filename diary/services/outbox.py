"""Writes messages in the transaction that causes them; a delivery process sends them afterwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from diary.services import audit
from diary.storage.base import INSERT, table_of
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
    due_at: datetime | None = None
    """Not sent before; at once, when None."""


def enqueue(session: Session, letter: Letter, *, now: datetime) -> None:
    """One message, once: the same key again writes nothing."""
    enqueue_all(session, [letter], now=now)


def enqueue_all(session: Session, letters: Sequence[Letter], *, now: datetime) -> None:
    """The same for many, each with a key of its own."""
    keys = own(session, Message).with_only_columns(Message.dedupe_key)
    known = set(session.scalars(keys.where(Message.dedupe_key.in_([one.dedupe_key for one in letters]))))
    enqueue_new(session, [one for one in letters if one.dedupe_key not in known], now=now)


def enqueue_new(session: Session, letters: Sequence[Letter], *, now: datetime) -> None:
    """Messages none of whose keys is known: of what did not exist before, or looked up by the caller."""
    if letters:
        session.execute(insert(table_of(Message)), _rows(session, letters, now=now))


def enqueue_digests(
    session: Session, staff_ids: Iterable[int | None], *, due_at: datetime, now: datetime
) -> None:
    """One digest to each of these people (to the clinic, for None) of all that is told at this moment.

    A person for whom one still waits to be sent gets no second: what it says is looked up as it is sent.
    """
    keys = {staff_id: f"digest:{staff_id or 'clinic'}:{now.isoformat()}" for staff_id in staff_ids}
    if not keys:
        return
    waits = own(session, Message).with_only_columns(Message.staff_id)
    waiting = set(session.scalars(waits.where(Message.kind == "digest", Message.state == "new")))
    insert_new = INSERT[session.get_bind().dialect.name](table_of(Message)).on_conflict_do_nothing(
        index_elements=["clinic_id", "dedupe_key"]  # the shards of a night may be written side by side
    )
    letters = [
        Letter("digest", key, staff_id, due_at=due_at)
        for staff_id, key in keys.items()
        if staff_id not in waiting
    ]
    if letters:
        session.execute(insert_new, _rows(session, letters, now=now))


def send_again(session: Session, message: Message, *, now: datetime) -> None:
    """One more try of what was given up, because somebody asked for it; under the same id."""
    message.state, message.ended_at, message.expires_at = "new", None, None
    message.created_at = message.next_try_at = now
    message.tries = 0
    session.flush()
    audit.note(session, "message.again", now=now, object="message", object_uid=message.uid)


def revive(message: Message, *, at: datetime) -> None:
    """What was cancelled before it left has its point again; under the same id."""
    message.state, message.ended_at, message.next_try_at = "new", None, at
    message.owner = message.lease_until_at = None


def cancel_for_patient(session: Session, patient_id: int, *, now: datetime) -> int:
    """Nothing more goes out to a patient who is paused or no longer followed; how many were cancelled."""
    waiting = session.scalars(
        own(session, Message).where(Message.patient_id == patient_id, Message.state.in_(("new", "taken")))
    ).all()
    for message in waiting:
        message.state, message.ended_at, message.next_try_at = "cancelled", now, None
    return len(waiting)


def _rows(session: Session, letters: Sequence[Letter], *, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "clinic_id": clinic_of(session),
            "uid": new_uid(now),
            "state": "new",
            "created_at": now,
            "next_try_at": letter.due_at or now,
            "tries": 0,
            **{name: getattr(letter, name) for name in Letter.__slots__ if name != "due_at"},
        }
        for letter in letters
    ]
