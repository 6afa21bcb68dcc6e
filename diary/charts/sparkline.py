"""The last 28 days in the space of a word, for a row of the worklist."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from diary.charts.scale import count_text, position, y_of_nrs
from diary.charts.svg import document, line_path, path

SPARK_DAYS: Final = 28
_DAY_PX: Final = 4
_EDGE_PX: Final = 4
_TOP_PX: Final = 3
_BOTTOM_PX: Final = 29
_WIDTH_PX: Final = SPARK_DAYS * _DAY_PX + _EDGE_PX
_HEIGHT_PX: Final = 36


def sparkline(
    scores: Sequence[int | None], *, baseline_nrs: float | None, relief_line_nrs: float | None
) -> str:
    """One SVG of at most 1 kB: the scores, the baseline, the relief line, and ticks for missing days.

    scores: one a day, oldest first, the last for the newest day; None where no answer stands. Fewer
    than 28 fill the right end. Consecutive days are joined; across a missing day nothing is drawn.

    >>> svg = sparkline([7, None, 5], baseline_nrs=None, relief_line_nrs=None)
    >>> "Last 3 days: 2 answered, latest 5, from 5 to 7" in svg
    True
    """
    if len(scores) > SPARK_DAYS:
        raise ValueError(f"a sparkline holds {SPARK_DAYS} days; hand in the newest")
    first_x = _WIDTH_PX - _EDGE_PX - (len(scores) - 0.5) * _DAY_PX
    days = [(first_x + i * _DAY_PX, nrs) for i, nrs in enumerate(scores)]
    answered = [(x, _y(nrs)) for x, nrs in days if nrs is not None]
    lines = ((0, "c-grid"), (baseline_nrs, "c-baseline"), (relief_line_nrs, "c-relief"))
    body = [path(f"M0 {position(_y(nrs))}H{_WIDTH_PX}", name) for nrs, name in lines if nrs is not None]
    missing = "".join(f"M{position(x)} {_BOTTOM_PX + 2}v4" for x, nrs in days if nrs is None)
    if missing:
        body.append(path(missing, "c-gap"))
    if answered:
        body += _joined(days)
        x, y = answered[-1]
        body.append(f'<circle class="c-now" cx="{position(x)}" cy="{position(y)}" r="2.5"/>')
    return document(
        body,
        width_px=_WIDTH_PX,
        height_px=_HEIGHT_PX,
        classes="chart spark",
        title=_title(scores),
        description="",
    )


def _y(nrs: float) -> float:
    return y_of_nrs(nrs, top=_TOP_PX, bottom=_BOTTOM_PX)


def _joined(days: Sequence[tuple[float, int | None]]) -> list[str]:
    """Runs of answered days as lines, and days that stand alone as dots."""
    split = groupby(days, key=lambda day: day[1] is not None)
    runs = [[(x, _y(nrs)) for x, nrs in run if nrs is not None] for answered, run in split if answered]
    lines = "".join(line_path(run) for run in runs if len(run) > 1)
    dots = "".join(line_path(run) for run in runs if len(run) == 1)
    return [path(data, name) for data, name in ((lines, "c-days"), (dots, "c-lone")) if data]


def _title(scores: Sequence[int | None]) -> str:
    given = [nrs for nrs in scores if nrs is not None]
    days = f"Last {count_text(len(scores), 'day')}"
    if not given:
        return f"{days}: no answer"
    return f"{days}: {len(given)} answered, latest {given[-1]}, from {min(given)} to {max(given)}"
