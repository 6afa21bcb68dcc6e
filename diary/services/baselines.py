"""A course's baseline, from its own days or as staff set it."""

from datetime import date, datetime
from itertools import pairwise

from sqlalchemy.orm import Session

from config.protocol import Protocol
from diary.domain import packed
from diary.domain.baseline import Baseline, baseline_for_next, own_baseline
from diary.domain.errors import Refusal
from diary.services import audit
from diary.storage.courses import courses_of, days_of
from diary.storage.protocols import protocol_at
from diary.storage.tables.course import Course
from diary.storage.unit import scope_of
from diary.storage.worklist_rows import ListedCourse


def baseline_of(course: Course | ListedCourse, days: bytes, protocol: Protocol) -> Baseline:
    """The baseline in force: what staff set or was carried, else the mean of the course's own days before.

    The own days of a course whose baseline was carried were still treated ones: they do not stand behind it.
    """
    if course.baseline_kind is None:
        return own_baseline(packed.before_days(days), protocol)
    return Baseline(
        course.baseline_kind,
        course.baseline_nrs,
        course.baseline_answers or 0,
        course.baseline_sd,
        protocol.baseline_weak_under_answers,
    )


def carry_baselines(session: Session, patient_id: int, *, now: datetime) -> None:
    """Give each later course its baseline: carried when the one before still gave relief, else its own.

    Decided when an infusion is recorded or corrected, and again when an answer of the days before it comes
    or changes: a phone may have held it back.
    """
    _, protocol = protocol_at(session, now)
    infused = [course for course in courses_of(session, patient_id) if course.first_infusion_day is not None]
    for earlier, course in pairwise(infused):
        _carry(session, course, earlier, protocol)
    session.flush()


def _carry(session: Session, course: Course, earlier: Course, protocol: Protocol) -> None:
    """Without this, re-treating before pain is back would make every next course alarm sooner.

    A baseline that a person set stays.
    """
    if course.baseline_reason is not None or course.baseline_kind not in (None, "carried"):
        return
    course.baseline_kind = course.baseline_nrs = course.baseline_source = None
    course.baseline_answers = course.baseline_sd = None
    before, now = days_of(session, earlier.id), days_of(session, course.id)
    if before is None or now is None:
        return
    own = own_baseline(packed.before_days(now.days), protocol)
    chosen = baseline_for_next(own, baseline_of(earlier, before.days, protocol), protocol)
    if chosen.kind == "carried":
        course.baseline_kind, course.baseline_nrs = chosen.kind, chosen.nrs
        course.baseline_answers, course.baseline_sd = chosen.answers, chosen.sd
        course.baseline_source = f"course {earlier.number}"


def set_baseline(
    session: Session,
    course: Course,
    *,
    kind: str,
    nrs: float | None,
    stated_on: date | None,
    source: str | None,
    reason: str,
    now: datetime,
) -> None:
    """A clinician's baseline, with a reason; kind "own" goes back to the course's own days.

    Courses after this one that carry it follow.

    Raises:
        Refusal: baseline_needs_value, when a kind with a number comes without one or the other way round.
    """
    if (kind in ("carried", "stated")) != (nrs is not None):
        raise Refusal(
            "baseline_needs_value",
            "A carried or stated baseline needs its value; own and none have none.",
            pointer="/nrs",
        )
    course.baseline_kind = None if kind == "own" else kind
    course.baseline_nrs = nrs
    course.baseline_answers = course.baseline_sd = None
    course.baseline_stated_on = stated_on
    course.baseline_source = source
    course.baseline_reason = reason
    course.baseline_by_id = scope_of(session).actor_id
    course.version += 1
    session.flush()
    carry_baselines(session, course.patient_id, now=now)
    audit.note(
        session,
        "course.baseline",
        now=now,
        object="course",
        object_uid=course.uid,
        patient_id=course.patient_id,
        detail={"kind": kind},
    )
