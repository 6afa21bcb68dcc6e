"""How long relief lasts: a falling step line a group with its band, and how many are under watch below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from diary.charts.names import LineName, in_margin
from diary.charts.scale import position
from diary.charts.shares import SharePlot, share_axes
from diary.charts.svg import document, path, shorten, text

WEEKS: Final = 26
GROUPS_MAX: Final = 4
_TOP_PX: Final = 40
_ROW_PX: Final = 18
_DAYS: Final = 7
# The week in which the trial that this service grew from could no longer tell its arms apart.
_TRIAL_WEEK: Final = 12
_ROWS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_NAME_LETTERS: Final = 18

Step = tuple[int, float, float | None, float | None]
"""Day, share, and its band; None where there is none."""


@dataclass(frozen=True, slots=True)
class SurvivalLine:
    """One group: steps by day from day 0 on, how many are under watch at weeks 0, 4, 8 ..., a word on it."""

    name: str
    steps: Sequence[Step]
    at_risk: Sequence[int]
    more: str


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where things stand; a narrow chart has its names in the table below instead of beside."""

    width: float
    left: float
    right: float
    bottom: float
    every_weeks: int
    narrow: bool


_WIDE: Final = _Layout(800, 150, 640, 300, 4, narrow=False)
_NARROW: Final = _Layout(340, 44, 330, 240, 8, narrow=True)


def survival_chart(lines: Sequence[SurvivalLine], *, title: str, narrow: bool = False) -> str:
    """At most four groups as one SVG element; ValueError for more.

    Lines differ in dashes as well as colour, and each is named.
    """
    if not 1 <= len(lines) <= GROUPS_MAX:
        raise ValueError(f"{len(lines)} groups cannot be drawn; 1 to {GROUPS_MAX} can be told apart")
    layout = _NARROW if narrow else _WIDE
    plot = SharePlot(layout.left, layout.right, _TOP_PX, layout.bottom, across=WEEKS)
    step = layout.every_weeks
    columns = [(week, f"week {week}" if week == step else str(week)) for week in range(0, WEEKS + 1, step)]
    watched, bottom = _under_watch(lines, plot, layout)
    body = [
        *share_axes(plot, title="Share that still has relief", rows=_ROWS, columns=columns, named=True),
        *_trial_week(plot),
        *(_band(line, plot, place) for place, line in enumerate(lines)),
        *(path(_steps(line, plot), f"c-group c-group-{place}") for place, line in enumerate(lines)),
        *([] if narrow else _names(lines, plot)),
        *watched,
    ]
    return document(
        body,
        width_px=layout.width,
        height_px=bottom,
        classes="chart survival chart-narrow" if narrow else "chart survival",
        title=title,
        description=_describe(lines),
    )


def _end(line: SurvivalLine) -> float:
    """The week up to which anybody is under watch, on the plot: what lies beyond says nothing."""
    watched = [4 * place for place, count in enumerate(line.at_risk) if count]
    last = max((step[0] for step in line.steps), default=0) / _DAYS
    return min(float(WEEKS), max(last, float(max(watched, default=0))))


def _shown(line: SurvivalLine) -> list[tuple[float, float, float | None, float | None]]:
    end = _end(line)
    return [(day / _DAYS, share, low, high) for day, share, low, high in line.steps if day / _DAYS <= end]


def _steps(line: SurvivalLine, plot: SharePlot) -> str:
    shown = _shown(line)
    drawn = f"M{position(plot.x(shown[0][0]))} {position(plot.y(shown[0][1]))}"
    for week, share, *_ in shown[1:]:
        drawn += f"H{position(plot.x(week))}V{position(plot.y(share))}"
    return f"{drawn}H{position(plot.x(_end(line)))}"


def _band(line: SurvivalLine, plot: SharePlot, place: int) -> str:
    known = [(week, low, high) for week, _, low, high in _shown(line) if low is not None and high is not None]
    weeks = [week for week, *_ in known] + [_end(line)]
    over = under = ""
    for (week, low, high), following in zip(known, weeks[1:], strict=True):
        left, right = position(plot.x(week)), position(plot.x(following))
        over += f"{'L' if over else 'M'}{left} {position(plot.y(high))}H{right}"
        under = f"L{right} {position(plot.y(low))}H{left}{under}"
    return f'<path class="c-group-band c-group-band-{place}" d="{over}{under}Z"/>'


def _trial_week(plot: SharePlot) -> list[str]:
    x = plot.x(_TRIAL_WEEK)
    line = f"M{position(x)} {position(plot.top)}V{position(plot.bottom)}"
    words = text(x + 5, plot.top + 11, "Sigtermans 2009: P = 0.07", classes="c-paper c-small")
    return [path(line, "c-paper c-trial-week"), words]


def _names(lines: Sequence[SurvivalLine], plot: SharePlot) -> list[str]:
    names = [
        LineName(plot.y(_shown(line)[-1][1]), f"c-group-name-{place}", shorten(line.name), line.more)
        for place, line in enumerate(lines)
    ]
    return in_margin(names, right=plot.right, top=plot.top, bottom=plot.bottom)


def _under_watch(lines: Sequence[SurvivalLine], plot: SharePlot, layout: _Layout) -> tuple[list[str], float]:
    """How many are under watch, a row a group, and where the picture ends."""
    top = layout.bottom + 46
    drawn, y = [text(0, top, "Under watch", classes="c-muted")], top + _ROW_PX
    for place, line in enumerate(lines):
        name = shorten(line.name)
        if layout.narrow:
            drawn.append(text(0, y, f"{name}, {line.more}", classes=f"c-group-name-{place}"))
            y += _ROW_PX
        else:
            cut = name if len(name) <= _NAME_LETTERS else f"{name[: _NAME_LETTERS - 1]}…"
            drawn.append(text(0, y, cut, classes=f"c-group-name-{place}"))
        drawn += [
            text(plot.x(week), y, str(line.at_risk[week // 4]), anchor="middle", classes="c-ink")
            for week in range(0, WEEKS + 1, layout.every_weeks)
            if week // 4 < len(line.at_risk)
        ]
        y += _ROW_PX
    return drawn, y


def _describe(lines: Sequence[SurvivalLine]) -> str:
    told = "; ".join(f"{line.name}: {line.more}" for line in lines)
    return f"Kaplan-Meier curves with 95 % bands. Median time to loss of relief: {told}."
