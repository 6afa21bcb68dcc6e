"""Shares of several in many cases: a row a case, a mark each, the cases named at the left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from diary.charts.lanes import width_px
from diary.charts.looks import Look, key, marks
from diary.charts.scale import position
from diary.charts.shares import percent
from diary.charts.svg import document, path, text

_PLOT_PX: Final = 480
_ROW_PX: Final = 22
_TOP_PX: Final = 64
_RIGHT_PX: Final = 24


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One case: its name, and the share of each, in the order of their looks."""

    name: str
    shares: Sequence[float]


def share_rows_chart(
    rows: Sequence[ShareRow],
    looks: Sequence[tuple[Look, str]],
    *,
    title: str,
    above: str,
    note: str,
) -> str:
    """The cases from top to bottom as one SVG element; a line joins the marks of each.

    Args:
        rows: the cases.
        looks: how each of the shares is marked, and its name.
        title: the picture's name.
        above: what the width is.
        note: stands under all.
    """
    left = max(width_px(row.name) for row in rows) + 14
    bottom = _TOP_PX + len(rows) * _ROW_PX
    highest = max(share for row in rows for share in row.shares)
    tenths = int(highest * 10) + 1

    def x(share: float) -> float:
        return left + _PLOT_PX * share * 10 / tenths

    ticks = [tenth / 10 for tenth in range(0, tenths + 1, 2)]
    grid = "".join(f"M{position(x(tick))} {_TOP_PX - 4}V{position(bottom)}" for tick in ticks)
    body = [text(0, 14, above, classes="c-ink"), *key(looks, left=2, y=36, lines=False), path(grid, "c-grid")]
    numbers = [text(x(tick), bottom + 16, percent(tick), anchor="middle") for tick in ticks]
    joined = ""
    points: list[list[tuple[float, float]]] = [[] for _ in looks]
    for place, row in enumerate(rows):
        y = _TOP_PX + (place + 0.5) * _ROW_PX
        body.append(text(left - 10, y + 4, row.name, classes="c-ink", anchor="end"))
        joined += f"M{position(x(min(row.shares)))} {position(y)}H{position(x(max(row.shares)))}"
        for of_look, share in zip(points, row.shares, strict=True):
            of_look.append((x(share), y))
    body += [path(joined, "c-edge"), f'<g class="c-muted">{"".join(numbers)}</g>']
    body += [marks(look, of_look) for (look, _), of_look in reversed([*zip(looks, points, strict=True)])]
    body.append(text(0, bottom + 38, note, classes="c-muted"))
    return document(
        body,
        width_px=max(left + _PLOT_PX + _RIGHT_PX, width_px(above), width_px(note)),
        height_px=bottom + 48,
        classes="chart share-rows",
        title=title,
        description=" ".join(_describe(row, looks) for row in rows),
    )


def _describe(row: ShareRow, looks: Sequence[tuple[Look, str]]) -> str:
    told = ", ".join(f"{name} {percent(share)}" for (_, name), share in zip(looks, row.shares, strict=True))
    return f"{row.name}: {told}."
