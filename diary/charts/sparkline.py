"""The last 28 days in the space of a word, for a row of the worklist."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from diary.charts.scale import NRS_MAX, count_text, position, y_of_nrs
from diary.charts.svg import document, path

SPARK_DAYS: Final = 28
_DAY_PX: Final = 4
_EDGE_PX: Final = 4
_TOP_PX: Final = 3
_BOTTOM_PX: Final = 29
_WIDTH_PX: Final = SPARK_DAYS * _DAY_PX + _EDGE_PX
_HEIGHT_PX: Final = 36


def _y(nrs: float) -> float:
    return y_of_nrs(nrs, top=_TOP_PX, bottom=_BOTTOM_PX)


# A page draws fifty of these, so where a day and a score stand, and the way from score to score, are kept.
_X: Final = tuple(position((day + 0.5) * _DAY_PX) for day in range(SPARK_DAYS))
_Y: Final = tuple(position(_y(nrs)) for nrs in range(NRS_MAX + 1))
_STEPS: Final = tuple(
    tuple(f"{_DAY_PX} {position(_y(after) - _y(before))}" for after in range(NRS_MAX + 1))
    for before in range(NRS_MAX + 1)
)


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
    lines = ((0, "c-grid"), (baseline_nrs, "c-baseline"), (relief_line_nrs, "c-relief"))
    body = [path(f"M0 {position(_y(nrs))}H{_WIDTH_PX}", name) for nrs, name in lines if nrs is not None]
    days = list(enumerate(scores, SPARK_DAYS - len(scores)))
    missing = "".join([f"M{_X[day]} {_BOTTOM_PX + 2}v4" for day, nrs in days if nrs is None])
    runs = _runs(days)
    joined = "".join([_line(first, run) for first, run in runs if len(run) > 1])
    lone = "".join([f"M{_X[first]} {_Y[run[0]]}h0" for first, run in runs if len(run) == 1])
    drawn = ((missing, "c-gap"), (joined, "c-days"), (lone, "c-lone"))
    body += [path(data, name) for data, name in drawn if data]
    if runs:
        first, run = runs[-1]
        body.append(f'<circle class="c-now" cx="{_X[first + len(run) - 1]}" cy="{_Y[run[-1]]}" r="2.5"/>')
    return document(
        body,
        width_px=_WIDTH_PX,
        height_px=_HEIGHT_PX,
        classes="chart spark",
        title=_title(scores),
        description="",
    )


def _runs(days: Sequence[tuple[int, int | None]]) -> list[tuple[int, list[int]]]:
    """Runs of answered days: the first of them, and their scores."""
    runs: list[tuple[int, list[int]]] = []
    before: int | None = None
    for day, nrs in days:
        if nrs is not None:
            if before is None:
                runs.append((day, []))
            runs[-1][1].append(nrs)
        before = nrs
    return runs


def _line(first: int, run: Sequence[int]) -> str:
    return f"M{_X[first]} {_Y[run[0]]}l{' '.join([_STEPS[a][b] for a, b in pairwise(run)])}"


def _title(scores: Sequence[int | None]) -> str:
    given = [nrs for nrs in scores if nrs is not None]
    days = f"Last {count_text(len(scores), 'day')}"
    if not given:
        return f"{days}: no answer"
    return f"{days}: {len(given)} answered, latest {given[-1]}, from {min(given)} to {max(given)}"
