"""Opens alerts, and does what people and nights do with them. Every step leaves an event behind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from config.words import LOSS_LEVELS
from diary.domain import alert_states, reasons
from diary.domain.errors import Refusal
from diary.services import audit, outbox, webhooks
from diary.services.clinics import local_day
from diary.services.ladder import digest_at
from diary.storage.alerts import (
    acknowledged_before,
    alert_by_id,
    events_of,
    label_of,
    live_of_course,
    live_of_patient,
    red_flags_since,
    snoozed_until,
)
from diary.storage.base import table_of
from diary.storage.ids import new_uid
from diary.storage.patients import Diarist
from diary.storage.tables.alert import Alert, AlertEvent, AlertLabel
from diary.storage.tables.patient import Patient
from diary.storage.unit import clinic_of, scope_of

# Of one symptom of one patient: a phone that was offline for two weeks stays under it, one that loops not.
RED_FLAGS_A_DAY_MAX = 20


@dataclass(frozen=True, slots=True)
class News:
    """Why a person should look at a patient: what a new alert tells."""

    patient_id: int
    course_id: int | None
    kind: str
    facts: Mapping[str, Any]
    level: str | None = None
    night: date | None = None
    owner_id: int | None = None
    """Who is told of it; the clinic, where the patient is nobody's."""
    late: bool = False


def raise_alert(session: Session, news: News, *, now: datetime) -> Alert:
    """Open an alert and write its message to staff in the same transaction."""
    (alert_id,) = raise_alerts(session, [news], now=now)
    return alert_by_id(session, alert_id)


def raise_alerts(session: Session, news: Sequence[News], *, now: datetime) -> list[int]:
    """Open many: a night of a large clinic opens thousands. Their ids, in order.

    Of late news each person hears in one digest, however much there is.
    """
    if not news:
        return []
    clinic_id, scope = clinic_of(session), scope_of(session)
    common = {"clinic_id": clinic_id, "status": "open", "opened_at": now, "changed_at": now, "version": 1}
    told = ("patient_id", "course_id", "kind", "facts", "level", "night", "late")
    rows = [{**common, "uid": new_uid(now), **{name: getattr(one, name) for name in told}} for one in news]
    returning = insert(table_of(Alert)).returning(Alert.id, sort_by_parameter_order=True)
    ids = [row[0] for row in session.execute(returning, rows)]
    events = [
        {
            "clinic_id": clinic_id,
            "alert_id": alert_id,
            "at": now,
            "actor_kind": scope.actor_kind,
            "actor_id": scope.actor_id,
            "action": "open",
            "status_after": "open",
            "level": one.level,
        }
        for alert_id, one in zip(ids, news, strict=True)
    ]
    session.execute(insert(table_of(AlertEvent)), events)
    morning_at = digest_at(session, now=now)
    letters = [
        outbox.Letter(
            "alert",
            _key(row["uid"], 1),
            staff_id=one.owner_id,
            alert_id=alert_id,
            due_at=None if one.kind == "red_flag" else morning_at,
        )
        for alert_id, row, one in zip(ids, rows, news, strict=True)
        if not one.late
    ]
    outbox.enqueue_new(session, letters, now=now)
    outbox.enqueue_digests(session, {one.owner_id for one in news if one.late}, due_at=morning_at, now=now)
    webhooks.tell_programs(session, "alert.opened", [row["uid"] for row in rows], now=now)
    return ids


@dataclass(frozen=True, slots=True)
class Rise:
    """A live loss alert, the higher level that a night found, and what it found it from."""

    alert: Alert
    level: str
    facts: Mapping[str, Any]


def escalate(session: Session, rises: Sequence[Rise], *, night: date, late: bool, now: datetime) -> None:
    """Raise live loss alerts to a higher level: the same alert, said louder; a snoozed one wakes.

    A night of a large clinic raises hundreds, which are written together.
    """
    for rise in rises:
        alert, before = rise.alert, rise.alert.status
        assert alert.level is not None
        assert LOSS_LEVELS.index(rise.level) > LOSS_LEVELS.index(alert.level)
        if before == "snoozed":
            _move(alert, "wake", now=now)
            alert.snoozed_until = None
        alert.level, alert.facts, alert.night = rise.level, dict(rise.facts), night
        _touch(alert, now=now)
        session.add(_event_of(session, alert, "escalate", before=before, now=now, note=None))
    session.flush()
    webhooks.tell_programs(session, "alert.changed", [rise.alert.uid for rise in rises], now=now)
    morning_at = digest_at(session, now=now)
    if late:
        owners = {rise.alert.owner_id for rise in rises}
        outbox.enqueue_digests(session, owners, due_at=morning_at, now=now)
        return
    # The versions are new, and so are the keys.
    outbox.enqueue_new(session, [_letter(rise.alert, morning_at) for rise in rises], now=now)


def note_once(session: Session, alert: Alert, *, note: str, now: datetime) -> None:
    """Leave a note on an owned alert; the same note twice in a row says nothing new."""
    events = events_of(session, alert.id)
    if not (events and events[-1].action == "note" and events[-1].note == note):
        _event(session, alert, "note", before=alert.status, now=now, note=note)


def end_unowned(session: Session, endings: Iterable[tuple[Alert, str, str]], *, now: datetime) -> None:
    """Clear or supersede alerts that nobody took; their messages not yet sent stay, they say only "look".

    Args:
        endings: each alert with what is done, and why. A night ends thousands, which are written together.
    """
    ended = []
    for alert, action, reason in endings:
        ended.append(alert.uid)
        before = _move(alert, action, now=now)
        alert.ended_at, alert.end_reason = now, reason
        session.add(_event_of(session, alert, action, before=before, now=now, note=reason))
    session.flush()
    webhooks.tell_programs(session, "alert.changed", ended, now=now)


def acknowledge(session: Session, alert: Alert, *, staff_id: int | None, now: datetime) -> None:
    """Take the alert: whoever acknowledges owns it (a machine's key takes it for nobody in particular)."""
    before = _move(alert, "acknowledge", now=now)
    alert.owner_id, alert.snoozed_until = staff_id, None
    _acted(session, alert, "acknowledge", before=before, now=now)


def snooze(
    session: Session, alert: Alert, *, staff_id: int | None, until: date, reason: str, now: datetime
) -> None:
    """Put the alert aside until a day, for a reason; whoever snoozes owns it.

    Raises:
        Refusal: alert_wrong_state; snooze_until_in_past.
    """
    if until <= local_day(session, now):
        raise Refusal("snooze_until_in_past", "Choose a day after today.", pointer="/until")
    before = _move(alert, "snooze", now=now)
    alert.owner_id, alert.snoozed_until, alert.snooze_reason = staff_id, until, reason
    _acted(session, alert, "snooze", before=before, now=now, note=reason)


def wake_due(session: Session, *, day: date, late: bool, now: datetime) -> int:
    """Bring back the alerts whose snooze ends on `day`, and tell whoever put them aside; how many."""
    due = snoozed_until(session, day)
    for alert in due:
        before = _move(alert, "wake", now=now)
        alert.snoozed_until = None
        _event(session, alert, "wake", before=before, now=now, note=None)
        _tell(session, alert, late=late, now=now)
    return len(due)


def return_unattended(session: Session, *, before: datetime, late: bool, now: datetime) -> int:
    """Bring back the alerts taken before a moment and left without a next step; how many."""
    left = acknowledged_before(session, before)
    for alert in left:
        status = _move(alert, "return", now=now)
        _event(session, alert, "return", before=status, now=now, note="no next step")
        _tell(session, alert, late=late, now=now)
    return len(left)


def close(session: Session, alert: Alert, *, outcome: str, reason: str | None, now: datetime) -> None:
    """End the alert with what came of it."""
    before = _move(alert, "close", now=now)
    alert.outcome, alert.end_reason, alert.ended_at, alert.snoozed_until = outcome, reason, now, None
    _acted(session, alert, "close", before=before, now=now, note=reason)


def label(session: Session, alert: Alert, *, staff_id: int, verdict: str, now: datetime) -> AlertLabel:
    """Was this alert right? One answer a person, apart from what was done; a second replaces the first."""
    given = label_of(session, alert.id, staff_id)
    if given is None:
        given = AlertLabel(
            clinic_id=clinic_of(session), alert_id=alert.id, staff_id=staff_id, label=verdict, at=now
        )
        session.add(given)
    given.label, given.at = verdict, now
    audit.note(
        session,
        "alert.label",
        now=now,
        object="alert",
        object_uid=alert.uid,
        patient_id=alert.patient_id,
        detail={"label": verdict},
    )
    return given


def park(session: Session, alert: Alert, *, staff_id: int | None, now: datetime) -> None:
    """A booking is under way: the alert waits for the infusion."""
    before = _move(alert, "park", now=now)
    alert.snoozed_until = None
    alert.owner_id = alert.owner_id or staff_id
    _acted(session, alert, "park", before=before, now=now)


def reopen(session: Session, alert: Alert, *, reason: str, now: datetime) -> None:
    """The booking failed: the alert is back, with its first moment and so its age."""
    before = _move(alert, "reopen", now=now)
    if alert.owner_id is None:
        alert.status, alert.acknowledged_at = "open", None
    _acted(session, alert, "reopen", before=before, now=now, note=reason)
    _tell(session, alert, late=False, now=now)


def close_by_infusion(session: Session, *, course_id: int, now: datetime) -> None:
    """The next course answers this one's alerts. Red flags and calls stay: a person ends those."""
    for alert in live_of_course(session, course_id):
        if alert.kind not in ("red_flag", "call_me"):
            close(session, alert, outcome="infused", reason=None, now=now)


def close_parked(session: Session, patient_id: int, *, now: datetime) -> None:
    """The infusion that they waited for was given: also what stood without a course, or in an ended one."""
    for alert in live_of_patient(session, patient_id, lock=True):
        if alert.status == "parked":
            close(session, alert, outcome="infused", reason=None, now=now)


def raise_red_flag(
    session: Session, patient: Diarist, *, course_id: int | None, symptom: str, now: datetime
) -> None:
    """A symptom that staff must see on arrival. Each is its own alert; none is merged with another.

    One symptom opens so many in 24 hours; the newest then says that it goes on. The phone says each time to
    call.
    """
    since = now - timedelta(hours=24)
    flags = [flag for flag in red_flags_since(session, patient.id, since) if flag.facts["items"] == [symptom]]
    if len(flags) >= RED_FLAGS_A_DAY_MAX:
        note_once(session, flags[-1], note=f"told over {RED_FLAGS_A_DAY_MAX} times in 24 hours", now=now)
        return
    news = News(patient.id, course_id, "red_flag", {"items": [symptom]}, owner_id=patient.owner_id)
    raise_alert(session, news, now=now)


@dataclass(frozen=True, slots=True)
class Asked:
    """The request that stands, and whether this one made it."""

    alert: Alert
    created: bool


def ask_for_call(
    session: Session, patient: Patient, *, course_id: int | None, wants: str = "treatment", now: datetime
) -> Asked:
    """The patient asks to be called; asked again while it is open, it is the same, noting what else about.

    One that was put aside for a booking comes back: whoever asks again waits for more than that.
    """
    for alert in live_of_patient(session, patient.id, lock=True):
        if alert.kind == "call_me":
            if alert.status == "parked":
                reopen(session, alert, reason="asked again", now=now)
            if wants != alert.facts.get("wants", "treatment"):
                note_once(session, alert, note=reasons.why("call_me", None, {"wants": wants}), now=now)
            return Asked(alert, created=False)
    news = News(patient.id, course_id, "call_me", {"wants": wants}, owner_id=patient.owner_id)
    alert = raise_alert(session, news, now=now)
    audit.note(session, "call.ask", now=now, object="alert", object_uid=alert.uid, patient_id=patient.id)
    return Asked(alert, created=True)


def _move(alert: Alert, action: str, *, now: datetime) -> str:
    """Take the step in the table; returns the status before it.

    In somebody's hands, the hours until it comes back to all count from now.
    """
    before = alert.status
    alert.status = alert_states.after(before, action, kind=alert.kind)
    if alert.status == "acknowledged":
        alert.acknowledged_at = now
    _touch(alert, now=now)
    return before


def _touch(alert: Alert, *, now: datetime) -> None:
    alert.changed_at = now
    alert.version += 1


def _acted(
    session: Session, alert: Alert, action: str, *, before: str, now: datetime, note: str | None = None
) -> None:
    _event(session, alert, action, before=before, now=now, note=note)
    audit.note(
        session,
        f"alert.{action}",
        now=now,
        object="alert",
        object_uid=alert.uid,
        patient_id=alert.patient_id,
        detail={"before": before, "after": alert.status},
    )


def _event(
    session: Session, alert: Alert, action: str, *, before: str | None, now: datetime, note: str | None
) -> None:
    session.add(_event_of(session, alert, action, before=before, now=now, note=note))
    session.flush()
    if action != "note":
        webhooks.tell_programs(session, "alert.changed", [alert.uid], now=now)


def _event_of(
    session: Session, alert: Alert, action: str, *, before: str | None, now: datetime, note: str | None
) -> AlertEvent:
    scope = scope_of(session)
    return AlertEvent(
        clinic_id=alert.clinic_id,
        alert_id=alert.id,
        at=now,
        actor_kind=scope.actor_kind,
        actor_id=scope.actor_id,
        action=action,
        status_before=before,
        status_after=alert.status,
        level=alert.level,
        note=note,
    )


def _tell(session: Session, alert: Alert, *, late: bool, now: datetime) -> None:
    """One message a version of the alert, to its owner, or to the clinic when it has none; late, a digest."""
    morning_at = digest_at(session, now=now)
    if late:
        outbox.enqueue_digests(session, [alert.owner_id], due_at=morning_at, now=now)
        return
    outbox.enqueue(session, _letter(alert, morning_at), now=now)


def _letter(alert: Alert, morning_at: datetime) -> outbox.Letter:
    """A red flag is told at once, all else in the morning."""
    due_at = None if alert.kind == "red_flag" else morning_at
    key = _key(alert.uid, alert.version)
    return outbox.Letter("alert", key, staff_id=alert.owner_id, alert_id=alert.id, due_at=due_at)


def _key(uid: str, version: int) -> str:
    return f"alert:{uid}:{version}"
