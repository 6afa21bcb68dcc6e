"""A course's scores as bytes: one byte a calendar day, from 14 days before the first infusion day.

A row ends with its last answer, so that the same answers always give the same bytes.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from config.scales import NRS

NO_ANSWER: Final = 255
DAYS_BEFORE: Final = 14
INFUSION_DAYS_MAX: Final = 60
_READABLE: Final = bytes([*range(NRS.low, NRS.high + 1), NO_ANSWER])
FOLLOW_UP_DAYS_MAX: Final = 800
DAYS_MAX: Final = DAYS_BEFORE + INFUSION_DAYS_MAX + FOLLOW_UP_DAYS_MAX
"""The longest row: a course is closed by its day limit (365, at most 730) long before."""


def index_of(anchor: date, day: date) -> int:
    """Where a day's byte stands; negative before the anchor.

    >>> index_of(date(2026, 8, 1), date(2026, 8, 15))
    14
    """
    return (day - anchor).days


def pack(anchor: date, scores: Mapping[date, int], *, until: date | None = None) -> bytes:
    """Pack scores by day.

    Args:
        anchor: first infusion day - 14.
        scores: whole NRS points by day; a missing day has no answer.
        until: the last day to pack: later scores are left out, and the row is filled up to it.

    Raises:
        ValueError: a day before the anchor or past the longest row, or a score off the scale.

    >>> list(pack(date(2026, 8, 1), {date(2026, 8, 2): 7}))
    [255, 7]
    """
    kept = {day: nrs for day, nrs in scores.items() if until is None or day <= until}
    ends = until or max(kept, default=None)
    if ends is None:
        return b""
    days = bytearray([NO_ANSWER]) * (_checked_index(index_of(anchor, ends)) + 1)
    for day, nrs in kept.items():
        days[_checked_index(index_of(anchor, day))] = _checked_nrs(nrs)
    return bytes(days)


def put(days: bytes, index: int, nrs: int | None) -> bytes:
    """The row with one day's score set, or taken away by None.

    Raises:
        ValueError: an index off the row, or a score off the scale.

    >>> list(put(bytes([7]), 2, 4)), list(put(bytes([7, 255, 4]), 2, None))
    ([7, 255, 4], [7])
    """
    row = bytearray(days.ljust(_checked_index(index) + 1, bytes([NO_ANSWER])))
    row[index] = NO_ANSWER if nrs is None else _checked_nrs(nrs)
    return bytes(row).rstrip(bytes([NO_ANSWER]))


def get(days: bytes, index: int) -> int | None:
    """The score at an index; None where there is no answer, also past the end of the row.

    >>> get(bytes([255, 7]), 1), get(bytes([255, 7]), 0), get(bytes([255, 7]), 500)
    (7, None, None)
    """
    if _checked_index(index) >= len(days) or days[index] == NO_ANSWER:
        return None
    return days[index]


def unpack(days: bytes) -> list[int | None]:
    """Every day's score, oldest first.

    >>> unpack(bytes([7, 255, 4]))
    [7, None, 4]
    """
    return [None if nrs == NO_ANSWER else nrs for nrs in days]


def before_days(days: bytes) -> list[int | None]:
    """The scores of the 14 days before the first infusion day, oldest first.

    >>> before_days(bytes([7, 8]))[:3], len(before_days(b""))
    ([7, 8, None], 14)
    """
    found = unpack(days[:DAYS_BEFORE])
    return found + [None] * (DAYS_BEFORE - len(found))


def follow_up_days(days: bytes, series_days: int) -> list[int | None]:
    """The scores from course day 1 on.

    Args:
        days: a packed row.
        series_days: how many days there are from the first to the last infusion day, both counted.

    >>> follow_up_days(bytes([7] * 14 + [255] * 5 + [2, 255, 3]), 5)
    [2, None, 3]
    """
    return unpack(days[DAYS_BEFORE + series_days :])


def stretch(days: bytes, start: int, end: int) -> list[int | None]:
    """The scores from one index up to before another; None where the row does not reach, on either side.

    >>> stretch(bytes([7, 255, 4]), -1, 5)
    [None, 7, None, 4, None, None]
    """
    inside = unpack(days[max(start, 0) : max(end, 0)])
    before = [None] * max(0, min(end, 0) - start)
    return [*before, *inside, *[None] * (end - start - len(before) - len(inside))]


def problem(days: bytes) -> str | None:
    """What is wrong with a stored row; None when it can be read.

    >>> problem(bytes([7, 11]))
    'day 1 of the row holds 11, which is no score from 0 to 10 and not the mark for no answer (255)'
    """
    if len(days) > DAYS_MAX:
        return f"the row has {len(days)} days, over {DAYS_MAX}"
    if not days.translate(None, _READABLE):
        return None
    for index, nrs in enumerate(days):
        if nrs != NO_ANSWER and not NRS.low <= nrs <= NRS.high:
            return (
                f"day {index} of the row holds {nrs}, which is no score from {NRS.low} to {NRS.high} "
                f"and not the mark for no answer ({NO_ANSWER})"
            )
    return None


def _checked_index(index: int) -> int:
    if not 0 <= index < DAYS_MAX:
        raise ValueError(f"a course has no day {index}; its row runs from 0 to {DAYS_MAX - 1}")
    return index


def _checked_nrs(nrs: int) -> int:
    if not NRS.low <= nrs <= NRS.high:
        raise ValueError(f"{nrs} is no pain score; give a whole number from {NRS.low} to {NRS.high}")
    return nrs
