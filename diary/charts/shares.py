"""A plot area whose height, and sometimes its width, is a share from 0 to 100 %."""

from collections.abc import Sequence
from dataclasses import dataclass

from diary.charts.scale import position
from diary.charts.svg import path, text


@dataclass(frozen=True, slots=True)
class SharePlot:
    """One of the areas of a picture, in pixels; `across` is what its right edge stands for."""

    left: float
    right: float
    top: float
    bottom: float
    across: float = 1.0
    up: float = 1.0

    def x(self, value: float) -> float:
        """Where a value stands, left to right."""
        return self.left + (self.right - self.left) * value / self.across

    def y(self, share: float) -> float:
        """Where a share stands, bottom to top."""
        return self.bottom - (self.bottom - self.top) * share / self.up


def percent(share: float) -> str:
    """A share as words.

    >>> percent(0.2), percent(1)
    ('20 %', '100 %')
    """
    return f"{round(share * 100)} %"


def share_axes(
    plot: SharePlot, *, title: str, rows: Sequence[float], columns: Sequence[tuple[float, str]], named: bool
) -> list[str]:
    """The grid and its numbers.

    Args:
        plot: the area.
        title: stands above it.
        rows: shares that have a line.
        columns: values that are marked below, with their words.
        named: False for an area that another, to its left, has the rows' numbers of.
    """
    across = f"H{position(plot.right)}"
    grid = "".join(f"M{position(plot.left)} {position(plot.y(share))}{across}" for share in rows if share)
    ticks = "".join(f"M{position(plot.x(value))} {position(plot.bottom)}v4" for value, _ in columns)
    numbers = [text(plot.left - 6, plot.y(share) + 4, percent(share), anchor="end") for share in rows]
    below = [text(plot.x(value), plot.bottom + 18, words, anchor="middle") for value, words in columns]
    return [
        path(grid, "c-grid"),
        path(f"M{position(plot.left)} {position(plot.bottom)}{across}{ticks}", "c-axis"),
        f'<g class="c-muted">{"".join([*below, *(numbers if named else [])])}</g>',
        text(plot.left, plot.top - 12, title, classes="c-ink c-title"),
    ]
