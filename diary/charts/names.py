"""The names of lines, beside their ends in a chart's right margin."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from diary.charts.lanes import spread
from diary.charts.svg import text

ROW_PX: Final = 15
_GAP_PX: Final = 8
_ASCENT_PX: Final = 11


@dataclass(frozen=True, slots=True)
class LineName:
    """What a line is called: where it ends, the class of its colour, its name, and more in grey below."""

    y: float
    classes: str
    words: str
    more: str = ""


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
