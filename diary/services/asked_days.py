"""On which course days no answer is asked for: while not followed, and between a thin schedule's days."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import zip_longest

from diary.storage.shards import Followed, FollowedCourse
from diary.storage.tables.course import Course
from diary.storage.tables.patient import PatientFollow


def unasked_days(
    course: Course | FollowedCourse,
    follow: Sequence[PatientFollow | Followed],
    *,
    last: date,
    night: int,
) -> list[int]:
    """Those from course day 1 to `night`, in order.

    Args:
        course: with its schedule, if it has one.
        follow: how the patient was followed, oldest first; paused or stopped, nothing is asked.
        last: the course's last infusion day.
        night: the last course day that is looked at.
    """
    unasked: set[int] = set()
    if course.thin_from_day is not None and course.thin_weekdays is not None:
        for day in range(max(1, (course.thin_from_day - last).days), night + 1):
            if not course.thin_weekdays >> (last + timedelta(days=day)).weekday() & 1:
                unasked.add(day)
    for row, following in zip_longest(follow, follow[1:]):
        if row.state != "followed":
            begins = max(1, (row.since_at.date() - last).days)
            ends = (following.since_at.date() - last).days if following else night + 1
            if row.until_day is not None:
                ends = min(ends, (row.until_day - last).days + 1)
            unasked.update(range(begins, min(ends, night + 1)))
    return sorted(unasked)
