"""Whether a message to a patient still has its point when its turn comes, and whether it would wake them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from diary.domain.reminding import AWAKE, Step, disturbs
from diary.services.reminders import wish_of
from diary.services.visit_notes import version_told
from diary.storage.bookings import bookings_by_id
from diary.storage.reminders import days_with_answers, reminders_of
from diary.storage.tables.booking import Booking
from diary.storage.tables.outbox import Message
from diary.storage.tables.patient import Patient
from diary.storage.tables.reach import Reminder


@dataclass(frozen=True, slots=True)
class Standing:
    """What some messages hang on, as it stands now; read once for all of them."""

    reminders: Mapping[int, Reminder]
    answered: Mapping[int, Collection[date]]
    bookings: Mapping[int, Booking]


def standing(session: Session, messages: Sequence[Message]) -> Standing:
    """Read it, in three statements at most."""
    of_days = [one for one in messages if _is_of_a_day(one) and one.patient_id is not None]
    ids = sorted({one.patient_id for one in of_days if one.patient_id is not None})
    booking_ids = sorted({one.booking_id for one in messages if one.booking_id is not None})
    since = min((_day(one) for one in of_days), default=None)
    return Standing(
        reminders=reminders_of(session, ids) if ids else {},
        answered=days_with_answers(session, ids, since=since) if since is not None else {},
        bookings=bookings_by_id(session, booking_ids) if booking_ids else {},
    )


def is_needless(message: Message, patient: Patient, known: Standing, *, now: datetime) -> bool:
    """Nobody who is not followed hears anything, nor who has answered since; of dates, while they stand."""
    if patient.follow_state != "followed":
        return True
    if _is_of_a_day(message):
        row = known.reminders.get(patient.id)
        step: Step = "nudge" if message.kind == "nudge" else "reminder"
        if row is None or disturbs(step, wish_of(row, patient), now=now):
            return True
        return _day(message) in known.answered.get(patient.id, ())
    if message.booking_id is not None:
        return known.bookings[message.booking_id].version != version_told(message.dedupe_key)
    return False


def waits_until(message: Message, patient: Patient, *, now: datetime) -> datetime | None:
    """Until when what can wait does not ring, as the patient sleeps. A reminder has an hour of its own."""
    if _is_of_a_day(message):
        return None
    awake_at = AWAKE.next_in(now, ZoneInfo(patient.zone))
    return awake_at if awake_at > now else None


def _is_of_a_day(message: Message) -> bool:
    return message.kind in ("reminder", "nudge")


def _day(message: Message) -> date:
    """The diary day that a reminder is about, with which its key ends."""
    return date.fromisoformat(message.dedupe_key[-10:])
