"""The names of lines: beside their ends in a chart's right margin, or on them where a chart is narrow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from diary.charts.lanes import spread, width_px
from diary.charts.svg import text

ROW_PX: Final = 15
_GAP_PX: Final = 8
_ASCENT_PX: Final = 11
_OVER_PX: Final = 5
_UNDER_PX: Final = 14
# From the foot of a word up to its tallest letter, and down to its lowest.
_UP_PX: Final = 10
_DOWN_PX: Final = 2


@dataclass(frozen=True, slots=True)
class LineName:
    """What a line is called: where it ends, the class of its colour, its name, and more in grey below.

    edges: where the band around the line ends, over and under it.
    """

    y: float
    classes: str
    words: str
    more: str = ""
    edges: tuple[float, float] | None = None


def in_margin(names: Sequence[LineName], *, right: float, top: float, bottom: float) -> list[str]:
    """The names to the right of the plot, moved apart where they would touch."""
    heights = [ROW_PX * 2 if name.more else ROW_PX for name in names]
    centres = spread([name.y for name in names], heights, top=top, bottom=bottom)
    drawn = []
    for name, height, centre in zip(names, heights, centres, strict=True):
        y = centre - height / 2 + _ASCENT_PX
        drawn.append(text(right + _GAP_PX, y, name.words, classes=name.classes))
        if name.more:
            drawn.append(text(right + _GAP_PX, y + ROW_PX, name.more, classes="c-muted"))
    return drawn


def on_lines(
    names: Sequence[LineName],
    *,
    start: float,
    right: float,
    top: float,
    levels: Sequence[float],
    curve: Sequence[tuple[float, float]],
) -> list[str]:
    """The names on their lines: over or under the line or its band, where least strikes through.

    Args:
        names: an earlier one has its place before a later one.
        start: where the words begin, or further left where the plot ends too soon.
        right: where the plot ends.
        top: where it begins; over it stand other words.
        levels: heights of the level lines.
        curve: the points of a line that is not level.
    """
    drawn: list[str] = []
    taken: list[float] = []
    for name in names:
        x = min(start, right - width_px(name.words))
        crossing = [*levels, *(y for at, y in curve if x <= at <= x + width_px(name.words))]

        def struck(y: float, crossing: Sequence[float] = crossing) -> tuple[bool, int]:
            no_room = y - _UP_PX < top or any(abs(y - other) < _UP_PX + _DOWN_PX for other in taken)
            return no_room, sum(y - _UP_PX <= line <= y + _DOWN_PX for line in crossing)

        over, under = name.edges or (name.y, name.y)
        feet = (name.y - _OVER_PX, name.y + _UNDER_PX, over - _OVER_PX, under + _UNDER_PX)
        foot = min(feet, key=struck)
        taken.append(foot)
        drawn.append(text(x, foot, name.words, classes=name.classes))
    return drawn
