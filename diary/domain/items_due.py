"""When an optional item is asked again: by its own schedule, from when it was last answered."""

from datetime import date, timedelta
from typing import Final

from config.scales import ITEMS

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
# Known effects of ketamine are asked daily to this course day (76 % had some during it, Sigtermans 2009), and
# signs of liver and bladder for so long after it (Noppers 2011).
EFFECTS_DAILY_TO_DAY: Final = 7
RISKS_FOR: Final = timedelta(days=42)
# Compares with the time before the infusion, so it means nothing until a week after one.
SINCE_INFUSION: Final = "pgic"


def every(code: str, *, today: date, last_infusion_day: date | None) -> timedelta:
    """How long after an answer the item is asked again.

    >>> every("nausea", today=date(2026, 3, 9), last_infusion_day=date(2026, 3, 1)).days
    7
    """
    asked = ITEMS[code].asked
    if asked == "effect" and last_infusion_day is not None:
        return DAY if today <= last_infusion_day + DAY * EFFECTS_DAILY_TO_DAY else WEEK
    return DAY if asked == "daily" else WEEK


def asked_from(
    code: str, *, last: date | None, today: date, infused: tuple[date, date] | None
) -> date | None:
    """The first day, today or later, on which the item is asked; None while it has no meaning.

    Args:
        code: the item.
        last: the newest diary day that it was answered for.
        today: the diary day under way.
        infused: first and last infusion day of the open course; None outside one.

    >>> week = (date(2026, 3, 2), date(2026, 3, 6))
    >>> asked_from("nausea", last=date(2026, 3, 9), today=date(2026, 3, 9), infused=week)
    datetime.date(2026, 3, 10)
    >>> asked_from("urine", last=None, today=date(2026, 4, 20), infused=week) is None
    True
    """
    begun = infused is not None and infused[0] <= today
    last_infusion_day = infused[1] if infused is not None and begun else None
    due = max(today, last + every(code, today=today, last_infusion_day=last_infusion_day)) if last else today
    if ITEMS[code].asked in ("daily", "weekly") and code != SINCE_INFUSION:
        return due
    if last_infusion_day is None:
        return None
    if code == SINCE_INFUSION:
        return max(due, last_infusion_day + WEEK)
    return due if ITEMS[code].asked == "effect" or due <= last_infusion_day + RISKS_FOR else None
