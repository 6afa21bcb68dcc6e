"""Blocks of infusion days: what cannot be, what a later one may be called, how many there have been."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from diary.domain.errors import Refusal
from diary.domain.packed import INFUSION_DAYS_MAX

Block = tuple[date, date]
"""First and last infusion day, both infused."""

# Boosters are courses of one or two days (clinical practice pages; none names a trigger).
BOOSTER_DAYS_MAX: Final = 2
TWELVE_MONTHS_DAYS: Final = 365


def check_block(first_day: date, last_day: date) -> None:
    """Refuse a block that cannot be.

    Raises:
        Refusal: infusion_ends_before_start; infusion_too_long.

    >>> check_block(date(2026, 8, 3), date(2026, 8, 7))
    """
    if last_day < first_day:
        raise Refusal(
            "infusion_ends_before_start",
            f"The last infusion day, {last_day}, is before the first, {first_day}. Check both.",
            pointer="/last_day",
        )
    if (last_day - first_day).days >= INFUSION_DAYS_MAX:
        raise Refusal(
            "infusion_too_long",
            f"An infusion of {(last_day - first_day).days + 1} days cannot be recorded; "
            f"{INFUSION_DAYS_MAX} is the most. Check both days.",
            pointer="/last_day",
        )


def may_be_ketamine(agent: str) -> bool:
    """Whether it counts where ketamine does: of a study drug nobody knows, so that it counts.

    >>> [may_be_ketamine(agent) for agent in ("s_ketamine", "study_drug", "placebo")]
    [True, True, False]
    """
    return agent != "placebo"


def free_again_on(last_day: date, agent: str, *, minimum_interval_days: int | None) -> date:
    """The first day on which another infusion may begin; a placebo asks for no interval.

    >>> free_again_on(date(2026, 8, 7), "racemic", minimum_interval_days=28)
    datetime.date(2026, 9, 4)
    >>> free_again_on(date(2026, 8, 7), "placebo", minimum_interval_days=28)
    datetime.date(2026, 8, 8)
    """
    rest_days = minimum_interval_days if may_be_ketamine(agent) else None
    return last_day + timedelta(days=rest_days or 1)


def overlaps(a: Block, b: Block) -> bool:
    """Whether two blocks share a day.

    >>> overlaps((date(2026, 8, 3), date(2026, 8, 7)), (date(2026, 8, 7), date(2026, 8, 9)))
    True
    """
    return a[0] <= b[1] and b[0] <= a[1]


def suggest_class(
    block: Block, *, last_infusion_day: date | None, series_gap_max_days: int, regimen_days: int
) -> str:
    """What a block may be called: same_series, booster or new_course. Staff decide, and may correct it.

    Within the regimen's gap it belongs to the series; after that, a day or two where the regimen plans more
    is likely a booster.

    Args:
        block: the infusion days to classify.
        last_infusion_day: the open course's last one; None without an open course.
        series_gap_max_days: the regimen's longest gap inside one series.
        regimen_days: how many infusion days the regimen plans.

    >>> outpatient = {"series_gap_max_days": 3, "regimen_days": 10}
    >>> monday = (date(2026, 8, 10), date(2026, 8, 10))
    >>> suggest_class(monday, last_infusion_day=date(2026, 8, 7), **outpatient)
    'same_series'
    >>> suggest_class(monday, last_infusion_day=date(2026, 6, 1), **outpatient)
    'booster'
    """
    if last_infusion_day is None:
        return "new_course"
    if (block[0] - last_infusion_day).days <= series_gap_max_days:
        return "same_series"
    days = (block[1] - block[0]).days + 1
    return "booster" if days <= BOOSTER_DAYS_MAX and days < regimen_days else "new_course"


def days_since_last(blocks: Iterable[Block], day: date) -> int | None:
    """Days from the latest infusion day before `day` to `day`; None when there was none.

    >>> days_since_last([(date(2026, 8, 3), date(2026, 8, 7))], date(2026, 8, 23))
    16
    """
    before = [min(last, day - timedelta(days=1)) for first, last in blocks if first < day]
    return (day - max(before)).days if before else None


def infusion_days_in_12_months(blocks: Iterable[Block], day: date) -> int:
    """How many of the 365 days up to `day` were infusion days.

    >>> week = (date(2026, 8, 3), date(2026, 8, 7))
    >>> [infusion_days_in_12_months([week], date(year, 8, 5)) for year in (2026, 2027, 2028)]
    [3, 2, 0]
    """
    since = day - timedelta(days=TWELVE_MONTHS_DAYS - 1)
    return sum(max(0, (min(last, day) - max(first, since)).days + 1) for first, last in blocks)
