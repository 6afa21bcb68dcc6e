"""The course chart and counts as text, for a terminal of a given width.

One row of text is one point of the pain score. Dots are days, the fine line is the 7-day mean, and a tick
under the axis is a day without an answer. What has no room for words is said in the sentences below.
"""

import textwrap
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import Final

from diary.charts.course_data import CourseChart, Reading, read, relief_percent
from diary.charts.course_words import describe
from diary.charts.frame import MIN_SPAN_DAYS, Frame, months, weeks
from diary.charts.lanes import spread
from diary.charts.scale import NRS_MAX, mean_text

MIN_WIDTH: Final = 40
_ROWS: Final = NRS_MAX + 1
_SCALE_WIDTH: Final = 7
_NAMES_WIDTH: Final = 17
# Below this the names of lines would take more room than the days can spare.
_NAMES_FROM_WIDTH: Final = 70
# Each sign as drawn, and in ASCII.
_SIGNS: Final = {
    "plain": ("•", "."),
    "late": ("○", "o"),
    "changed": ("○", "o"),
    "staff": ("□", "s"),
    "suspect": ("×", "x"),
    "mean": ("⠒", "*"),
    "band": ("░", ":"),
    "relief": ("╌", "-"),
    "half": ("┈", "~"),
    "series": ("▒", "#"),
    "booster": ("▒", "#"),
    "planned": ("┊", "!"),
    "forecast": ("▏", "/"),
    "today": ("│", "|"),
    "alert": ("▼", "v"),
    "missing": ("╵", "'"),
    "axis": ("─", "-"),
    "bar": ("█", "#"),
}
_KEY: Final = {
    "plain": "one day's score",
    "late": "late or changed",
    "staff": "filed by staff",
    "suspect": "clock in doubt",
    "mean": "7-day mean",
    "band": "before treatment",
    "series": "infusion",
    "planned": "planned",
    "forecast": "forecast, 8 in 10",
    "missing": "no answer",
}
# Unicode braille patterns start here; the bit of each dot by row and column in the cell.
_BRAILLE: Final = 0x2800
_DOT_BITS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"


class _Canvas:
    """A grid of characters over the days of a frame; what is drawn later covers what was drawn before."""

    def __init__(self, frame: Frame, *, ascii: bool) -> None:
        self.frame = frame
        self.signs = {name: pair[ascii] for name, pair in _SIGNS.items()}
        self.columns = int(frame.right)
        self.rows = [[" "] * self.columns for _ in range(_ROWS)]
        self.drawn: set[str] = set()

    def put(self, name: str, x: float, y: float) -> None:
        """The sign of that name in the cell of x and y."""
        self.rows[int(y)][int(x)] = self.signs[name]
        self.drawn.add(name)

    def across(self, name: str, y: float, *, start: float = 0) -> None:
        """The sign in a whole row, from start on."""
        for column in range(int(start), self.columns):
            self.put(name, column, y)

    def upright(self, name: str, x: float, *, top: float = 0, bottom: float = _ROWS - 1) -> None:
        """The sign in a column, from row top to row bottom."""
        for row in range(int(top), int(bottom) + 1):
            self.put(name, x, row)


def course_text(chart: CourseChart, *, width: int, ascii: bool = False) -> str:
    """The chart in lines of at most width characters, with its sentences below.

    ascii: for terminals without Unicode. ValueError for a width under 40.
    """
    if width < MIN_WIDTH:
        raise ValueError(f"a course needs {MIN_WIDTH} columns; the terminal gives {width}")
    reading = read(chart)
    columns = width - _SCALE_WIDTH - (_NAMES_WIDTH if width >= _NAMES_FROM_WIDTH else 0)
    span_days = max((chart.last_day - chart.first_day).days + 1, MIN_SPAN_DAYS)
    frame = Frame(chart.first_day, span_days, 0, columns, 0.5, _ROWS - 0.5)
    canvas = _Canvas(frame, ascii=ascii)
    _draw_ground(canvas, chart, reading)
    _draw_answers(canvas, chart)
    _draw_means(canvas, reading, ascii=ascii)
    names = _names(chart, reading, frame) if width >= _NAMES_FROM_WIDTH else [""] * _ROWS
    scale = [str(NRS_MAX - row) if row % 2 == 0 else "" for row in range(_ROWS)]
    plot = [
        f"{label:>{_SCALE_WIDTH - 1}} {''.join(cells)} {name}"
        for label, cells, name in zip(scale, canvas.rows, names, strict=True)
    ]
    lines = [
        f"{'Worse':<{_SCALE_WIDTH}}{_alerts(chart, canvas)}",
        *plot,
        " " * _SCALE_WIDTH + canvas.signs["axis"] * columns,
        f"{'Better':<{_SCALE_WIDTH}}{_rail(canvas, reading)}",
        *(" " * _SCALE_WIDTH + line for line in _calendar(frame, reading)),
        *_wrap(
            [f"{canvas.signs[name]} {words}" for name, words in _KEY.items() if name in canvas.drawn], width
        ),
        *textwrap.wrap(describe(chart, reading), width),
    ]
    return _printable("\n".join(line.rstrip() for line in lines), ascii=ascii)


def count_bars(counts: Sequence[tuple[str, int]], *, width: int, ascii: bool = False) -> str:
    """One line for each count: its label, a bar as long as its share of the largest, and the number.

    >>> print(count_bars([("judged", 1861), ("silent", 139)], width=40, ascii=True))
    judged ########################### 1,861
    silent ##                            139
    """
    if any(count < 0 for _, count in counts):
        raise ValueError("a bar cannot show a negative count")
    labels = max((len(label) for label, _ in counts), default=0)
    largest = max((count for _, count in counts), default=0)
    digits = len(f"{largest:,}")
    room = width - labels - digits - 2
    if room < 1:
        raise ValueError(f"no room for bars: labels and numbers take all {width} columns")
    lines = []
    for label, count in counts:
        bar = _bar(room * count / largest if count else 0, ascii=ascii)
        lines.append(f"{label:<{labels}} {bar:<{room}} {count:>{digits},}")
    return _printable("\n".join(lines), ascii=ascii)


def _bar(length: float, *, ascii: bool) -> str:
    """A bar to an eighth of a character; a count that is not zero is never invisible."""
    full = _SIGNS["bar"][ascii]
    if ascii:
        return full * max(round(length), 1 if length else 0)
    eighths = max(round(length * 8), 1 if length else 0)
    return full * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")


def _draw_ground(canvas: _Canvas, chart: CourseChart, reading: Reading) -> None:
    """The band, the lines, the infusions, the forecast and today."""
    frame, baseline = canvas.frame, chart.baseline
    if baseline.low_nrs is not None and baseline.high_nrs is not None:
        for row in range(int(frame.y(baseline.high_nrs)), int(frame.y(baseline.low_nrs)) + 1):
            canvas.across("band", row)
    elif baseline.nrs:
        canvas.across("band", frame.y(baseline.nrs))
    start = frame.start_x(reading.infusion.last_day) + frame.day_px if reading.infusion else 0
    for nrs, name in ((chart.relief_line_nrs, "relief"), (chart.half_line_nrs, "half")):
        if nrs is not None:
            canvas.across(name, frame.y(nrs), start=start)
    for day in chart.forecast:
        canvas.upright("forecast", frame.x(day.day), top=frame.y(day.p90_nrs), bottom=frame.y(day.p10_nrs))
    for block in chart.infusions:
        for column in range(int(frame.x(block.first_day)), int(frame.x(block.last_day)) + 1):
            canvas.upright(block.kind, column)
    canvas.upright("today", frame.x(chart.today))


def _draw_answers(canvas: _Canvas, chart: CourseChart) -> None:
    for entry in chart.days:
        if entry.nrs is not None:
            canvas.put(entry.mark, canvas.frame.x(entry.day), canvas.frame.y(entry.nrs))


def _draw_means(canvas: _Canvas, reading: Reading, *, ascii: bool) -> None:
    """The 7-day mean in dots finer than the cells, joined from day to day and broken where it breaks."""
    frame, down = canvas.frame, len(_DOT_BITS)
    dots: dict[tuple[int, int], int] = {}
    for run in reading.means:
        points = [(int(frame.x(day) * 2), int(frame.y(nrs) * down)) for day, nrs in run]
        for x, y in chain(points[:1], chain.from_iterable(_between(*step) for step in pairwise(points))):
            cell = (y // down, x // 2)
            dots[cell] = dots.get(cell, 0) | _DOT_BITS[y % down][x % 2]
    for (row, column), bits in dots.items():
        canvas.put("mean", column, row)
        if not ascii:
            canvas.rows[row][column] = chr(_BRAILLE | bits)


def _between(start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The dots after start up to end, in a straight line."""
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    for step in range(1, steps + 1):
        x = start[0] + (end[0] - start[0]) * step / steps
        y = start[1] + (end[1] - start[1]) * step / steps
        yield round(x), round(y)


def _names(chart: CourseChart, reading: Reading, frame: Frame) -> list[str]:
    """The name of each line beside its row, moved by a row where two would share one."""
    baseline = chart.baseline
    named = [(frame.y(baseline.nrs), f"before {mean_text(baseline.nrs)}")] if baseline.nrs else []
    lines = [nrs for nrs in (chart.relief_line_nrs, chart.half_line_nrs) if nrs is not None]
    named += [(frame.y(nrs), f"{relief_percent(nrs, baseline)} % relief {mean_text(nrs)}") for nrs in lines]
    if reading.latest is not None:
        named.append((frame.y(reading.latest[1]), f"mean {mean_text(reading.latest[1])}"))
    rows = spread([int(y) + 0.5 for y, _ in named], [1.0] * len(named), top=0, bottom=_ROWS)
    placed = {int(row): words for row, (_, words) in zip(rows, named, strict=True)}
    return [placed.get(row, "") for row in range(_ROWS)]


def _alerts(chart: CourseChart, canvas: _Canvas) -> str:
    """A pin over each alert's day, the newest with its word."""
    line = [" "] * canvas.columns
    shown = [alert for alert in chart.alerts if canvas.frame.holds(alert.day)]
    for alert in shown:
        line[int(canvas.frame.x(alert.day))] = canvas.signs["alert"]
    if not shown:
        return ""
    newest = shown[-1]
    column = int(canvas.frame.x(newest.day))
    after, before = f" {newest.word}", f"{newest.word} "
    if column + 1 + len(after) <= canvas.columns:
        line[column + 1 : column + 1 + len(after)] = after
    elif len(before) <= column:
        line[column - len(before) : column] = before
    return "".join(line)


def _rail(canvas: _Canvas, reading: Reading) -> str:
    line = [" "] * canvas.columns
    for day in chain.from_iterable(reading.gaps):
        line[int(canvas.frame.x(day))] = canvas.signs["missing"]
        canvas.drawn.add("missing")
    return "".join(line)


def _calendar(frame: Frame, reading: Reading) -> list[str]:
    """The weeks after the infusion and the months, as two lines."""
    columns = int(frame.right)
    week_line, month_line = [" "] * columns, [" "] * columns
    if reading.infusion is not None:
        for x, words in weeks(frame, reading.infusion.last_day, letter=1):
            start = max(int(x - len(words) / 2), 0)
            week_line[start : start + len(words)] = words
    for x, words in months(frame, letter=1):
        month_line[int(x) : int(x) + len(words)] = words
    return ["".join(line[:columns]) for line in (week_line, month_line)]


def _wrap(items: Sequence[str], width: int) -> list[str]:
    """Items side by side, none broken over two lines."""
    lines: list[str] = []
    for item in items:
        if lines and len(lines[-1]) + 3 + len(item) <= width:
            lines[-1] += f"   {item}"
        else:
            lines.append(item)
    return lines


def _printable(text: str, *, ascii: bool) -> str:
    """Without control characters, which could steer a terminal, and in ASCII where that is asked for."""
    kept = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
    return kept.encode("ascii", "replace").decode() if ascii else kept
