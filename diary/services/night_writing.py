"""Writes what a shard found: findings that changed, alerts with a copy of their inputs, their messages."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from config.words import ALERT_ENDED
from diary.domain import packed
from diary.domain.alert_states import answered_by_booking
from diary.domain.policy import Act
from diary.domain.relapse.forecast import Forecast
from diary.domain.relapse.version import DETECTOR_VERSION
from diary.services import alerts
from diary.services.courses import close_course
from diary.services.night_judging import LOG_EVERY_DAYS, Judged
from diary.services.night_shard import NightFrame, Shard
from diary.storage.alerts import alert_by_id, hold_alerts
from diary.storage.base import table_of
from diary.storage.bookings import courses_booked
from diary.storage.courses import course_by_id, followed_among
from diary.storage.entries import standing_ids
from diary.storage.nights import count_alerts, log_findings, put_findings
from diary.storage.patients import hold_patients
from diary.storage.shards import FollowedCourse
from diary.storage.tables.alert import AlertInput

FORESEEN = Forecast.__slots__
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
    *FORESEEN,
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many courses a night read and what became of them, each counted by itself.

    They add up: seen = judged + silent + failed.
    """

    seen: int = 0
    judged: int = 0
    silent: int = 0
    failed: int = 0
    opened: int = 0
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
            self.opened + other.opened,
            self.ended + other.ended,
        )


def count(shard: Shard, findings: Sequence[Judged]) -> Counts:
    """Count a shard's courses, and what became of them."""
    became = Counter(_became(found) for found in findings)
    return Counts(len(shard.courses), became["judged"], became["silent"], became["failed"])


def _became(found: Judged) -> str:
    if found.problem is not None:
        return "failed"
    return "silent" if found.state == "silent" else "judged"


def write_shard(session: Session, frame: NightFrame, shard: Shard, findings: Sequence[Judged]) -> Counts:
    """Write one shard in the caller's transaction; writing it again changes nothing."""
    changed, logged = [], []
    for found in findings:
        one = found.one
        moved = one.course.state != found.state
        due = moved or (one.day_number > 0 and one.day_number % LOG_EVERY_DAYS == 0)
        if due or found.is_new:
            row = _row(frame, found)
            if due:
                logged.append({**row, "sight": found.sight})
            if found.is_new:
                since = frame.night if moved else one.course.since_night
                changed.append({**row, "outlook": found.outlook, "since_night": since})
    put_findings(session, changed)
    log_findings(session, logged)
    wanted = [(found, act) for found in findings for act in found.acts if act.verb == "open"]
    opened = _open(session, frame, wanted)
    ended = _change(session, frame, shard, findings)
    for found in findings:
        if found.one.day_number >= frame.protocol.follow_up_days:
            _end_follow_up(session, found.one.course, now=frame.now)
    count_alerts(session, frame.run_id, opened=opened, ended=ended)
    return count(shard, findings) + Counts(opened=opened, ended=ended)


def _row(frame: NightFrame, found: Judged) -> dict[str, Any]:
    figures = found.figures
    return {
        "clinic_id": frame.clinic_id,
        "night_run_id": frame.run_id,
        "course_id": found.one.course.id,
        "night": frame.night,
        "state": found.state,
        **{name: figures.get(name) for name in FIGURES},
    }


def _open(session: Session, frame: NightFrame, wanted: Sequence[tuple[Judged, Act]]) -> int:
    """Open alerts, and say how many; one that a booking under way already answers waits with it.

    Since a course was read somebody may have ended it: whoever does holds the patient, as this does.
    """
    if not wanted:
        return 0
    owners = hold_patients(session, [found.one.course.patient_id for found, _ in wanted])
    still = followed_among(session, [found.one.course.id for found, _ in wanted])
    wanted = [(found, act) for found, act in wanted if found.one.course.id in still]
    news = [
        alerts.News(
            found.one.course.patient_id,
            found.one.course.id,
            act.kind,
            _facts(frame, found),
            level=act.level,
            night=frame.night,
            owner_id=owners[found.one.course.patient_id],
            late=frame.late,
        )
        for found, act in wanted
    ]
    ids = alerts.raise_alerts(session, news, now=frame.now)
    kept = [(alert_id, found, act.level) for alert_id, (found, act) in zip(ids, wanted, strict=True)]
    _keep_inputs(session, frame, kept)
    booked = courses_booked(session, [one.course_id for one in news if one.course_id is not None])
    for alert_id, one in zip(ids, news, strict=True):
        if one.course_id in booked and answered_by_booking("open", kind=one.kind):
            alerts.park(session, alert_by_id(session, alert_id), staff_id=one.owner_id, now=frame.now)
    return len(ids)


def _change(session: Session, frame: NightFrame, shard: Shard, findings: Sequence[Judged]) -> int:
    """Do something about live alerts; how many ended. They are read again: somebody may have acted since."""
    wanted = [
        (newest[act.kind], found, act)
        for found in findings
        if found.acts and (newest := _newest(shard, found))
        for act in found.acts
        if act.verb != "open"
    ]
    if not wanted:
        return 0
    live = hold_alerts(session, [alert_id for alert_id, _, _ in wanted])
    endings, rises = [], []
    for alert_id, found, act in wanted:
        alert = live[alert_id]
        if alert.status in ALERT_ENDED:
            continue
        reason = act.reason or "it was assessed again"
        if act.verb == "escalate":
            assert act.level is not None
            rises.append((found, alerts.Rise(alert, act.level, _facts(frame, found))))
        elif act.verb == "note" or alert.status != "open":
            alerts.note_once(session, alert, note=reason, now=frame.now)
        else:
            endings.append((alert, act.verb, reason))
    alerts.end_unowned(session, endings, now=frame.now)
    alerts.escalate(session, [rise for _, rise in rises], night=frame.night, late=frame.late, now=frame.now)
    _keep_inputs(session, frame, [(rise.alert.id, found, rise.level) for found, rise in rises])
    return len(endings)


def _newest(shard: Shard, found: Judged) -> dict[str, int]:
    """The newest alert of each kind of a course."""
    return {alert.kind: alert.id for alert in shard.alerts.get(found.one.course.id, ())}


def _end_follow_up(session: Session, course: FollowedCourse, *, now: datetime) -> None:
    hold_patients(session, [course.patient_id])
    present = course_by_id(session, course.id)
    if present.status != "closed":
        close_course(session, present, closing="day_limit", now=now)


def _facts(frame: NightFrame, found: Judged) -> dict[str, Any]:
    """What is known, as alerts keep it; a forecast in the shadow is in the log alone."""
    hidden = () if frame.foresight.shown else FORESEEN
    return {name: value for name, value in found.figures.items() if value is not None and name not in hidden}


def _keep_inputs(session: Session, frame: NightFrame, told: Sequence[tuple[int, Judged, str | None]]) -> None:
    """Copy what verdicts stood on, so that they can be computed again whatever is corrected later.

    Args:
        told: each alert's id, what it was judged from, and its level.
    """
    if not told:
        return
    anchors = {
        found.one.course.patient_id: found.one.course.first_infusion_day - timedelta(days=packed.DAYS_BEFORE)
        for _, found, _ in told
        if found.one.course.first_infusion_day is not None
    }
    entry_ids = standing_ids(session, anchors, last=frame.night, received_by=frame.cutoff_at)
    foresight, rows = frame.foresight, []
    for alert_id, found, level in told:
        one, course = found.one, found.one.course
        if course.patient_id in anchors:
            rows.append(
                {
                    "clinic_id": frame.clinic_id,
                    "alert_id": alert_id,
                    "night": frame.night,
                    "level": level,
                    "anchor_day": anchors[course.patient_id],
                    "first_infusion_day": course.first_infusion_day,
                    "last_infusion_day": course.last_infusion_day,
                    "booster_days": [day.isoformat() for day in one.boosters],
                    "days": one.days,
                    "unasked_days": list(one.unasked_days),
                    "entry_ids": entry_ids.get(course.patient_id, []),
                    "baseline_nrs": one.baseline_nrs,
                    "baseline_kind": one.baseline_kind,
                    "protocol_version_id": frame.protocol_id,
                    "protocol": frame.protocol.to_values(),
                    "detector_version": DETECTOR_VERSION,
                    "prior_version": foresight.prior_version if foresight.shown else None,
                    "prior": foresight.prior.to_values() if foresight.shown else None,
                }
            )
    if rows:
        session.execute(insert(table_of(AlertInput)), rows)
