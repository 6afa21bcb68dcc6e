"""Queries about alerts."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, Literal

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from config.words import ALERT_ENDED
from diary.storage.tables.alert import Alert, AlertEvent, AlertInput, AlertLabel
from diary.storage.unit import clinic_of, held, own

# Alerts whoever owns them, and those that nobody took.
ANYBODYS: Final = "anybody"


def alert_by_uid(session: Session, uid: str, *, lock: bool = False) -> Alert | None:
    """An alert of this clinic; with `lock`, nobody else changes it meanwhile."""
    statement = own(session, Alert).where(Alert.uid == uid)
    return session.scalars(held(statement) if lock else statement).one_or_none()


def alert_by_id(session: Session, alert_id: int, *, lock: bool = False) -> Alert:
    """An alert of this clinic whose id another row holds."""
    statement = own(session, Alert).where(Alert.id == alert_id)
    return session.scalars(held(statement) if lock else statement).one()


def hold_alerts(session: Session, alert_ids: Sequence[int]) -> dict[int, Alert]:
    """Alerts of this clinic by id; nobody else changes them until the end."""
    statement = own(session, Alert).where(Alert.id.in_(alert_ids)).order_by(Alert.id)
    return {alert.id: alert for alert in session.scalars(held(statement))}


def live(session: Session) -> Select[Alert]:
    """The clinic's alerts that have not ended."""
    return own(session, Alert).where(Alert.status.not_in(ALERT_ENDED))


def live_of_course(session: Session, course_id: int) -> list[Alert]:
    """The course's alerts that have not ended; nobody else changes them meanwhile."""
    return list(session.scalars(held(live(session).where(Alert.course_id == course_id).order_by(Alert.id))))


def live_of_patient(session: Session, patient_id: int, *, lock: bool = False) -> list[Alert]:
    """The patient's alerts that have not ended, in any course or none; with `lock`, held until the end."""
    statement = live(session).where(Alert.patient_id == patient_id).order_by(Alert.id)
    return list(session.scalars(held(statement) if lock else statement))


def red_flags_since(session: Session, patient_id: int, moment: datetime) -> list[Alert]:
    """The patient's red flags that opened after a moment, whatever became of them, first to last."""
    statement = own(session, Alert).where(
        Alert.patient_id == patient_id, Alert.kind == "red_flag", Alert.opened_at > moment
    )
    return list(session.scalars(statement.order_by(Alert.id)))


def alerts_of_patient(session: Session, patient_id: int) -> list[Alert]:
    """All alerts of a patient, newest first."""
    statement = own(session, Alert).where(Alert.patient_id == patient_id).order_by(Alert.id.desc())
    return list(session.scalars(statement))


def events_of(session: Session, alert_id: int) -> list[AlertEvent]:
    """What happened to an alert, first to last."""
    return list(
        session.scalars(
            own(session, AlertEvent).where(AlertEvent.alert_id == alert_id).order_by(AlertEvent.id)
        )
    )


def verdicts_of(session: Session, alert_ids: Sequence[int]) -> dict[int, list[tuple[date, str | None]]]:
    """By alert the nights that opened it and raised it, first to last, each with its level."""
    return _by_alert(session, AlertInput.alert_id.in_(alert_ids))


def loss_verdicts(session: Session, *, since: date) -> list[list[tuple[date, str | None]]]:
    """The same of every alert of loss with a verdict since a day, as far as it is not older."""
    of_loss = select(Alert.id).where(Alert.clinic_id == clinic_of(session), Alert.kind == "loss")
    found = _by_alert(session, AlertInput.alert_id.in_(of_loss), AlertInput.night >= since)
    return list(found.values())


def _by_alert(session: Session, *which: ColumnElement[bool]) -> dict[int, list[tuple[date, str | None]]]:
    statement = (
        select(AlertInput.alert_id, AlertInput.night, AlertInput.level)
        .where(AlertInput.clinic_id == clinic_of(session), *which)
        .order_by(AlertInput.night, AlertInput.id)
    )
    found: dict[int, list[tuple[date, str | None]]] = {}
    for row in session.execute(statement):
        found.setdefault(row.alert_id, []).append((row.night, row.level))
    return found


def label_of(session: Session, alert_id: int, staff_id: int) -> AlertLabel | None:
    """One person's label of an alert."""
    statement = own(session, AlertLabel).where(
        AlertLabel.alert_id == alert_id, AlertLabel.staff_id == staff_id
    )
    return session.scalars(statement).one_or_none()


def snoozed_until(session: Session, day: date) -> list[Alert]:
    """Snoozed alerts whose time is up on `day`."""
    return list(
        session.scalars(own(session, Alert).where(Alert.status == "snoozed", Alert.snoozed_until <= day))
    )


def acknowledged_before(session: Session, moment: datetime) -> list[Alert]:
    """Alerts somebody took before a moment and that still wait for a next step."""
    statement = own(session, Alert).where(Alert.status == "acknowledged", Alert.acknowledged_at < moment)
    return list(session.scalars(statement))


def alerts_page(
    session: Session,
    *,
    statuses: Sequence[str] | None,
    kind: str | None,
    owner_id: int | Literal["anybody"] | None,
    before_id: int | None,
    limit: int,
) -> list[Alert]:
    """Alerts, newest first, at most `limit`, beginning behind `before_id`; `owner_id=None`: nobody's."""
    statement = own(session, Alert)
    if statuses is not None:
        statement = statement.where(Alert.status.in_(statuses))
    if kind is not None:
        statement = statement.where(Alert.kind == kind)
    if owner_id != ANYBODYS:
        statement = statement.where(Alert.owner_id == owner_id)
    if before_id is not None:
        statement = statement.where(Alert.id < before_id)
    return list(session.scalars(statement.order_by(Alert.id.desc()).limit(limit)))
