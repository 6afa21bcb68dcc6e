"""The plot area of a chart over days: where a day and a score stand, the grid, and the axes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from diary.charts.lanes import width_px
from diary.charts.scale import MONTHS, NRS_MAX, position, y_of_nrs
from diary.charts.svg import path, text

NARROW_BELOW_PX: Final = 600
# A chart of a few days keeps the day width of six weeks; stretched days would look like weeks.
MIN_SPAN_DAYS: Final = 42
_LABELLED_NRS: Final = range(0, NRS_MAX + 1, 2)
_TICK_GAP_PX: Final = 34


@dataclass(frozen=True, slots=True)
class Frame:
    """The plot area in pixels of the picture, over days from first_day on."""

    first_day: date
    span_days: int
    left: float
    right: float
    top: float
    bottom: float

    @property
    def day_px(self) -> float:
        """The width of one day."""
        return (self.right - self.left) / self.span_days

    def x(self, day: date) -> float:
        """The middle of a day."""
        return self.left + (day.toordinal() - self.first_day.toordinal() + 0.5) * self.day_px

    def start_x(self, day: date) -> float:
        """The start of a day, which is the end of the day before."""
        return self.x(day) - self.day_px / 2

    def y(self, nrs: float) -> float:
        """Where a score stands: 10 above, 0 below."""
        return y_of_nrs(nrs, top=self.top, bottom=self.bottom)

    def holds(self, day: date) -> bool:
        """True for a day that the chart shows."""
        return 0 <= day.toordinal() - self.first_day.toordinal() < self.span_days


def score_axis(frame: Frame) -> list[str]:
    """The scale from 0 to 10 with its direction in words at both ends."""
    rows = [(frame.y(nrs), nrs) for nrs in _LABELLED_NRS]
    grid = "".join(f"M{position(frame.left)} {position(y)}H{position(frame.right)}" for y, nrs in rows if nrs)
    base = f"M{position(frame.left)} {position(frame.bottom)}H{position(frame.right)}"
    numbers = [text(frame.left - 7, y + 4, str(nrs), anchor="end") for y, nrs in rows]
    return [
        path(grid, "c-grid"),
        path(base, "c-axis"),
        f'<g class="c-muted">{"".join(numbers)}</g>',
        text(0, frame.top - 11, "Worse", classes="c-ink"),
        text(0, frame.bottom + 19, "Better", classes="c-ink"),
    ]


def day_axis(frame: Frame, *, counted_from: date | None, y: float) -> list[str]:
    """Weeks since the infusion's last day, and under them the months.

    counted_from: the last infusion day, or None where no infusion is known and only months are shown.
    """
    labels = [text(x, y + 15, words) for x, words in _months(frame)]
    if counted_from is not None:
        labels += [text(x, y, words, anchor="middle") for x, words in _weeks(frame, counted_from)]
    return [f'<g class="c-muted">{"".join(labels)}</g>']


def _weeks(frame: Frame, counted_from: date) -> Iterator[tuple[float, str]]:
    step = 2
    while step * 7 * frame.day_px < _TICK_GAP_PX:
        step *= 2
    week = step
    while frame.holds(day := counted_from + timedelta(days=7 * week)):
        x = frame.x(day)
        words = f"week {week}" if week == step else str(week)
        if x + width_px(words) / 2 <= frame.right:
            yield x, words
        week += step


def _months(frame: Frame) -> Iterator[tuple[float, str]]:
    """Each month at its first day, the year beside the first one and beside January."""
    free_from = frame.left
    first = frame.first_day
    month = date(first.year, first.month, 1)
    named_year = 0
    while month.toordinal() < first.toordinal() + frame.span_days:
        start = max(month, first)
        following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        words = MONTHS[month.month - 1]
        if month.year != named_year:
            words += f" {month.year}"
        x = frame.start_x(start)
        room_until = min(frame.start_x(following), frame.right) if start is first else frame.right
        if x >= free_from and x + width_px(words) <= room_until:
            named_year = month.year
            free_from = x + width_px(words) + 8
            yield x, words
        month = following
