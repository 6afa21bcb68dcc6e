"""How many losses are seen early, by how often somebody is called for nothing: one plot a cohort."""

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
_HEIGHT_PX: Final = 220
_CAP_PX: Final = 3
_ROW_SHARE: Final = 0.2


@dataclass(frozen=True, slots=True)
class TradeOff:
    """One detector: at each of its settings the false alerts a patient-month and the share seen early.

    between: where the true share may lie, at each setting; empty where it is not drawn.
    """

    name: str
    look: Look
    points: Sequence[tuple[float, float]]
    between: Sequence[tuple[float, float]] = ()


def trade_off_chart(
    cohorts: Sequence[tuple[str, Sequence[TradeOff]]],
    *,
    false_ticks: Sequence[float],
    title: str,
    above: str,
    below: str,
    note: str,
) -> str:
    """Cohorts side by side, each with its detectors, as one SVG element.

    Args:
        cohorts: by title; the looks of the first are those of all.
        false_ticks: marked below, 0 first; the last is where the plots end.
        title: the picture's name.
        above: what the height is.
        below: what the width is.
        note: stands under all.
    """
    points = [point for _, detectors in cohorts for of in detectors for point in _reached(of)]
    up = max(_ROW_SHARE, math.ceil(max(share for _, share in points) / _ROW_SHARE) * _ROW_SHARE)
    widest = max(false_ticks[-1], *(false for false, _ in points)) * 1.04
    rows = [_ROW_SHARE * row for row in range(round(up / _ROW_SHARE) + 1)]
    columns = [(false, f"{false:g}") for false in false_ticks]
    body = [text(0, 14, above, classes="c-ink")]
    body += key([(of.look, of.name) for of in cohorts[0][1]], left=2, y=36, lines=True)
    for place, (name, detectors) in enumerate(cohorts):
        left = _LEFT_PX + place * (_PLOT_PX + _GAP_PX)
        plot = SharePlot(left, left + _PLOT_PX, _TOP_PX, _TOP_PX + _HEIGHT_PX, across=widest, up=up)
        body += share_axes(plot, title=name, rows=rows, columns=columns, named=place == 0)
        for of in reversed(detectors):
            body += _detector(of, plot)
    bottom = _TOP_PX + _HEIGHT_PX
    body += [text(_LEFT_PX, bottom + 40, below, classes="c-ink")]
    body += [text(_LEFT_PX, bottom + 58, note, classes="c-muted")]
    return document(
        body,
        width_px=_LEFT_PX + len(cohorts) * (_PLOT_PX + _GAP_PX),
        height_px=bottom + 68,
        classes="chart trade-off",
        title=title,
        description=" ".join(_describe(name, detectors) for name, detectors in cohorts),
    )


def _reached(of: TradeOff) -> list[tuple[float, float]]:
    highest = [(of.points[at][0], high) for at, (_, high) in enumerate(of.between)]
    return [*of.points, *highest]


def _detector(of: TradeOff, plot: SharePlot) -> list[str]:
    at = sorted((plot.x(false), plot.y(share)) for false, share in of.points)
    bars = "".join(
        _bar(plot.x(false), plot.y(low), plot.y(high))
        for (false, _), (low, high) in zip(of.points, of.between, strict=False)
    )
    return [path(bars, f"c-{of.look} c-bar"), path(line_path(at), f"c-{of.look}"), marks(of.look, at)]


def _bar(x: float, low: float, high: float) -> str:
    left, right = position(x - _CAP_PX), position(x + _CAP_PX)
    caps = "".join(f"M{left} {position(y)}H{right}" for y in (low, high))
    return f"{caps}M{position(x)} {position(low)}V{position(high)}"


def _describe(name: str, detectors: Sequence[TradeOff]) -> str:
    told = "; ".join(
        f"{of.name} " + ", ".join(f"{percent(share)} at {false:.2f}" for false, share in of.points)
        for of in detectors
    )
    return f"{name}: {told}."
