"""What was foreseen beside what came: chances that were alike, and how many of them came true."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from diary.charts.looks import Look, key, marks
from diary.charts.scale import position
from diary.charts.shares import SharePlot, percent, share_axes
from diary.charts.svg import document, line_path, path, text

_LEFT_PX: Final = 44
_PLOT_PX: Final = 216
_GAP_PX: Final = 48
_TOP_PX: Final = 72
_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_LARGEST_PX: Final = 7.0
_SMALLEST_PX: Final = 2.6


@dataclass(frozen=True, slots=True)
class Alike:
    """Some courses of which about the same chance was told, and the share of them that came true."""

    courses: int
    told: float
    seen: float


@dataclass(frozen=True, slots=True)
class Forecasts:
    """The chances told on one occasion, lowest first."""

    name: str
    look: Look
    bins: Sequence[Alike]


def reliability_chart(
    cohorts: Sequence[tuple[str, Sequence[Forecasts]]], *, title: str, above: str, below: str, note: str
) -> str:
    """Cohorts side by side as one SVG element; a mark's area tells of how many courses it is.

    The words are those of `trade_off.trade_off_chart`.
    """
    most = max(of.courses for _, occasions in cohorts for one in occasions for of in one.bins)
    columns = [(share, percent(share)) for share in _TICKS]
    body = [text(0, 14, above, classes="c-ink")]
    body += key([(of.look, of.name) for of in cohorts[0][1]], left=2, y=36, lines=False)
    bottom = _TOP_PX + _PLOT_PX
    for place, (name, occasions) in enumerate(cohorts):
        left = _LEFT_PX + place * (_PLOT_PX + _GAP_PX)
        plot = SharePlot(left, left + _PLOT_PX, _TOP_PX, bottom)
        body += share_axes(plot, title=name, rows=_TICKS, columns=columns, named=place == 0)
        diagonal = (
            f"M{position(plot.left)} {position(plot.bottom)}L{position(plot.right)} {position(plot.top)}"
        )
        body.append(path(diagonal, "c-right"))
        for of in occasions:
            body += _occasion(of, plot, most)
    body += [text(_LEFT_PX, bottom + 40, below, classes="c-ink")]
    body += [text(_LEFT_PX, bottom + 58, note, classes="c-muted")]
    return document(
        body,
        width_px=_LEFT_PX + len(cohorts) * (_PLOT_PX + _GAP_PX),
        height_px=bottom + 68,
        classes="chart reliability",
        title=title,
        description=" ".join(_describe(name, occasions) for name, occasions in cohorts),
    )


def _occasion(of: Forecasts, plot: SharePlot, most: int) -> list[str]:
    points = [(plot.x(one.told), plot.y(one.seen)) for one in of.bins]
    radii = [max(_SMALLEST_PX, _LARGEST_PX * math.sqrt(one.courses / most)) for one in of.bins]
    return [path(line_path(points), f"c-{of.look} c-faint"), marks(of.look, points, radii=radii)]


def _describe(name: str, occasions: Sequence[Forecasts]) -> str:
    told = "; ".join(
        f"{of.name}, told and seen: "
        + ", ".join(f"{percent(one.told)} and {percent(one.seen)}" for one in of.bins)
        for of in occasions
    )
    return f"{name}, {told}."
