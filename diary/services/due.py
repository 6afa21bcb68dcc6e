"""Whether a message to a patient still has its point when its turn comes, and whether it would wake them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from diary.domain.reminding import AWAKE, Step, disturbs
from diary.services.reminders import wish_of
from diary.services.visit_notes import version_told
from diary.storage.bookings import booking_by_id
from diary.storage.reminders import days_with_answers, reminder_of
from diary.storage.tables.outbox import Message
from diary.storage.tables.patient import Patient


def is_needless(session: Session, message: Message, patient: Patient, *, now: datetime) -> bool:
    """Nobody who is not followed hears anything, nor who has answered since; of dates, while they stand."""
    if patient.follow_state != "followed":
        return True
    if message.kind in ("reminder", "nudge"):
        row = reminder_of(session, patient.id)
        step: Step = "nudge" if message.kind == "nudge" else "reminder"
        if row is None or disturbs(step, wish_of(row, patient), now=now):
            return True
        # The key ends with the diary day that the reminder is about.
        day = date.fromisoformat(message.dedupe_key[-10:])
        return day in days_with_answers(session, [patient.id], since=day).get(patient.id, ())
    if message.booking_id is not None:
        return booking_by_id(session, message.booking_id).version != version_told(message.dedupe_key)
    return False


def waits_until(message: Message, patient: Patient, *, now: datetime) -> datetime | None:
    """Until when what can wait does not ring, as the patient sleeps. A reminder has an hour of its own."""
    if message.kind in ("reminder", "nudge"):
        return None
    awake_at = AWAKE.next_in(now, ZoneInfo(patient.zone))
    return awake_at if awake_at > now else None
