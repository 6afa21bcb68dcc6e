"""Several of a kind in one picture: lines and marks that differ in shape, so that they differ in grey too."""

from collections.abc import Sequence
from typing import Final, Literal

from diary.charts.lanes import width_px
from diary.charts.scale import position
from diary.charts.svg import path, text

Look = Literal["bold", "light", "dashed", "plain", "dotted", "thin"]
"""A class `c-bold` for a line of it, and `c-bold-marks` for its marks."""

_RADIUS_PX: Final = 4.0
_SYMBOL_PX: Final = 26
_KEY_GAP_PX: Final = 24


def marks(look: Look, points: Sequence[tuple[float, float]], *, radii: Sequence[float] = ()) -> str:
    """The marks of one look: circles, triangles, squares or diamonds, filled or open by their class.

    radii: of each mark; all the same without.
    """
    sizes = radii or [_RADIUS_PX] * len(points)
    drawn = "".join(_mark(look, x, y, radius) for (x, y), radius in zip(points, sizes, strict=True))
    return f'<g class="c-{look}-marks">{drawn}</g>'


def _mark(look: Look, x: float, y: float, radius: float) -> str:
    if look in ("bold", "dashed"):
        return f'<circle cx="{position(x)}" cy="{position(y)}" r="{position(radius)}"/>'
    if look in ("plain", "dotted"):
        half = radius * 0.9
        corner = f'x="{position(x - half)}" y="{position(y - half)}"'
        return f'<rect {corner} width="{position(2 * half)}" height="{position(2 * half)}"/>'
    if look == "light":
        side = radius * 1.2
        corners = f"l{position(side)} {position(2 * side * 0.9)}h{position(-2 * side)}z"
        return f'<path d="M{position(x)} {position(y - side)}{corners}"/>'
    half = radius * 1.2
    steps = f"l{position(half)} {position(half)}-{position(half)} {position(half)}-{position(half)}"
    return f'<path d="M{position(x)} {position(y - half)}{steps}-{position(half)}z"/>'


def key(items: Sequence[tuple[Look, str]], *, left: float, y: float, lines: bool) -> list[str]:
    """What each look stands for, in a row.

    lines: with a piece of its line; else its mark alone.
    """
    drawn, x = [], left
    for look, words in items:
        symbol = _SYMBOL_PX if lines else _SYMBOL_PX / 2
        if lines:
            drawn.append(path(f"M{position(x)} {position(y - 4)}h{_SYMBOL_PX - 4}", f"c-{look}"))
        drawn.append(marks(look, [(x + (symbol - 4) / 2, y - 4)]))
        drawn.append(text(x + symbol + 2, y, words, classes="c-ink"))
        x += symbol + width_px(words) + _KEY_GAP_PX
    return drawn
