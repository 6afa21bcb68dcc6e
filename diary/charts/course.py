"""One patient's diary as a picture: every day's score, the means, what was usual before, what may come.

The rules of this chart, each proved in tests/charts: pain runs from 0 to 10 and higher is worse, always;
points are the data and the 7-day mean is a line of its own; a day without an answer is a gap in the line
and a tick on the rail, never filled in; lines are named on the line; what differs in colour differs in
shape as well. Choices follow Snyder et al. 2019 (PMC6363861) on displays of patient-reported outcomes.
"""

import math
from collections.abc import Sequence
from datetime import date
from itertools import chain
from typing import Final

from diary.charts import lanes
from diary.charts.course_data import (
    LONG_GAP_DAYS,
    WINDOW_DAYS,
    CourseChart,
    DatedWord,
    DayMean,
    Infusion,
    Reading,
    read,
    relief_percent,
)
from diary.charts.course_words import baseline_words, describe, title
from diary.charts.frame import MIN_SPAN_DAYS, NARROW_BELOW_PX, Frame, day_axis, score_axis
from diary.charts.marks import draw_answers, draw_key
from diary.charts.names import ROW_PX, LineName, in_margin, on_lines
from diary.charts.scale import day_text, mean_text, position
from diary.charts.svg import box, document, escape, line_path, path, shorten, text

_PLOT_PX: Final = 242
_LEFT_PX: Final = 44
_NARROW_LEFT_PX: Final = 38
# Room for the longest name in the right margin, "before treatment 10.0".
_NAMES_PX: Final = 142
_RAIL_PX: Final = 9
_STROKE_GAP_PX: Final = 7
_LAST_PX: Final = 40
# A target is 24 px at least (WCAG 2.2, 2.5.8), also where the picture is shown at three quarters of its size.
_TARGET_PX: Final = 32


def course_chart(chart: CourseChart, *, width_px: int = 900, linked: bool = False) -> str:
    """The chart as one SVG element for a width in CSS pixels; `linked`, alerts lead to their places.

    Under 600 px the labels move from the right margin onto the lines. A page holds both layouts and
    `chart.css` shows the one that fits: `<div class="chart-pair">` around a wide and a narrow one.
    """
    narrow = width_px < NARROW_BELOW_PX
    reading = read(chart)
    infusion = reading.infusion
    frame, flags = _frame(chart, width_px=width_px, narrow=narrow)
    key, height_px = draw_key(
        chart.days, gaps=bool(reading.gaps), left=frame.left, right=width_px - 10, y=frame.bottom + 76
    )
    body = [
        *score_axis(frame),
        *_band(chart, frame),
        *(_infusion(block, frame) for block in chart.infusions),
        *_forecast(chart, frame),
        *_lines(chart, infusion, frame),
        *_uprights(flags, frame),
        *draw_answers(chart.days, frame),
        *_means(chart, reading, frame),
        *_rail(reading.gaps, frame),
        *day_axis(frame, counted_from=infusion.last_day if infusion else None, y=frame.bottom + 37),
        *(_names_on_lines(chart, reading, frame) if narrow else _names_in_margin(chart, frame)),
        *_flags(flags, frame),
        key,
    ]
    if all(entry.nrs is None for entry in chart.days):
        middle = (frame.left + frame.right) / 2
        body.append(text(middle, frame.y(5), "No answers yet", classes="c-ink", anchor="middle"))
    return document(
        body,
        width_px=width_px,
        height_px=height_px,
        classes="chart chart-narrow" if narrow else "chart",
        title=title(chart),
        description=describe(chart, reading),
        links=_links(flags, frame) if linked else (),
    )


def _frame(chart: CourseChart, *, width_px: int, narrow: bool) -> tuple[Frame, list[lanes.PlacedFlag]]:
    """The plot area, and the words above it: how many lanes they need decides where the plot begins."""
    first = chart.first_day
    span_days = max((chart.last_day - first).days + 1, MIN_SPAN_DAYS)
    left, right = (_NARROW_LEFT_PX, width_px - 6) if narrow else (_LEFT_PX, width_px - _NAMES_PX)
    across = Frame(first, span_days, left, right, 0, _PLOT_PX)
    pins = [(alert, "alert", lanes.BOLD_LETTER_PX) for alert in reversed(chart.alerts)]
    pins += [(DatedWord(chart.today, chart.today_word), "today", lanes.LETTER_PX)]
    pins += [(event, "event", lanes.LETTER_PX) for event in reversed(chart.events)]
    flags = [
        lanes.Flag(
            across.x(pin.day),
            shorten(pin.word),
            kind,
            letter_px=letter_px,
            name=f"{kind.capitalize()} of {day_text(pin.day)}: {pin.word}" if pin.leads_to else "",
            leads_to=pin.leads_to,
        )
        for pin, kind, letter_px in pins
        if across.holds(pin.day)
    ]
    for block in chart.infusions:
        middle = (across.start_x(block.first_day) + across.start_x(block.last_day) + across.day_px) / 2
        flags.append(lanes.Flag(middle, shorten(block.label), "infusion", centred=True))
    placed = lanes.place(flags, left=left, right=width_px - 4)
    top = 26 + lanes.LANE_PX * max((flag.lane for flag in placed), default=0)
    return Frame(first, span_days, left, right, top, top + _PLOT_PX), placed


def _band(chart: CourseChart, frame: Frame) -> list[str]:
    baseline = chart.baseline
    if not baseline.nrs or baseline.low_nrs is None or baseline.high_nrs is None:
        return []
    top, bottom = frame.y(baseline.high_nrs), frame.y(baseline.low_nrs)
    weak = " c-weak" if baseline.is_weak else ""
    edges = "".join(f"M{position(frame.left)} {position(y)}H{position(frame.right)}" for y in (top, bottom))
    area = box("c-band", frame.left, top, width_px=frame.right - frame.left, height_px=bottom - top)
    return [area, path(edges, f"c-edge{weak}")]


def _infusion(block: Infusion, frame: Frame) -> str:
    x = frame.start_x(block.first_day)
    width_px = frame.start_x(block.last_day) + frame.day_px - x
    return box(f"c-{block.kind}", x, frame.top, width_px=width_px, height_px=frame.bottom - frame.top)


def _forecast(chart: CourseChart, frame: Frame) -> list[str]:
    """The fan from 10 to 90 %, with strokes so that it reads without colour, and the median."""
    step = math.ceil(_STROKE_GAP_PX / frame.day_px)
    shown = chart.forecast[:-1:step] + chart.forecast[-1:]
    if not shown:
        return []
    above = [(frame.x(day.day), frame.y(day.p90_nrs)) for day in shown]
    below = [(frame.x(day.day), frame.y(day.p10_nrs)) for day in shown]
    median = [(frame.x(day.day), frame.y(day.p50_nrs)) for day in shown]
    strokes = "".join(line_path(ends) for ends in zip(above, below, strict=True))
    return [
        f'<path class="c-fan" d="{line_path([*above, *reversed(below)])}z"/>',
        path(strokes, "c-strokes"),
        path(line_path(median), "c-median"),
    ]


def _lines(chart: CourseChart, infusion: Infusion | None, frame: Frame) -> list[str]:
    """The baseline, and the relief lines from the day the infusion ended."""
    start = _follow_up_x(infusion, frame)
    drawn = []
    if chart.baseline.nrs:
        weak = " c-weak" if chart.baseline.is_weak else ""
        y = position(frame.y(chart.baseline.nrs))
        drawn.append(path(f"M{position(frame.left)} {y}H{position(frame.right)}", f"c-baseline{weak}"))
    for nrs, name in ((chart.relief_line_nrs, "c-relief"), (chart.half_line_nrs, "c-half")):
        if nrs is not None:
            drawn.append(path(f"M{position(start)} {position(frame.y(nrs))}H{position(frame.right)}", name))
    return drawn


def _relief_names(chart: CourseChart, frame: Frame) -> list[LineName]:
    """What the relief lines are called."""
    lines = ((chart.relief_line_nrs, "c-relief"), (chart.half_line_nrs, "c-half"))
    return [
        LineName(frame.y(nrs), classes, f"{relief_percent(nrs, chart.baseline)} % relief {mean_text(nrs)}")
        for nrs, classes in lines
        if nrs is not None
    ]


def _names_in_margin(chart: CourseChart, frame: Frame) -> list[str]:
    """Each line's name at its end, in the right margin."""
    baseline = chart.baseline
    named = []
    if baseline.nrs:
        words = f"before treatment {mean_text(baseline.nrs)}"
        named.append(LineName(frame.y(baseline.nrs), "c-ink", words, baseline_words(baseline)))
    named += _relief_names(chart, frame)
    if chart.forecast:
        end = frame.y(chart.forecast[-1].p50_nrs)
        named.append(LineName(end, "c-mean", "forecast", "8 in 10 inside"))
    return in_margin(named, right=frame.right, top=frame.top - ROW_PX, bottom=frame.bottom)


def _names_on_lines(chart: CourseChart, reading: Reading, frame: Frame) -> list[str]:
    """Each line's name on the line; what a baseline rests on only where that is not the usual."""
    baseline = chart.baseline
    named = []
    if baseline.nrs:
        words = f"before treatment {mean_text(baseline.nrs)}"
        if baseline.kind != "own" or baseline.is_weak:
            words = f"{words}, {baseline_words(baseline)}"
        edges = baseline.high_nrs, baseline.low_nrs
        over, under = (frame.y(baseline.nrs if nrs is None else nrs) for nrs in edges)
        named.append(LineName(frame.y(baseline.nrs), "c-ink", words, edges=(over, under)))
    levels = (baseline.nrs, baseline.low_nrs, baseline.high_nrs, chart.relief_line_nrs, chart.half_line_nrs)
    return on_lines(
        [*named, *_relief_names(chart, frame)],
        start=_follow_up_x(reading.infusion, frame) + 5,
        right=frame.right,
        top=frame.top,
        levels=[frame.y(nrs) for nrs in levels if nrs is not None],
        curve=[(frame.x(day), frame.y(nrs)) for run in reading.means for day, nrs in run],
    )


def _follow_up_x(infusion: Infusion | None, frame: Frame) -> float:
    """Where the follow-up of the newest course begins; the left end where no infusion is known."""
    return frame.left if infusion is None else frame.start_x(infusion.last_day) + frame.day_px


def _means(chart: CourseChart, reading: Reading, frame: Frame) -> list[str]:
    """The 7-day mean, broken where too few days count, with its last value and its lowest named on it."""
    if reading.latest is None:
        return []
    runs = [[(frame.x(day), frame.y(nrs)) for day, nrs in run] for run in reading.means]
    drawn = [path("".join(map(line_path, runs)), "c-mean")]
    last_day, last_nrs = reading.latest
    x, y = frame.x(last_day), frame.y(last_nrs)
    drawn.append(f'<circle class="c-now" cx="{position(x)}" cy="{position(y)}" r="4"/>')
    beside = x + _LAST_PX < frame.right
    at = (x + 7, y + 5, "") if beside else (x + 5, y - 10, "end")
    drawn.append(text(at[0], at[1], mean_text(last_nrs), classes="c-mean c-last", anchor=at[2]))
    if reading.lowest is not None and (last_day - reading.lowest[0]).days >= WINDOW_DAYS:
        drawn.append(_mean_name(reading.lowest, chart, reading.infusion, frame))
    return drawn


def _mean_name(lowest: DayMean, chart: CourseChart, infusion: Infusion | None, frame: Frame) -> str:
    """The mean's name under its best day, and under any relief line that would strike through it."""
    words = f"7-day mean, lowest {mean_text(lowest[1])}"
    half = lanes.width_px(words) / 2
    middle = min(max(frame.x(lowest[0]), _follow_up_x(infusion, frame) + half + 5), frame.right - half)
    y = frame.y(lowest[1]) + 22
    for line_nrs in (chart.relief_line_nrs, chart.half_line_nrs):
        if line_nrs is not None and y - 12 < frame.y(line_nrs) < y + 18:
            y = frame.y(line_nrs) + 14
    return text(middle, min(y, frame.bottom - 5), words, classes="c-mean", anchor="middle")


def _rail(runs: Sequence[Sequence[date]], frame: Frame) -> list[str]:
    """A tick under each day without an answer; long runs carry their length."""
    if not runs:
        return []
    top = position(frame.bottom + 3)
    ticks = "".join(f"M{position(frame.x(day))} {top}v{_RAIL_PX}" for day in chain.from_iterable(runs))
    counts = [
        text((frame.x(run[0]) + frame.x(run[-1])) / 2, frame.bottom + 23, f"{len(run)} d", anchor="middle")
        for run in runs
        if len(run) >= LONG_GAP_DAYS
    ]
    return [path(ticks, "c-gap"), f'<g class="c-muted c-small">{"".join(counts)}</g>' if counts else ""]


def _uprights(flags: Sequence[lanes.PlacedFlag], frame: Frame) -> list[str]:
    """The upright lines that tie the words above to their days; an alert of today covers today's line."""
    drawn = []
    for placed in reversed(flags):
        if placed.flag.kind != "infusion":
            top = position(_lane_y(placed, frame) - 9)
            data = f"M{position(placed.flag.x)} {top}V{position(frame.bottom)}"
            drawn.append(path(data, f"c-at-{placed.flag.kind}"))
    return drawn


def _flags(flags: Sequence[lanes.PlacedFlag], frame: Frame) -> list[str]:
    """The words above the plot; an alert has a filled pin and an event an open one."""
    drawn = []
    for placed in flags:
        kind, x, y = placed.flag.kind, position(placed.flag.x), _lane_y(placed, frame)
        if kind == "alert":
            drawn.append(f'<path class="c-pin" d="M{x} {position(y + 2)}l-5-10h10z"/>')
        elif kind == "event":
            drawn.append(f'<path class="c-open-pin" d="M{x} {position(y + 1)}l-4-5 4-5 4 5z"/>')
        if placed.words:
            drawn.append(text(placed.text_x, y, placed.words, classes=f"c-{kind}-word", anchor=placed.anchor))
    return drawn


def _links(flags: Sequence[lanes.PlacedFlag], frame: Frame) -> list[str]:
    """Over each pin that leads somewhere, and its words, a target for a finger; oldest first."""
    drawn = []
    for placed in sorted(flags, key=lambda placed: placed.flag.x):
        flag, middle = placed.flag, _lane_y(placed, frame) - 3
        if flag.leads_to:
            wide = len(placed.words) * flag.letter_px
            start = placed.text_x - wide if placed.anchor == "end" else placed.text_x
            left = min(start, flag.x - _TARGET_PX / 2)
            right = max(start + wide, flag.x + _TARGET_PX / 2)
            target = box(
                "c-target", left, middle - _TARGET_PX / 2, width_px=right - left, height_px=_TARGET_PX
            )
            drawn.append(f'<a href="#{escape(flag.leads_to)}" aria-label="{escape(flag.name)}">{target}</a>')
    return drawn


def _lane_y(placed: lanes.PlacedFlag, frame: Frame) -> float:
    return frame.top - 8 - lanes.LANE_PX * placed.lane
