"""Takes back what somebody has just done with an alert; both the step and its undoing stay written down."""

from datetime import datetime

from sqlalchemy.orm import Session

from diary.domain.alert_undo import Step, undone
from diary.domain.errors import Refusal
from diary.services import audit
from diary.storage.alerts import events_of, live_of_patient
from diary.storage.tables.alert import Alert, AlertEvent


def undo(session: Session, alert: Alert, *, staff_id: int, now: datetime) -> str:
    """Put the alert back as it stood before this person's last step; which step that was.

    Raises:
        Refusal: undo_not_possible, also where another alert took its place meanwhile.
    """
    events = events_of(session, alert.id)
    steps = [
        Step(event.at, event.actor_kind, event.actor_id, event.action, event.status_before)
        for event in events
    ]
    before = undone(steps, staff_id=staff_id, now=now)
    if alert.status == "closed" and alert.kind != "red_flag" and _replaced(session, alert):
        raise Refusal("undo_not_possible", "Another alert of this kind has opened meanwhile.")
    ended_as, last = alert.status, events[-1]
    alert.status, alert.owner_id, alert.acknowledged_at = (
        before.status,
        before.owner_id,
        before.acknowledged_at,
    )
    alert.snoozed_until = alert.snooze_reason = None
    alert.outcome = alert.end_reason = alert.ended_at = None
    alert.changed_at = now
    alert.version += 1
    session.add(
        AlertEvent(
            clinic_id=alert.clinic_id,
            alert_id=alert.id,
            at=now,
            actor_kind="staff",
            actor_id=staff_id,
            action="undo",
            status_before=ended_as,
            status_after=alert.status,
            level=alert.level,
        )
    )
    session.flush()
    audit.note(
        session,
        "alert.undo",
        now=now,
        object="alert",
        object_uid=alert.uid,
        patient_id=alert.patient_id,
        detail={"before": ended_as, "after": alert.status},
    )
    return last.action


def _replaced(session: Session, alert: Alert) -> bool:
    return any(
        live.kind == alert.kind and live.course_id == alert.course_id
        for live in live_of_patient(session, alert.patient_id, lock=True)
    )
