"""When relief may end: a dot for each of 20 courses like this one, in the week in which it loses relief.

People judge chances better from dots that they can count than from a curve or an interval (Kay 2016,
Fernandes 2018).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from diary.charts.frame import NARROW_BELOW_PX, Frame, months
from diary.charts.lanes import width_px as words_px
from diary.charts.scale import day_text, position
from diary.charts.svg import document, path, text

_WEEKS: Final = 16
_WEEKS_NARROW: Final = 10
_HIGH: Final = 5
_PITCH_PX: Final = 12
_RADIUS_PX: Final = 4.6
_TOP_PX: Final = 24
_PLOT_PX: Final = _PITCH_PX * _HIGH + 4
_BESIDE_PX: Final = 16
_BY_NOW: Final = "lost by now"
_LATER: Final = "later, or never"


@dataclass(frozen=True, slots=True)
class LossDots:
    """What one strip shows.

    days: one for each course like this one, ascending, None for later than is looked at or never. today:
    losses up to it have come. bed_day: by when a bed could be free, where that is known.
    """

    days: tuple[date | None, ...]
    today: date
    bed_day: date | None = None

    @property
    def by_now(self) -> int:
        """How many have lost relief."""
        return sum(day is not None and day <= self.today for day in self.days)

    def by(self, day: date) -> int:
        """How many will have by a day."""
        return sum(lost is not None and lost <= day for lost in self.days)


def describe(dots: LossDots) -> str:
    """The strip in a sentence or two.

    >>> today = date(2026, 2, 2)
    >>> days = (today, *(today + timedelta(days=10 * n) for n in range(1, 15)), *[None] * 5)
    >>> print(describe(LossDots(days, today, bed_day=today + timedelta(days=28))))
    Of 20 courses like this one, 1 has lost relief by now, 3 by 2 Mar, when a bed could be free.
    """
    count, now = len(dots.days), dots.by_now
    have = "has" if now == 1 else "have"
    told = f"Of {count} courses like this one, {now or 'none'} {have} lost relief by now"
    if dots.bed_day is None:
        return f"{told}."
    return f"{told}, {dots.by(dots.bed_day) or 'none'} by {day_text(dots.bed_day)}, when a bed could be free."


def loss_dots(dots: LossDots, *, width_px: int = 900) -> str:
    """The strip as one SVG element, laid out for a width in CSS pixels."""
    narrow = width_px < NARROW_BELOW_PX
    span_days = 7 * (_WEEKS_NARROW if narrow else _WEEKS)
    by_now = dots.by_now
    coming = [day for day in dots.days[by_now:] if day is not None and (day - dots.today).days <= span_days]
    later = len(dots.days) - by_now - len(coming)
    left = _pile_px(by_now, _BY_NOW) + _BESIDE_PX if by_now else 4
    right = width_px - 4 - (_pile_px(later, _LATER) + _BESIDE_PX if later else 0)
    frame = Frame(dots.today + timedelta(days=1), span_days, left, right, _TOP_PX, _TOP_PX + _PLOT_PX)
    weeks = Counter((day - frame.first_day).days // 7 for day in coming)
    body = [
        path(f"M{position(left)} {position(frame.bottom)}H{position(right)}", "c-axis"),
        *_bed(dots, frame),
        *_pile(by_now, _pile_px(by_now, _BY_NOW) / 2 + 4, _BY_NOW, frame),
        *_pile(later, width_px - 4 - _pile_px(later, _LATER) / 2, _LATER, frame),
        _dots((frame.left + (7 * week + 3.5) * frame.day_px, count) for week, count in weeks.items()),
        f'<g class="c-muted">{"".join(text(x, frame.bottom + 16, words) for x, words in months(frame))}</g>',
    ]
    return document(
        body,
        width_px=width_px,
        height_px=frame.bottom + 22,
        classes="chart chart-narrow" if narrow else "chart",
        title="When may relief end? Each dot is a course like this one",
        description=describe(dots),
    )


def _bed(dots: LossDots, frame: Frame) -> list[str]:
    """An upright on the day by which a bed could be free, and what that means in words."""
    if dots.bed_day is None or not frame.holds(dots.bed_day):
        return []
    x = frame.start_x(dots.bed_day) + frame.day_px
    words = f"{day_text(dots.bed_day)}: a bed"
    fits = x + words_px(words) + 6 < frame.right
    upright = path(f"M{position(x)} {position(frame.top - 12)}V{position(frame.bottom)}", "c-at-event")
    beside = (x + 5, "") if fits else (x - 5, "end")
    return [upright, text(beside[0], frame.top - 4, words, classes="c-event-word", anchor=beside[1])]


def _pile(count: int, x: float, words: str, frame: Frame) -> Iterator[str]:
    """Dots that have no day of their own, and why."""
    if count:
        yield _dots([(x, count)])
        yield text(x, frame.bottom + 16, words, classes="c-muted", anchor="middle")


def _pile_px(count: int, words: str) -> float:
    return max(-(-count // _HIGH) * _PITCH_PX, words_px(words)) if count else 0


def _dots(piles: Iterator[tuple[float, int]] | Sequence[tuple[float, int]]) -> str:
    """Piles from the axis up, as many columns beside each other as they need."""
    drawn = []
    for x, count in piles:
        columns = -(-count // _HIGH)
        for place in range(count):
            column, row = place % columns, place // columns
            cx = x + (column - (columns - 1) / 2) * _PITCH_PX
            cy = _TOP_PX + _PLOT_PX - _PITCH_PX * (row + 0.5) - 1
            drawn.append(f'<circle cx="{position(cx)}" cy="{position(cy)}" r="{_RADIUS_PX}"/>')
    return f'<g class="c-loss">{"".join(drawn)}</g>'
