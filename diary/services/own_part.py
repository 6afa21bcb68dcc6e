"""Taking part: a patient takes a break, goes on, or stops and withdraws the consent."""

from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services import patients
from diary.services.own_limits import check_often
from diary.storage.follow import Followed, follow_histories
from diary.storage.tables.patient import Patient

PAUSE_DAYS: Final = (1, 3, 7)


def pause_of(session: Session, patient: Patient, *, now: datetime) -> Followed | None:
    """The break that goes on; None without one."""
    history = follow_histories(session, [patient.id], until=now)[patient.id]
    return history[-1] if history[-1].state == "paused" else None


def take_break(session: Session, patient: Patient, *, until: date, now: datetime) -> None:
    """Ask nothing up to this day.

    Raises:
        Refusal: patient_not_followed, asked_too_often.
    """
    _check(session, patient, now=now)
    patients.pause(session, patient, until=until, note=None, now=now)


def go_on(session: Session, patient: Patient, *, now: datetime) -> None:
    """End a break; without one nothing changes.

    Raises:
        Refusal: patient_not_followed, asked_too_often.
    """
    _check(session, patient, now=now)
    if patient.follow_state == "paused":
        patients.follow(session, patient, now=now)


def stop(session: Session, patient: Patient, *, now: datetime) -> None:
    """Withdraw: nothing more is asked, sent or offered; what was answered stays. Again, it is the same."""
    if patient.follow_state != "stopped":
        patients.stop(session, patient, reason="withdrew", note=None, now=now)


def _check(session: Session, patient: Patient, *, now: datetime) -> None:
    if patient.follow_state == "stopped":
        raise Refusal("patient_not_followed", "You have stopped taking part. Call the clinic to go on.")
    history = follow_histories(session, [patient.id], until=now)[patient.id]
    check_often((row.since_at for row in history if row.actor_kind == "patient"), now=now)
