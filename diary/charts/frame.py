"""The plot area of a chart over days: where a day and a score stand, the grid, and the axes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Protocol

from diary.charts.lanes import LETTER_PX
from diary.charts.scale import MONTHS, NRS_MAX, position, y_of_nrs
from diary.charts.svg import path, text

NARROW_BELOW_PX: Final = 600
# A chart of a few days keeps the day width of six weeks; stretched days would look like weeks.
MIN_SPAN_DAYS: Final = 42
_LABELLED_NRS: Final = range(0, NRS_MAX + 1, 2)
_WEEK_LETTERS: Final = 5.5


@dataclass(frozen=True, slots=True)
class Frame:
    """The plot area over days from first_day on, in pixels."""

    first_day: date
    span_days: int
    left: float
    right: float
    top: float
    bottom: float
    day_px: float = field(init=False)
    """The width of one day."""
    _first: int = field(init=False)

    def __post_init__(self) -> None:
        """What each of a thousand places is worked out from."""
        object.__setattr__(self, "day_px", (self.right - self.left) / self.span_days)
        object.__setattr__(self, "_first", self.first_day.toordinal())

    def x(self, day: date) -> float:
        """The middle of a day."""
        return self.left + (day.toordinal() - self._first + 0.5) * self.day_px

    def start_x(self, day: date) -> float:
        """The start of a day, which is the end of the day before."""
        return self.x(day) - self.day_px / 2

    def y(self, nrs: float) -> float:
        """Where a score stands: 10 above, 0 below."""
        return y_of_nrs(nrs, top=self.top, bottom=self.bottom)

    def holds(self, day: date) -> bool:
        """True for a day that the chart shows."""
        return 0 <= day.toordinal() - self.first_day.toordinal() < self.span_days


class ScoreArea(Protocol):
    """Any plot area whose height is the pain scale."""

    @property
    def left(self) -> float:
        """Where the scale stands."""
        ...

    @property
    def right(self) -> float:
        """Where the grid ends."""
        ...

    @property
    def top(self) -> float:
        """Where 10 stands."""
        ...

    @property
    def bottom(self) -> float:
        """Where 0 stands."""
        ...


def score_axis(
    area: ScoreArea, *, worse: str = "Worse", better: str = "Better", worse_above_px: float = 11
) -> list[str]:
    """The scale from 0 to 10 with its direction in words at both ends.

    worse_above_px: how far above the plot the upper word stands, where a line of other words lies between.
    """
    rows = [(y_of_nrs(nrs, top=area.top, bottom=area.bottom), nrs) for nrs in _LABELLED_NRS]
    across = f"H{position(area.right)}"
    grid = "".join(f"M{position(area.left)} {position(y)}{across}" for y, nrs in rows if nrs)
    numbers = [text(area.left - 7, y + 4, str(nrs), anchor="end") for y, nrs in rows]
    return [
        path(grid, "c-grid"),
        path(f"M{position(area.left)} {position(area.bottom)}{across}", "c-axis"),
        f'<g class="c-muted">{"".join(numbers)}</g>',
        text(0, area.top - worse_above_px, worse, classes="c-ink"),
        text(0, area.bottom + 19, better, classes="c-ink"),
    ]


def day_axis(
    frame: Frame, *, counted_from: date | None, y: float, names: Sequence[str] = MONTHS
) -> list[str]:
    """Weeks since the infusion's last day, and under them the months.

    Args:
        frame: the plot area.
        counted_from: the last infusion day, or None where no infusion is known and only months are shown.
        y: where the weeks stand.
        names: short names of the months.
    """
    labels = [text(x, y + 15, words) for x, words in months(frame, names=names)]
    if counted_from is not None:
        labels += [text(x, y, words, anchor="middle") for x, words in weeks(frame, counted_from)]
    return [f'<g class="c-muted">{"".join(labels)}</g>']


def weeks(frame: Frame, counted_from: date, *, letter: float = LETTER_PX) -> Iterator[tuple[float, str]]:
    """Where each labelled week is complete, and its label, to be centred there: every second at most.

    letter: the width of a letter, in the unit of the frame.
    """
    step = 2
    while step * 7 * frame.day_px < _WEEK_LETTERS * letter:
        step *= 2
    week = step
    while frame.holds(day := counted_from + timedelta(days=7 * week)):
        words = f"week {week}" if week == step else str(week)
        if frame.x(day) + len(words) * letter / 2 <= frame.right:
            yield frame.x(day), words
        week += step


def months(
    frame: Frame, *, letter: float = LETTER_PX, names: Sequence[str] = MONTHS
) -> Iterator[tuple[float, str]]:
    """Where each month starts, and its label, to begin there; the year beside the first and each new one."""
    month = frame.first_day.replace(day=1)
    free_from, named_year = frame.left, 0
    while frame.holds(start := max(month, frame.first_day)):
        following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        name = names[month.month - 1]
        words = name if month.year == named_year else f"{name} {month.year}"
        x, end = frame.start_x(start), frame.start_x(start) + len(words) * letter
        cut_short = month < frame.first_day and end > frame.start_x(following)
        if x >= free_from and end <= frame.right and not cut_short:
            named_year, free_from = month.year, end + 2 * letter
            yield x, words
        month = following
