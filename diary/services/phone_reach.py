"""Whether notes reach a patient's phone: one who says nothing is told from a phone that shows nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy.orm import Session

from diary.storage.beside import phones_seen
from diary.storage.reach import live_subscriptions
from diary.storage.reminders import newest_notes
from diary.storage.tables.outbox import Message
from diary.storage.tables.reach import PushSubscription

# A phone that has shown none of so many notes within a day is off, lost, or has forbidden them.
UNSHOWN_MAX: Final = 3
SHOWN_WITHIN: Final = timedelta(days=1)

Reach = Literal["unpaired", "no_notes", "unreachable", "reached"]


@dataclass(frozen=True, slots=True)
class PhoneReach:
    """What is known of one patient's phone."""

    reach: Reach
    seen_at: datetime | None
    """When a paired phone last asked or sent anything."""
    shown_at: datetime | None
    """When it last showed a note."""


def phone_reach(session: Session, patient_ids: Sequence[int], *, now: datetime) -> dict[int, PhoneReach]:
    """Of each of these patients, in three statements."""
    seen = phones_seen(session, patient_ids)
    notes = newest_notes(session, patient_ids, sent_until=now - SHOWN_WITHIN, limit=UNSHOWN_MAX)
    takers: dict[int, PushSubscription] = {}
    for taker in live_subscriptions(session, patient_ids):  # oldest first, so that the newest stays
        takers[taker.patient_id] = taker
    return {
        patient_id: PhoneReach(
            reach=_reach(patient_id in seen, takers.get(patient_id), notes.get(patient_id, ())),
            seen_at=seen.get(patient_id),
            shown_at=max(
                (n.shown_at for n in notes.get(patient_id, ()) if n.shown_at is not None), default=None
            ),
        )
        for patient_id in patient_ids
    }


def _reach(paired: bool, taker: PushSubscription | None, notes: Sequence[Message]) -> Reach:
    """A phone that began to take notes of late is not judged by what an earlier one left unshown."""
    if not paired:
        return "unpaired"
    if taker is None:
        return "no_notes"
    unshown = [note for note in notes if note.shown_at is None and note.created_at >= taker.created_at]
    return "unreachable" if len(unshown) == UNSHOWN_MAX else "reached"
