"""One shard of a night: read its courses as of the cut-off, and judge them all at once."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

import numpy as np
from sqlalchemy.orm import Session

from config.protocol import Protocol
from diary.domain import packed
from diary.domain.baseline import Baseline
from diary.domain.policy import Act, Finding, Standing, decide, rings_from
from diary.domain.relapse.assess import Assessed, assess
from diary.domain.relapse.rule import MEAN_TOLERANCE_NRS
from diary.domain.relapse.states import STATES
from diary.services.asked_days import unasked_days
from diary.services.baselines import baseline_of
from diary.services.packed_days import packed_from_entries
from diary.storage.alerts import newest_by_kind
from diary.storage.courses import booster_days
from diary.storage.nights import assessments, followed_courses
from diary.storage.patients import follow_histories
from diary.storage.tables.alert import Alert
from diary.storage.tables.course import Course
from diary.storage.tables.entry import CourseDays
from diary.storage.tables.night import Assessment
from diary.storage.tables.patient import PatientFollow

log = logging.getLogger(__name__)

DETECTOR_VERSION: Final = "plain-rule 1"
DETECTOR_FAILED: Final = "the detector failed on it"

Detector = Callable[..., Assessed]
"""Called as `domain.relapse.assess.assess` is."""


@dataclass(frozen=True, slots=True)
class NightFrame:
    """What is the same for every course of a night."""

    clinic_id: int
    night: date
    cutoff_at: datetime
    run_id: int
    protocol_id: int
    protocol: Protocol
    now: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class ShardCourse:
    """One course as the night sees it; `day_number` is at most 0 until its infusion has ended."""

    course: Course
    days: bytes
    baseline: Baseline
    day_number: int
    boosters: Sequence[date]
    unasked_days: Sequence[int]
    """Course days without a question, up to the night's own."""
    problem: str | None


@dataclass(frozen=True, slots=True)
class Shard:
    """Some courses of one clinic, with the alerts and findings they already have."""

    courses: list[ShardCourse]
    alerts: Mapping[int, Sequence[Alert]]
    current: Mapping[int, Assessment]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the night says of one course: its state, the figures behind it, and what to do about alerts."""

    state: str
    figures: Mapping[str, Any]
    acts: Sequence[Act]


def read_shard(session: Session, frame: NightFrame, *, after_id: int, limit: int) -> Shard:
    """Read the next courses by id, their packed days cut at the night and as received by the cut-off."""
    rows = followed_courses(session, after_id=after_id, limit=limit)
    course_ids = [course.id for course, _ in rows]
    boosters = booster_days(session)
    follow = follow_histories(session, [course.patient_id for course, _ in rows], until=frame.cutoff_at)
    courses = []
    for course, row in rows:
        days = _days(session, course, row, frame)
        problem = packed.problem(days)
        courses.append(
            ShardCourse(
                course=course,
                days=days,
                baseline=baseline_of(course, days, frame.protocol),
                day_number=_day_number(course, frame.night),
                boosters=[day for day in boosters.get(course.id, ()) if day <= frame.night],
                unasked_days=_unasked_days(course, follow.get(course.patient_id, ()), frame.night),
                problem=problem,
            )
        )
    return Shard(
        courses=courses,
        alerts=newest_by_kind(session, course_ids),
        current=assessments(session, course_ids),
    )


def _days(session: Session, course: Course, row: CourseDays | None, frame: NightFrame) -> bytes:
    """The packed days as of the cut-off; rebuilt from the entries when changed since, or unreadable."""
    if row is None:
        return b""
    days = row.days
    if row.changed_at > frame.cutoff_at or packed.problem(days) is not None:
        span = (row.anchor_day, frame.night)
        days = packed_from_entries(session, course, span, received_by=frame.cutoff_at)
    return days[: max(0, packed.index_of(row.anchor_day, frame.night) + 1)]


def _unasked_days(course: Course, follow: Sequence[PatientFollow], night: date) -> list[int]:
    if course.last_infusion_day is None:
        return []
    return unasked_days(course, follow, last=course.last_infusion_day, night=_day_number(course, night))


def judge_shard(shard: Shard, frame: NightFrame, *, detector: Detector = assess) -> list[Judged]:
    """Judge every course of the shard; a course whose numbers cannot be judged is told apart, not dropped."""
    limit = frame.protocol.follow_up_days
    following = [one for one in shard.courses if 1 <= one.day_number <= limit and one.problem is None]
    judged: dict[int, Judged] = {}
    for part, assessed in _assessed(following, frame, detector):
        for row, one in enumerate(part):
            judged[one.course.id] = (
                _judge(assessed, row, one, shard, frame)
                if assessed is not None
                else _not_judged(replace(one, problem=DETECTOR_FAILED), limit)
            )
    return [judged.get(one.course.id) or _not_judged(one, limit) for one in shard.courses]


def _assessed(
    following: Sequence[ShardCourse], frame: NightFrame, detector: Detector
) -> Iterator[tuple[Sequence[ShardCourse], Assessed | None]]:
    """All at once; where that fails, half by half, until the course that makes it fail stands alone."""
    if not following:
        return
    try:
        assessed = _assess(following, frame, detector)
    except Exception:
        if len(following) == 1:
            log.exception("course not assessed", extra={"course_id": following[0].course.id})
            yield following, None
            return
    else:
        yield following, assessed
        return
    half = len(following) // 2
    yield from _assessed(following[:half], frame, detector)
    yield from _assessed(following[half:], frame, detector)


def _assess(following: Sequence[ShardCourse], frame: NightFrame, detector: Detector) -> Assessed:
    nights = max(one.day_number for one in following)
    scores = np.full((len(following), nights), packed.NO_ANSWER, dtype=np.uint8)
    boosters = np.zeros(scores.shape, dtype=bool)
    expected = np.ones(scores.shape, dtype=bool)
    baseline_nrs = np.full(len(following), np.nan)
    for row, one in enumerate(following):
        first, last = one.course.first_infusion_day, one.course.last_infusion_day
        assert first is not None
        assert last is not None
        after = np.frombuffer(one.days, dtype=np.uint8)[packed.DAYS_BEFORE + (last - first).days + 1 :]
        scores[row, : len(after)] = after
        if one.baseline.nrs is not None:
            baseline_nrs[row] = one.baseline.nrs
        for day in one.boosters:
            if 1 <= (day - last).days <= nights:
                boosters[row, (day - last).days - 1] = True
        expected[row, [day - 1 for day in one.unasked_days]] = False
    return detector(scores, baseline_nrs, protocol=frame.protocol, boosters=boosters, expected=expected)


def _judge(assessed: Assessed, row: int, one: ShardCourse, shard: Shard, frame: NightFrame) -> Judged:
    column = one.day_number - 1
    states = [STATES[code] for code in assessed.states[row, : one.day_number]]
    figures = _figures(assessed, row, column, one)
    alerts = shard.alerts.get(one.course.id, ())
    finding = Finding(
        states=states,
        review=bool(assessed.nights.review[row, column]),
        review_recovered=_review_recovered(assessed, row, column, frame.protocol),
        step_recovered=_step_recovered(one, alerts, frame.protocol),
        quiet=_quiet(one.course, frame),
    )
    standing = [
        Standing(alert.kind, alert.level, alert.status, _night_number(alert, one.course, frame))
        for alert in alerts
    ]
    acts = decide(finding, standing, absence_nights=frame.protocol.absence_nights)
    if any(act.kind == "step" for act in acts):
        before, now = _step_figures(one, frame.protocol)
        figures |= {"step_before": before, "step_now": now}
    return Judged(finding.state, figures, acts)


def _figures(assessed: Assessed, row: int, column: int, one: ShardCourse) -> dict[str, Any]:
    nights = assessed.nights
    return {
        "day_number": one.day_number,
        "answered_14d": int(nights.answered_14d[row, column]),
        "days_since_answer": int(nights.days_since_answer[row, column]),
        "mean_7d": _number(nights.mean_7d[row, column]),
        "mean_14d": _number(nights.mean_14d[row, column]),
        "best_14d": _number(nights.best_14d[row, column]),
        "early_relief": _number(nights.early_relief[row]),
        "relief_7d": _number(nights.relief_window[row, column]),  # 14 days on a thin schedule
        "below_since": int(nights.below_since[row, column]) or None,
        "loss_day": int(nights.loss_day[row, column]) or None,
        "baseline_nrs": one.baseline.nrs,
        "baseline_kind": one.baseline.kind,
    }


def _not_judged(one: ShardCourse, follow_up_days: int) -> Judged:
    """A course before the end of its infusion, one recorded after its follow-up, or one that cannot be read.

    An infusion may be recorded years late: its course ends tonight, and its thousands of days judge nobody.
    """
    figures = {
        "day_number": min(one.day_number, follow_up_days),
        "answered_14d": 0,
        "days_since_answer": 0,
        "baseline_nrs": one.baseline.nrs,
        "baseline_kind": one.baseline.kind,
        "problem": one.problem,
    }
    acts = [Act("open", "not_assessed")] if one.problem is not None else []
    early = one.problem is None and one.day_number < 1
    return Judged("preparing" if early else "cannot_tell", figures, acts)


def _review_recovered(assessed: Assessed, row: int, column: int, protocol: Protocol) -> bool:
    """Pain is no longer so far above its best; False where either is unknown. On the line it still is."""
    risen = assessed.nights.mean_14d[row, column] - assessed.nights.best_14d[row, column]
    return bool(risen < protocol.review_rise_nrs - MEAN_TOLERANCE_NRS)


def _step_recovered(one: ShardCourse, alerts: Sequence[Alert], protocol: Protocol) -> bool:
    """A step has passed when the last answers are back near the level before it."""
    before = next((alert.facts.get("step_before") for alert in alerts if alert.kind == "step"), None)
    last = _answers(one)[-protocol.step_days :]
    return before is not None and bool(last) and sum(last) / len(last) < before + protocol.step_rise_nrs


def _step_figures(one: ShardCourse, protocol: Protocol) -> tuple[float | None, list[int]]:
    answers = _answers(one)
    before = answers[: -protocol.step_days][-protocol.step_before_answers :]
    return (sum(before) / len(before) if before else None), answers[-protocol.step_days :]


def _answers(one: ShardCourse) -> list[int]:
    first, last = one.course.first_infusion_day, one.course.last_infusion_day
    assert first is not None
    assert last is not None
    after = packed.follow_up_days(one.days, (last - first).days + 1)
    return [score for score in after if score is not None]


def _quiet(course: Course, frame: NightFrame) -> bool:
    """Imported history shows states, but rings no bell for its first nights here."""
    if course.imported_at is None:
        return False
    quiet_nights = frame.protocol.quiet_nights_after_import
    return frame.cutoff_at < rings_from(course.imported_at, quiet_nights=quiet_nights)


def _day_number(course: Course, night: date) -> int:
    last = course.last_infusion_day
    return (night - last).days if last is not None else 0


def _night_number(alert: Alert, course: Course, frame: NightFrame) -> int:
    return _day_number(course, alert.night or frame.night)


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
