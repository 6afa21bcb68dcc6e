"""On which course days no answer is asked for: while not followed, and between a thin schedule's days."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import zip_longest
from zoneinfo import ZoneInfo

from diary.domain.days import diary_day
from diary.storage.follow import Followed
from diary.storage.shards import FollowedCourse
from diary.storage.tables.course import Course
from diary.storage.worklist_rows import ListedCourse

# Which of them, paused or stopped, its first and its last day; None where it goes on.
Away = tuple[str, date, date | None]


def unasked_days(
    course: Course | FollowedCourse | ListedCourse,
    away: Iterable[Away],
    *,
    last: date,
    night: int,
) -> list[int]:
    """Those from course day 1 to `night`, in order.

    Args:
        course: with its schedule, if it has one.
        away: the stretches in which the patient was paused or stopped, and nothing was asked.
        last: the course's last infusion day.
        night: the last course day that is looked at.
    """
    unasked: set[int] = set()
    if course.thin_from_day is not None and course.thin_weekdays is not None:
        for day in range(max(1, (course.thin_from_day - last).days), night + 1):
            if not course.thin_weekdays >> (last + timedelta(days=day)).weekday() & 1:
                unasked.add(day)
    for _, first_day, last_day in away:
        ends = night if last_day is None else min(night, (last_day - last).days)
        unasked.update(range(max(1, (first_day - last).days), ends + 1))
    return sorted(unasked)


def unfollowed(follow: Sequence[Followed]) -> Iterator[Away]:
    """The stretches in which a patient was paused or stopped.

    Args:
        follow: how the patient was followed, oldest first; a word belongs to the diary day where it was said.
    """
    for row, following in zip_longest(follow, follow[1:]):
        if row.state != "followed":
            ends = [row.until_day] if row.until_day is not None else []
            if following is not None:
                ends.append(_day_of(following) - timedelta(days=1))
            yield row.state, _day_of(row), min(ends, default=None)


def is_within(day: date, first_day: date, last_day: date | None) -> bool:
    """Whether a day lies in a stretch; one without a last day goes on."""
    return first_day <= day and (last_day is None or day <= last_day)


def _day_of(word: Followed) -> date:
    return diary_day(word.since_at, ZoneInfo(word.zone))
