"""Writes what a shard found: findings that changed, alerts with a copy of their inputs, their messages."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from config.words import ALERT_ENDED
from diary.domain import packed
from diary.domain.alert_states import answered_by_booking
from diary.domain.policy import Act
from diary.services import alerts
from diary.services.courses import close_course
from diary.services.night_shard import DETECTOR_VERSION, Judged, NightFrame, Shard, ShardCourse
from diary.storage.alerts import alert_by_id
from diary.storage.bookings import courses_booked
from diary.storage.courses import course_by_id
from diary.storage.entries import standing_ids
from diary.storage.nights import log_findings, put_findings
from diary.storage.patients import owners_of, patient_by_id
from diary.storage.tables.alert import Alert, AlertInput
from diary.storage.tables.course import Course

FIGURES = (
    "day_number",
    "answered_14d",
    "days_since_answer",
    "mean_7d",
    "relief_7d",
    "best_14d",
    "below_since",
    "loss_day",
    "baseline_nrs",
    "baseline_kind",
)
LOG_EVERY_DAYS = 7


@dataclass(frozen=True, slots=True)
class Counts:
    """How many courses a night read and what became of them, each counted by itself.

    They add up: seen = judged + silent + failed.
    """

    seen: int = 0
    judged: int = 0
    silent: int = 0
    failed: int = 0
    ended: int = 0

    @property
    def add_up(self) -> bool:
        """Whether something became of every course."""
        return self.seen == self.judged + self.silent + self.failed

    def __add__(self, other: "Counts") -> "Counts":
        """Two shards together."""
        return Counts(
            self.seen + other.seen,
            self.judged + other.judged,
            self.silent + other.silent,
            self.failed + other.failed,
            self.ended + other.ended,
        )


def count(shard: Shard, findings: Sequence[Judged]) -> Counts:
    """Count a shard's courses, and what became of them."""
    became = Counter(_became(found) for found in findings)
    return Counts(len(shard.courses), became["judged"], became["silent"], became["failed"])


def _became(found: Judged) -> str:
    if found.figures.get("problem") is not None:
        return "failed"
    return "silent" if found.state == "silent" else "judged"


def write_shard(session: Session, frame: NightFrame, shard: Shard, findings: Sequence[Judged]) -> Counts:
    """Write one shard in the caller's transaction; writing it again changes nothing."""
    patient_ids = [one.course.patient_id for one in shard.courses]
    owners = owners_of(session, patient_ids)
    booked = courses_booked(session, [one.course.id for one in shard.courses])
    changed, logged, ended = [], [], 0
    for one, found in zip(shard.courses, findings, strict=True):
        row = _row(frame, one, found)
        current = shard.current.get(one.course.id)
        moved = current is None or current.state != found.state
        if moved:
            changed.append({**row, "since_night": frame.night})
        if moved or (one.day_number > 0 and one.day_number % LOG_EVERY_DAYS == 0):
            logged.append(row)
        newest = {alert.kind: alert for alert in shard.alerts.get(one.course.id, ())}
        for act in found.acts:
            if act.verb == "open":
                _open(session, frame, one, found, act, owners=owners, booked=booked)
            else:
                ended += _change(session, frame, one, found, act, newest[act.kind])
        if one.day_number >= frame.protocol.follow_up_days:
            _end_follow_up(session, one.course, now=frame.now)
    put_findings(session, changed)
    log_findings(session, logged)
    return count(shard, findings) + Counts(ended=ended)


def _end_follow_up(session: Session, course: Course, *, now: datetime) -> None:
    patient_by_id(session, course.patient_id, lock=True)
    present = course_by_id(session, course.id)
    if present.status != "closed":
        close_course(session, present, closing="day_limit", now=now)


def _row(frame: NightFrame, one: ShardCourse, found: Judged) -> dict[str, Any]:
    return {
        "clinic_id": frame.clinic_id,
        "night_run_id": frame.run_id,
        "course_id": one.course.id,
        "night": frame.night,
        "state": found.state,
        **{name: found.figures.get(name) for name in FIGURES},
    }


def _open(
    session: Session,
    frame: NightFrame,
    one: ShardCourse,
    found: Judged,
    act: Act,
    *,
    owners: Mapping[int, int | None],
    booked: Collection[int],
) -> None:
    """Open an alert; one that a booking under way already answers waits with it.

    Since the course was read somebody may have ended it: whoever does holds the patient, as this does.
    """
    patient_id = one.course.patient_id
    patient_by_id(session, patient_id, lock=True)
    if course_by_id(session, one.course.id).status == "closed":
        return
    alert = alerts.raise_alert(
        session,
        patient_id=patient_id,
        course_id=one.course.id,
        kind=act.kind,
        level=act.level,
        facts=_facts(found),
        night=frame.night,
        owner_id=owners.get(patient_id),
        late=frame.late,
        now=frame.now,
    )
    _keep_inputs(session, frame, one, alert)
    if one.course.id in booked and answered_by_booking(alert.status, kind=alert.kind):
        alerts.park(session, alert, staff_id=owners.get(patient_id), now=frame.now)


def _change(
    session: Session, frame: NightFrame, one: ShardCourse, found: Judged, act: Act, newest: Alert
) -> int:
    """Do something about a live alert; 1 when it ended. It is read again: somebody may have taken it."""
    alert = alert_by_id(session, newest.id, lock=True)
    if alert.status in ALERT_ENDED:
        return 0
    if act.verb == "escalate":
        assert act.level is not None
        alerts.escalate(
            session, alert, level=act.level, facts=_facts(found), night=frame.night, now=frame.now
        )
        _keep_inputs(session, frame, one, alert)
        return 0
    reason = act.reason or "it was assessed again"
    if act.verb == "note" or alert.status != "open":
        alerts.note_once(session, alert, note=reason, now=frame.now)
        return 0
    alerts.end_unowned(session, alert, action=act.verb, reason=reason, now=frame.now)
    return 1


def _facts(found: Judged) -> dict[str, Any]:
    return {name: value for name, value in found.figures.items() if value is not None}


def _keep_inputs(session: Session, frame: NightFrame, one: ShardCourse, alert: Alert) -> None:
    """Copy what the verdict stood on, so that it can be computed again whatever is corrected later."""
    course = one.course
    if course.first_infusion_day is None or course.last_infusion_day is None:
        return
    anchor = course.first_infusion_day - timedelta(days=packed.DAYS_BEFORE)
    session.add(
        AlertInput(
            clinic_id=frame.clinic_id,
            alert_id=alert.id,
            night=frame.night,
            level=alert.level,
            anchor_day=anchor,
            first_infusion_day=course.first_infusion_day,
            last_infusion_day=course.last_infusion_day,
            booster_days=[day.isoformat() for day in one.boosters],
            days=one.days,
            entry_ids=standing_ids(
                session, course.patient_id, first=anchor, last=frame.night, received_by=frame.cutoff_at
            ),
            baseline_nrs=one.baseline.nrs,
            baseline_kind=one.baseline.kind,
            protocol_version_id=frame.protocol_id,
            detector_version=DETECTOR_VERSION,
        )
    )
    session.flush()
