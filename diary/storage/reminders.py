"""Queries of reminders: whose moment has come, and what is known of their days."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from diary.storage.tables.clinic import Clinic
from diary.storage.tables.entry import Entry
from diary.storage.tables.outbox import Message
from diary.storage.tables.reach import Reminder
from diary.storage.unit import clinic_of, own


def clinics_to_remind(session: Session, now: datetime) -> list[int]:
    """Clinics where somebody's moment has come, in the system's scope."""
    due = exists().where(Reminder.clinic_id == Clinic.id, Reminder.next_at <= now)
    return list(session.scalars(select(Clinic.id).where(due).order_by(Clinic.id)))


def next_reminder_at(session: Session) -> datetime | None:
    """When somebody's next moment comes, in the system's scope."""
    return session.scalar(select(func.min(Reminder.next_at)))


def due_reminders(session: Session, now: datetime, *, limit: int) -> list[Reminder]:
    """Whose moment has come, held until the unit ends; what another process holds is left to it."""
    due = own(session, Reminder).where(Reminder.next_at <= now).order_by(Reminder.next_at).limit(limit)
    return list(session.scalars(due.with_for_update(skip_locked=True)))


def reminder_of(session: Session, patient_id: int) -> Reminder | None:
    """The patient's wish, where one was ever kept."""
    return session.scalars(own(session, Reminder).where(Reminder.patient_id == patient_id)).one_or_none()


def reminders_of(session: Session, patient_ids: Sequence[int]) -> dict[int, Reminder]:
    """The same of many, by patient."""
    rows = session.scalars(own(session, Reminder).where(Reminder.patient_id.in_(patient_ids)))
    return {row.patient_id: row for row in rows}


def feed_presented(session: Session, feed_hash: str) -> Reminder | None:
    """The wish whose calendar's secret was presented, before any clinic is known."""
    return session.scalars(select(Reminder).where(Reminder.feed_hash == feed_hash)).one_or_none()


def days_with_answers(session: Session, patient_ids: Sequence[int], *, since: date) -> dict[int, set[date]]:
    """Diary days since then that have an answer, by patient."""
    statement = (
        own(session, Entry)
        .with_only_columns(Entry.patient_id, Entry.day)
        .where(
            Entry.patient_id.in_(patient_ids),
            Entry.day >= since,
            Entry.standing.is_(True),
            Entry.kind != "void",
        )
    )
    found: dict[int, set[date]] = {}
    for row in session.execute(statement):
        found.setdefault(row.patient_id, set()).add(row.day)
    return found


def newest_notes(
    session: Session, patient_ids: Sequence[int], *, sent_until: datetime, limit: int
) -> dict[int, list[Message]]:
    """Each patient's newest notes that a phone took: those it showed, and older ones that it did not."""
    place = func.row_number().over(partition_by=Message.patient_id, order_by=Message.created_at.desc())
    ranked = (
        select(Message.id, place.label("place"))
        .where(
            Message.clinic_id == clinic_of(session),
            Message.patient_id.in_(patient_ids),
            Message.state == "delivered",
            or_(Message.shown_at.is_not(None), Message.created_at <= sent_until),
        )
        .subquery()
    )
    statement = own(session, Message).join(ranked, ranked.c.id == Message.id).where(ranked.c.place <= limit)
    found: dict[int, list[Message]] = {}
    for note in session.scalars(statement.order_by(Message.created_at.desc())):
        assert note.patient_id is not None
        found.setdefault(note.patient_id, []).append(note)
    return found


def message_presented(session: Session, uid: str) -> Message | None:
    """The message that a phone says it showed, before any clinic is known."""
    return session.scalars(select(Message).where(Message.uid == uid)).one_or_none()
