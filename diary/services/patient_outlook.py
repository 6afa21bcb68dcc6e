"""What may come of a patient's course, as the page shows it: from what the night kept beside its finding."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from diary.charts.course_data import ForecastDay
from diary.charts.loss_dots import LossDots
from diary.domain.outlook import Level, unpack
from diary.storage.protocols import Foresight
from diary.storage.tables.course import Course
from diary.storage.tables.night import Assessment

# A kind of course that fits the answers less well than this is not worth a word.
FITS_FROM: Final = 0.05


@dataclass(frozen=True, slots=True)
class PatientOutlook:
    """What lies ahead of the present course, seen from the night of its finding."""

    night: date
    relief: float
    """Expected on that night, a share of the baseline."""
    narrowed: float
    """The share of the loss days thought possible that answers took away."""
    fits: Mapping[str, float]
    """The kinds of course that fit the answers, best first, with their weight."""
    dots: LossDots
    levels: tuple[ForecastDay, ...]
    """7-day means foreseen, a day each."""


def outlook_of(
    course: Course, finding: Assessment | None, foresight: Foresight, *, lead_days: int
) -> PatientOutlook | None:
    """Of a course under way; None where nothing is foreseen, or the forecast is in the shadow."""
    if finding is None or finding.outlook is None or course.last_infusion_day is None:
        return None
    if not foresight.shown or course.status != "open":
        return None
    try:
        kept = unpack(finding.outlook)
    except ValueError:  # of another release: what it stands beside is written anew within days
        return None
    day_0 = course.last_infusion_day
    days = [None if day is None else day_0 + timedelta(days=day) for day in kept.loss_days]
    fits = sorted(kept.families.items(), key=lambda family: -family[1])
    return PatientOutlook(
        night=finding.night,
        relief=kept.relief,
        narrowed=kept.narrowed,
        fits={name: weight for name, weight in fits if weight >= FITS_FROM},
        dots=LossDots(tuple(days), finding.night, finding.night + timedelta(days=lead_days)),
        levels=tuple(_by_day(kept.levels, day_0)),
    )


def _by_day(levels: tuple[Level, ...], day_0: date) -> Iterator[ForecastDay]:
    """Straight between the days that were kept."""
    for before, after in pairwise(levels):
        for day in range(before.day, after.day):
            yield _between(before, after, day, day_0)
    if levels:
        yield _between(levels[-1], levels[-1], levels[-1].day, day_0)


def _between(before: Level, after: Level, day: int, day_0: date) -> ForecastDay:
    share = (day - before.day) / max(after.day - before.day, 1)
    points = [
        getattr(before, name) + share * (getattr(after, name) - getattr(before, name))
        for name in ("p10_nrs", "p50_nrs", "p90_nrs")
    ]
    return ForecastDay(day_0 + timedelta(days=day), *points)
