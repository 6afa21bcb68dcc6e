"""Numbers, days and positions as every chart prints them."""

from datetime import date
from typing import Final

NRS_MAX: Final = 10
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class _Tenths(dict[int, str]):
    """Each tenth of a pixel as it is written: a chart has a thousand of them, and all charts the same."""

    def __missing__(self, tenths: int) -> str:
        text = self[tenths] = f"{tenths / 10:.1f}".removesuffix(".0")
        return text


TENTHS: Final = _Tenths()


def position(value: float) -> str:
    """A coordinate to a tenth of a pixel, without a tail that the eye cannot see.

    >>> position(12.0), position(12.34), position(-0.01)
    ('12', '12.3', '0')
    """
    return TENTHS[round(value * 10)]


def mean_text(nrs: float) -> str:
    """A mean pain score to one decimal, as staff read it.

    >>> mean_text(5.64)
    '5.6'
    """
    return f"{nrs:.1f}"


def day_text(day: date) -> str:
    """A day without its year, the same in every locale of the machine.

    >>> day_text(date(2026, 11, 21))
    '21 Nov'
    """
    return f"{day.day} {MONTHS[day.month - 1]}"


def span_text(first: date, last: date) -> str:
    """A stretch of days, naming the year once where it is one year.

    >>> span_text(date(2026, 8, 19), date(2026, 11, 21))
    '19 Aug to 21 Nov 2026'
    """
    if first == last:
        return f"{day_text(first)} {first.year}"
    start = day_text(first) if first.year == last.year else f"{day_text(first)} {first.year}"
    return f"{start} to {day_text(last)} {last.year}"


def count_text(count: int, noun: str) -> str:
    """A count and its noun, in the plural where English wants one.

    >>> count_text(1, "day"), count_text(7, "day")
    ('1 day', '7 days')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def y_of_nrs(nrs: float, *, top: float, bottom: float) -> float:
    """Where a pain score stands: 10 at the top, 0 at the bottom, and never the other way round.

    Readers misread charts whose direction changes, so no argument turns it (Snyder et al. 2019,
    PMC6363861). A value beyond the scale, such as the edge of a forecast, stops at the scale's end.

    >>> y_of_nrs(10, top=20, bottom=220), y_of_nrs(5, top=20, bottom=220), y_of_nrs(-3, top=20, bottom=220)
    (20.0, 120.0, 220.0)
    """
    inside = min(max(nrs, 0.0), float(NRS_MAX))
    return bottom - (bottom - top) * inside / NRS_MAX
