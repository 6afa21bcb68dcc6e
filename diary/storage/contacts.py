"""Queries about what passed between a patient and the staff: calls, notes, messages, and who looked."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from diary.storage.tables.alert import CallLog, Note
from diary.storage.tables.audit import Audit
from diary.storage.tables.outbox import Message
from diary.storage.unit import clinic_of, own


class Reader(NamedTuple):
    """Somebody who read a patient's page, how often, and when last."""

    actor_kind: str
    actor_id: int | None
    times: int
    last_at: datetime


def calls_of(session: Session, patient_id: int, *, limit: int) -> list[CallLog]:
    """Calls to the patient, newest first."""
    statement = own(session, CallLog).where(CallLog.patient_id == patient_id)
    return list(session.scalars(statement.order_by(CallLog.at.desc(), CallLog.id.desc()).limit(limit)))


def notes_of(session: Session, patient_id: int, *, limit: int) -> list[Note]:
    """Notes about the patient, newest first."""
    statement = own(session, Note).where(Note.patient_id == patient_id)
    return list(session.scalars(statement.order_by(Note.at.desc(), Note.id.desc()).limit(limit)))


def messages_to(session: Session, patient_id: int, *, limit: int) -> list[Message]:
    """Messages to the patient's phone, newest first."""
    statement = own(session, Message).where(Message.patient_id == patient_id)
    return list(session.scalars(statement.order_by(Message.id.desc()).limit(limit)))


def readers_of(session: Session, patient_uid: str, *, limit: int) -> list[Reader]:
    """Who read who the patient is, or the page: one row a person, the last reader first."""
    last_at = func.max(Audit.at)
    statement = (
        select(Audit.actor_kind, Audit.actor_id, func.count(), last_at)
        .where(
            Audit.clinic_id == clinic_of(session),
            Audit.object == "patient",
            Audit.object_uid == patient_uid,
            Audit.action == "patient.read",
        )
        .group_by(Audit.actor_kind, Audit.actor_id)
        .order_by(last_at.desc())
        .limit(limit)
    )
    return [Reader(*row) for row in session.execute(statement)]
