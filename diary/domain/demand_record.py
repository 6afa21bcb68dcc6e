"""Whether the range that was told for a week held what came, counted on weeks that are over.

What came is the plain rule's: it confirms a loss a median of 11 days after it came (domain.relapse.truth), so
a loss confirmed tonight counts 11 days ago, and where it judges tonight and confirms none, none had come 11
days ago. A course of which nothing is known for a week (silent, treated again) counts on neither side.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from diary.domain.demand import WEEK, Demand, demand_of, spread_of

CONFIRMED_AFTER: Final = timedelta(days=11)
# A finding is kept on a change and each seventh day of a course, so none under way is older.
KEPT_WITHIN: Final = timedelta(days=7)
# The week that is looked at begins so long after the Monday on which it was told. The chances that are kept
# reach 28 days beyond their own night: the last day of this week lies at most 27 beyond it.
TOLD_BEFORE: Final = 2 * WEEK
# Of 20 weeks of a range that holds 8 in 10, 16 are held, give or take 2.
WEEKS_MIN: Final = 20


class Kept(NamedTuple):
    """What one night kept of a course: chances that relief is lost by then, and 14 and 28 days later."""

    course_id: int
    night: date
    p_lost: float
    p_lost_14d: float
    p_lost_28d: float

    def lost_by(self, day: date) -> float:
        """The chance that relief is lost by a day, straight between the three that were kept."""
        ahead = (day - self.night).days
        if ahead <= 14:
            return self.p_lost + (self.p_lost_14d - self.p_lost) * max(0, ahead) / 14
        return self.p_lost_14d + (self.p_lost_28d - self.p_lost_14d) * min(14, ahead - 14) / 14


class Came(NamedTuple):
    """What the rule knows of a course by now."""

    confirmed_on: date | None
    judged_until: date
    """The last night on which it could judge."""

    @property
    def lost_on(self) -> date | None:
        """The day of the loss, as far as the rule can say."""
        return None if self.confirmed_on is None else self.confirmed_on - CONFIRMED_AFTER

    def known_by(self, day: date) -> bool:
        """Whether it is known if relief was lost by then."""
        lost_on = self.lost_on
        return (lost_on is not None and lost_on <= day) or self.judged_until - CONFIRMED_AFTER >= day


@dataclass(frozen=True, slots=True)
class WeekHeld:
    """One week that is over: the range that was told for it, and what came, in infusion days."""

    told: Demand
    chance: float
    """That the range holds, by what was told: 8 in 10 or more, since few treatments come in steps."""
    came_days: int

    @property
    def held(self) -> bool:
        """Whether the range held it."""
        return self.told.low_days <= self.came_days <= self.told.high_days


@dataclass(frozen=True, slots=True)
class DemandRecord:
    """So many weeks could be looked at, and of so many the range held what came."""

    weeks: int
    held: int
    expected: float
    """Of so many it would hold on average, if what was told was right."""

    @property
    def tells(self) -> bool:
        """Whether these are enough weeks to say anything."""
        return self.weeks >= WEEKS_MIN


def weeks_held(
    kept: Iterable[Kept],
    came: Mapping[int, Came],
    infusion_days: Mapping[int, int],
    *,
    mondays: Sequence[date],
) -> list[WeekHeld]:
    """Each of these weeks with what was told of it two weeks before; weeks without any course are left out.

    Args:
        kept: findings, in the order of their nights.
        came: what is known by now, by course.
        infusion_days: of one treatment, by course.
        mondays: where the weeks begin.
    """
    told = list(kept)
    found = (_week(told, came, infusion_days, monday) for monday in mondays)
    return [week for week in found if week is not None]


def record_of(weeks: Sequence[WeekHeld]) -> DemandRecord:
    """Count them."""
    return DemandRecord(len(weeks), sum(week.held for week in weeks), sum(week.chance for week in weeks))


def _week(
    kept: Sequence[Kept], came: Mapping[int, Came], infusion_days: Mapping[int, int], monday: date
) -> WeekHeld | None:
    told_on, before, last = (
        monday - TOLD_BEFORE,
        monday - timedelta(days=1),
        monday + WEEK - timedelta(days=1),
    )
    newest = {one.course_id: one for one in kept if told_on - KEPT_WITHIN <= one.night < told_on}
    known = [
        one
        for one in newest.values()
        if one.course_id in came and one.course_id in infusion_days and came[one.course_id].known_by(last)
    ]
    if not known:
        return None
    asked: dict[int, list[float]] = {}
    came_days = 0
    for one in known:
        days = infusion_days[one.course_id]
        asked.setdefault(days, []).append(one.lost_by(last) - one.lost_by(before))
        lost_on = came[one.course_id].lost_on
        came_days += days if lost_on is not None and monday <= lost_on <= last else 0
    told = demand_of(asked, monday)
    return WeekHeld(told, sum(spread_of(asked)[told.low_days : told.high_days + 1]), came_days)
