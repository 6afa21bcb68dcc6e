"""One shard of a night: its courses with their days, as they stood at the cut-off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from config.protocol import Protocol
from diary.domain import packed
from diary.domain.relapse.baselines import own_means
from diary.services.asked_days import unasked_days, unfollowed
from diary.services.packed_days import packed_from_entries
from diary.storage.follow import Followed
from diary.storage.protocols import Foresight
from diary.storage.shards import (
    FollowedCourse,
    StandingAlert,
    Stretch,
    alerts_of_courses,
    boosters_of_patients,
    courses_of_shard,
    follow_of_patients,
)

NOTHING = bytes([packed.NO_ANSWER])
NO_ENDS: Mapping[int, date] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class NightFrame:
    """What is the same for every course of a night."""

    clinic_id: int
    night: date
    cutoff_at: datetime
    run_id: int
    protocol_id: int
    protocol: Protocol
    foresight: Foresight
    now: datetime
    late: bool


class ShardCourse(NamedTuple):
    """One course as the night sees it; `day_number` is at most 0 until its infusion has ended."""

    course: FollowedCourse
    days: bytes
    baseline_kind: str
    baseline_nrs: float | None
    day_number: int
    boosters: Sequence[date]
    unasked_days: Sequence[int]
    problem: str | None

    @property
    def before(self) -> bytes:
        """The 14 days before its infusion, day -1 last."""
        return self.days[: packed.DAYS_BEFORE].ljust(packed.DAYS_BEFORE, NOTHING)

    @property
    def follow_up(self) -> bytes:
        """Its days from day 1 on, up to the last that is packed."""
        first, last = self.course.first_infusion_day, self.course.last_infusion_day
        assert first is not None
        assert last is not None
        return self.days[packed.DAYS_BEFORE + (last - first).days + 1 :]


@dataclass(frozen=True, slots=True)
class Shard:
    """Some courses of one clinic, and by course the alerts that they already have."""

    courses: Sequence[ShardCourse]
    alerts: Mapping[int, Sequence[StandingAlert]]


def read_shard(session: Session, frame: NightFrame, stretch: Stretch) -> Shard:
    """Read the courses of a stretch, their packed days cut at the night and as received by the cut-off."""
    courses = courses_of_shard(session, stretch)
    seen = see_courses(
        session, courses, night=frame.night, cutoff_at=frame.cutoff_at, protocol=frame.protocol
    )
    return Shard(seen, alerts_of_courses(session, [course.id for course in courses]))


def see_courses(
    session: Session,
    courses: Sequence[FollowedCourse],
    *,
    night: date,
    cutoff_at: datetime,
    protocol: Protocol,
    ends: Mapping[int, date] = NO_ENDS,
) -> list[ShardCourse]:
    """Courses with their days as received by a cut-off, up to its night; closed ones up to their ends."""
    days = [_days(session, course, min(night, ends.get(course.id, night)), cutoff_at) for course in courses]
    baselines = baselines_as_of(courses, days, protocol)
    patient_ids = [course.patient_id for course in courses]
    boosters = boosters_of_patients(session, patient_ids)
    follow = follow_of_patients(session, patient_ids, until=cutoff_at)
    seen = []
    for course, row, (kind, nrs) in zip(courses, days, baselines, strict=True):
        number = day_number(course, night)
        given = boosters.get(course.id, ())
        seen.append(
            ShardCourse(
                course=course,
                days=row,
                baseline_kind=kind,
                baseline_nrs=nrs,
                day_number=number,
                boosters=[day for day in given if day <= night],
                unasked_days=_unasked_days(course, follow.get(course.patient_id, ()), number),
                problem=packed.problem(row),
            )
        )
    return seen


def day_number(course: FollowedCourse, night: date) -> int:
    """The course day of a night; 0 where no infusion is recorded."""
    last = course.last_infusion_day
    return (night - last).days if last is not None else 0


def _days(session: Session, course: FollowedCourse, night: date, cutoff_at: datetime) -> bytes:
    """The packed days as of the cut-off; rebuilt from the entries when changed since, or unreadable."""
    if course.days is None or course.anchor_day is None or course.changed_at is None:
        return b""
    days = course.days
    if course.changed_at > cutoff_at or packed.problem(days) is not None:
        days = packed_from_entries(
            session, course.patient_id, (course.anchor_day, night), received_by=cutoff_at
        )
    return days_until(course, days, night)


def days_until(course: FollowedCourse, days: bytes, night: date) -> bytes:
    """A packed row up to a night."""
    assert course.anchor_day is not None
    return days[: max(0, packed.index_of(course.anchor_day, night) + 1)]


def baselines_as_of(
    courses: Sequence[FollowedCourse], days: Sequence[bytes], protocol: Protocol
) -> list[tuple[str, float | None]]:
    """Kind and NRS of each course's baseline: what staff set or was carried, else of its own days before."""
    before = b"".join([row[: packed.DAYS_BEFORE].ljust(packed.DAYS_BEFORE, NOTHING) for row in days])
    means = own_means(np.frombuffer(before, np.uint8).reshape(-1, packed.DAYS_BEFORE), protocol)
    known = np.isfinite(means).tolist()
    return [
        (course.baseline_kind, course.baseline_nrs)
        if course.baseline_kind is not None
        else (("own", mean) if has_mean else ("none", None))
        for course, mean, has_mean in zip(courses, means.tolist(), known, strict=True)
    ]


def _unasked_days(course: FollowedCourse, follow: Sequence[Followed], night: int) -> Sequence[int]:
    if course.last_infusion_day is None or not (follow or course.thin_weekdays):
        return ()
    return unasked_days(course, unfollowed(follow), last=course.last_infusion_day, night=night)
