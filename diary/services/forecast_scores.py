"""How what the nights told came true: of the forecast in force, and of a candidate beside it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from config.priors import Prior
from diary.domain import packed
from diary.domain.days import night_due
from diary.domain.relapse.drift import AGE_DAYS_MIN, TOLD_ON_DAY, WINDOWS, Tally, tallies
from diary.domain.relapse.shadow import NOTHING, SETTLED_AFTER_DAYS, Compared, Told, compare
from diary.services.diaries_as_of import AsOf, Diaries, foresee, read_diaries
from diary.services.night_arrays import arrays_of
from diary.services.night_judging import LOG_EVERY_DAYS
from diary.services.night_shard import ShardCourse, baselines_as_of, days_until
from diary.services.packed_days import packed_from_entries
from diary.storage.foretold import Foretold, courses_between, foretold, newest_courses, received_since
from diary.storage.protocols import zones_of
from diary.storage.unit import clinic_of

# Of the courses that are looked at, some were never told of, or are not settled.
COURSES_MOST: Final = 2 * max(WINDOWS)
# A finding is kept on these days even where nothing changed.
LOGGED_DAYS: Final = range(LOG_EVERY_DAYS, packed.FOLLOW_UP_DAYS_MAX, LOG_EVERY_DAYS)


def told_and_came(session: Session, as_of: AsOf, *, since: datetime) -> list[Tally]:
    """The forecasts that nights told from a moment on, each course's of one day, held against what came."""
    newest = as_of.night - timedelta(days=AGE_DAYS_MIN)
    course_ids = newest_courses(session, ended_by=newest, most=COURSES_MOST)
    rows = foretold(session, course_ids, on_days=[TOLD_ON_DAY], after=date.min, until=as_of.night)
    told = {row.course_id: row for row in rows if row.cutoff_at >= since}
    diaries = read_diaries(session, [one for one in course_ids if one in told], as_of)
    if diaries is None:
        return []
    place = {course_id: row for row, course_id in enumerate(course_ids)}
    diaries = diaries.rows(np.argsort([place[one.course.id] for one in diaries.courses]))
    chosen = [told[one.course.id] for one in diaries.courses]
    ages = np.array([one.day_number for one in diaries.courses], dtype=np.float64)
    return tallies(told_by(chosen), diaries.truth(as_of.protocol), ages=ages)


def beside_candidate(session: Session, as_of: AsOf, prior: Prior, *, after: date) -> Compared:
    """A candidate beside the prior in force, on the nights since it was learned that are settled."""
    until = as_of.night - timedelta(days=SETTLED_AFTER_DAYS)
    first = after - timedelta(days=as_of.protocol.follow_up_days)
    course_ids = courses_between(session, first, until)
    rows = foretold(session, course_ids, on_days=LOGGED_DAYS, after=after, until=until)
    diaries = read_diaries(session, sorted({row.course_id for row in rows}), as_of)
    if diaries is None:
        return NOTHING
    place = {one.course.id: row for row, one in enumerate(diaries.courses)}
    rows = [row for row in rows if row.course_id in place and _before_booster(row, diaries, place)]
    if not rows:
        return NOTHING
    course = np.array([place[row.course_id] for row in rows])
    nights = np.array([row.day_number for row in rows])
    return compare(
        told_by(rows),
        retold(session, [diaries.courses[row] for row in course], rows, prior, as_of),
        diaries.truth(as_of.protocol).rows(course),
        nights=nights.astype(np.float64),
        ages=diaries.nights[course].astype(np.float64),
        of_course=course,
    )


def retold(
    session: Session,
    courses: Sequence[ShardCourse],
    rows: Sequence[Foretold],
    prior: Prior,
    as_of: AsOf,
) -> Told:
    """What a prior would have told on nights of long ago, from each course's days as they stood then."""
    then = _as_of_then(session, courses, rows, as_of)
    return foresee(arrays_of(then), np.array([row.day_number for row in rows]), prior)


def told_by(rows: Sequence[Foretold]) -> Told:
    """What the nights told."""
    return Told(
        *(
            np.array([getattr(row, name) for row in rows], dtype=np.float64)
            for name in ("p_lost_28d", "lost_p10", "lost_p90")
        )
    )


def _before_booster(row: Foretold, diaries: Diaries, place: dict[int, int]) -> bool:
    """A booster begins the curve anew: what was told after it is of another curve than what is known."""
    return all(row.night < day for day in diaries.courses[place[row.course_id]].boosters)


def _as_of_then(
    session: Session, courses: Sequence[ShardCourse], rows: Sequence[Foretold], as_of: AsOf
) -> list[ShardCourse]:
    """Each course with its days as they stood at the cut-off of a night of long ago.

    Nearly every answer comes before its own night: what stands today up to a night stood then. Where one came
    later, or was corrected, the days are packed anew from the versions received by then.
    """
    late = _late_days(session, courses, since=min(row.cutoff_at for row in rows))
    days = []
    for one, row in zip(courses, rows, strict=True):
        course = one.course
        assert course.anchor_day is not None
        changed = [day for day, received_at in late.get(course.patient_id, ()) if received_at > row.cutoff_at]
        if any(course.anchor_day <= day <= row.night for day in changed):
            span = (course.anchor_day, row.night)
            days.append(packed_from_entries(session, course.patient_id, span, received_by=row.cutoff_at))
        else:
            days.append(days_until(course, one.days, row.night))
    baselines = baselines_as_of([one.course for one in courses], days, as_of.protocol)
    return [
        one._replace(
            days=packed_days,
            baseline_kind=kind,
            baseline_nrs=nrs,
            day_number=row.day_number,
            unasked_days=(),
            boosters=(),
        )
        for one, row, packed_days, (kind, nrs) in zip(courses, rows, days, baselines, strict=True)
    ]


def _late_days(
    session: Session, courses: Sequence[ShardCourse], *, since: datetime
) -> dict[int, list[tuple[date, datetime]]]:
    """By patient the days of which a version came after their own night, and when."""
    zones = zones_of(session, clinic_of(session))
    due: dict[date, datetime] = {}
    found: dict[int, list[tuple[date, datetime]]] = {}
    patient_ids = sorted({one.course.patient_id for one in courses})
    for patient_id, day, received_at in received_since(session, patient_ids, since):
        if day not in due:
            due[day] = night_due(day, zones)
        if received_at > due[day]:
            found.setdefault(patient_id, []).append((day, received_at))
    return found
