"""A patient's own days as a picture: one dot a day, gaps as gaps, treatment as a block; nothing is judged.

What `course` draws for staff beyond that (means, baseline, lines, alerts, forecast, how an answer came) is
left out: a patient who looks back should see what was answered, and no comment on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from diary.charts import lanes
from diary.charts.frame import Frame, day_axis, score_axis
from diary.charts.scale import position
from diary.charts.svg import document, line_path, path, text

# Fits a phone of 360 px with its margins, and is scaled to others.
_WIDTH_PX: Final = 328
# Two lines of words stand above the plot: the end of the scale, which is long in some languages, and under it
# the treatments, each over its block.
_TOP_PX: Final = 40
_TREATED_ABOVE_PX: Final = 8
_WORSE_ABOVE_PX: Final = 27
_PLOT_PX: Final = 180
_RAIL_PX: Final = 9


@dataclass(frozen=True, slots=True)
class Words:
    """What stands in the picture, in the patient's language.

    `treated` stands above each treatment, where there is room; `worse` and `better` at the ends of the scale.
    `title` names the picture, and `description` tells it to those who hear it.
    """

    title: str
    description: str
    treated: str
    worse: str
    better: str
    months: Sequence[str]


def own_days_chart(
    days: Sequence[tuple[date, int | None]],
    *,
    first_day: date,
    last_day: date,
    treated: Sequence[tuple[date, date]],
    words: Words,
) -> str:
    """The days from first_day to last_day as one SVG element.

    Args:
        days: the score that counts, by day, and None for no answer; a day that was not asked about is left
            out, and is neither a dot nor a gap.
        first_day: the left end.
        last_day: the right end.
        treated: first and last day of each infusion, both included; cut at both ends.
        words: what stands beside them.

    >>> week = [(date(2026, 11, 7), 6), (date(2026, 11, 8), None), (date(2026, 11, 9), 4)]
    >>> ends = {"first_day": date(2026, 11, 7), "last_day": date(2026, 11, 9)}
    >>> words = Words("Your days", "", "Treatment", "Worse", "Better", ["a month"] * 12)
    >>> svg = own_days_chart(week, treated=(), words=words, **ends)
    >>> svg.count("h0"), svg.count("v9")
    (2, 1)
    """
    span_days = (last_day - first_day).days + 1
    frame = Frame(first_day, span_days, 38, _WIDTH_PX - 6, _TOP_PX, _TOP_PX + _PLOT_PX)
    shown = [(day, nrs) for day, nrs in days if frame.holds(day)]
    body = [
        *score_axis(frame, worse=words.worse, better=words.better, worse_above_px=_WORSE_ABOVE_PX),
        *_treated(treated, frame, last_day=last_day, word=words.treated),
        _dots(shown, frame),
        _gaps(shown, frame),
        *day_axis(frame, counted_from=None, y=frame.bottom + 22, names=words.months),
    ]
    return document(
        body,
        width_px=_WIDTH_PX,
        height_px=frame.bottom + 44,
        classes="chart",
        title=words.title,
        description=words.description,
    )


def _dots(days: Sequence[tuple[date, int | None]], frame: Frame) -> str:
    """All dots as one line without length: its round caps are the dots, as wide as the stylesheet says."""
    dots = [line_path([(frame.x(day), frame.y(nrs))]) for day, nrs in days if nrs is not None]
    return path("".join(dots), "c-day") if dots else ""


def _gaps(days: Sequence[tuple[date, int | None]], frame: Frame) -> str:
    """A tick on the rail under each day that was asked about and has no answer."""
    top = position(frame.bottom + 3)
    ticks = [f"M{position(frame.x(day))} {top}v{_RAIL_PX}" for day, nrs in days if nrs is None]
    return path("".join(ticks), "c-gap") if ticks else ""


def _treated(blocks: Sequence[tuple[date, date]], frame: Frame, *, last_day: date, word: str) -> list[str]:
    """The blocks of treatment, each with the word above it."""
    drawn, flags = [], []
    for first, last in blocks:
        if last < frame.first_day or first > last_day:
            continue
        left = frame.start_x(max(first, frame.first_day))
        right = frame.start_x(min(last, last_day)) + frame.day_px
        size = f'width="{position(right - left)}" height="{position(frame.bottom - frame.top)}"'
        drawn.append(f'<rect class="c-series" x="{position(left)}" y="{position(frame.top)}" {size}/>')
        flags.append(lanes.Flag((left + right) / 2, word, "infusion", centred=True))
    placed = [flag for flag in lanes.place(flags, left=frame.left, right=frame.right) if flag.lane == 0]
    words = [
        text(flag.text_x, frame.top - _TREATED_ABOVE_PX, word, classes="c-infusion-word", anchor=flag.anchor)
        for flag in placed
    ]
    return drawn + words
