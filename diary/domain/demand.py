"""Infusion days that open courses will ask for, week by week: from when each may lose relief."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Final

WEEK: Final = timedelta(days=7)
LOW, HIGH = 0.1, 0.9
# What is left out of a distribution at its far end.
NEGLIGIBLE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Prospect:
    """A course that may need another: the days on which relief may be lost, each as likely; None: never."""

    loss_days: tuple[date | None, ...]
    infusion_days: int


@dataclass(frozen=True, slots=True)
class Demand:
    """Infusion days asked for in one week: the mean, and the range that holds them four times in five."""

    monday: date
    mean_days: float
    low_days: int
    high_days: int


def weekly_demand(prospects: Sequence[Prospect], *, mondays: Sequence[date], earliest: date) -> list[Demand]:
    """What each week will ask for, if every course is followed by another as relief ends.

    Args:
        prospects: the courses that have no booking yet; each loses relief, or not, for itself.
        mondays: where the weeks begin, one after the other.
        earliest: nobody can be treated before, since authorisation and a bed take their time; who loses
            relief sooner asks for the week of this day.

    >>> twenty = tuple(date(2027, 1, 4) for _ in range(10)) + (None,) * 10
    >>> week = {"mondays": [date(2027, 1, 4)], "earliest": date(2026, 12, 1)}
    >>> (demand,) = weekly_demand([Prospect(twenty, 5)] * 4, **week)
    >>> demand.mean_days, demand.low_days, demand.high_days
    (10.0, 5, 15)
    """
    return [_of_week(prospects, monday, earliest) for monday in mondays]


def _chance(prospect: Prospect, monday: date, earliest: date) -> float:
    asked = [max(day, earliest) for day in prospect.loss_days if day is not None]
    return sum(monday <= day < monday + WEEK for day in asked) / len(prospect.loss_days)


def _of_week(prospects: Sequence[Prospect], monday: date, earliest: date) -> Demand:
    by_days: dict[int, list[float]] = {}
    for prospect in prospects:
        chance = _chance(prospect, monday, earliest)
        if chance > 0:
            by_days.setdefault(prospect.infusion_days, []).append(chance)
    return demand_of(by_days, monday)


def demand_of(by_days: Mapping[int, Sequence[float]], monday: date) -> Demand:
    """What one week asks for.

    Args:
        by_days: chances of treatments that are strangers to each other, by how many infusion days each has.
        monday: where the week begins.
    """
    mean = sum(days * sum(some) for days, some in by_days.items())
    spread = spread_of(by_days)
    return Demand(monday, mean, quantile(spread, LOW), quantile(spread, HIGH))


def spread_of(by_days: Mapping[int, Sequence[float]]) -> list[float]:
    """The chance of each count of infusion days, of the same treatments."""
    spread = [1.0]
    for days, some in by_days.items():
        spread = _sum_of(spread, _spaced(counts(some), days))
    return spread


def counts(chances: Iterable[float]) -> list[float]:
    """The chance of each count of events that are strangers to each other, each with a chance of its own.

    >>> counts([0.5, 0.5])
    [0.25, 0.5, 0.25]
    """
    found = [1.0]
    for chance in chances:
        found = _trimmed(_sum_of(found, [1 - chance, chance]))
    return found


def quantile(spread: Sequence[float], share: float) -> int:
    """The smallest count that is not exceeded with this chance."""
    for count, under in enumerate(accumulate(spread)):
        if under >= share - NEGLIGIBLE:
            return count
    return len(spread) - 1


def _spaced(spread: Sequence[float], step: int) -> list[float]:
    """Counts of treatments as counts of their days."""
    found = [0.0] * ((len(spread) - 1) * step + 1)
    found[::step] = spread
    return found


def _sum_of(some: Sequence[float], others: Sequence[float]) -> list[float]:
    """The spread of the sum of two counts that are strangers to each other."""
    found = [0.0] * (len(some) + len(others) - 1)
    for place, chance in enumerate(some):
        if chance:
            for other, beside in enumerate(others):
                found[place + other] += chance * beside
    return found


def _trimmed(spread: list[float]) -> list[float]:
    """Without a far end that nobody will see."""
    left = 0.0
    while len(spread) > 1 and (left := left + spread[-1]) < NEGLIGIBLE:
        spread.pop()
    return spread
