"""When relief may end: twenty dots along the coming weeks, each of them one chance in twenty.

Readers decide better with a few countable dots than with a curve or an interval (Kay et al. 2016,
"When (ish) is my bus?", CHI; Fernandes et al. 2018, "Uncertainty displays using quantile dotplots").
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from diary.charts.scale import count_text, position
from diary.charts.svg import document, path, text

DOTS: Final = 20
WINDOW_DAYS: Final = 84
_WEEK_DAYS: Final = 7
_WIDTH_PX: Final = 440
_LEFT_PX: Final = 24
_RIGHT_PX: Final = 348
_LATER_PX: Final = 376
_BASE_PX: Final = 104
_STACK_PX: Final = 76
_PITCH_PX: Final = 12
_RADIUS_PX: Final = 5
# A week is two dots wide; more than this many in one week stand in two columns.
_ONE_COLUMN: Final = 6
_LATER_COLUMNS: Final = 5


def strip(loss_days: Sequence[int | None], *, night: int, lead_time_days: int | None = None) -> str:
    """The twenty chances as one SVG element.

    loss_days: the 2.5, 7.5 ... 97.5 % points of the day of loss, as course days in any order; None lies
    beyond the forecast's horizon. night: the course day of the assessment, where the strip begins.
    lead_time_days: authorisation plus waiting for a bed; dots that come sooner are filled, the rest hollow.

    >>> "7 chances in 20 within 12 weeks, 13 later" in strip([90] * 7 + [None] * 13, night=60)
    True
    """
    if len(loss_days) != DOTS:
        raise ValueError(f"a strip has {DOTS} dots, each 1 chance in {DOTS}; got {len(loss_days)}")
    ahead = [max(day - night, 0) for day in loss_days if day is not None and day <= night + WINDOW_DAYS]
    later = DOTS - len(ahead)
    lead = lead_time_days if lead_time_days is not None and lead_time_days <= WINDOW_DAYS else None
    return document(
        [*_axis(), *_lead_time(lead), *_dots(ahead, lead), *_later(later)],
        width_px=_WIDTH_PX,
        height_px=_BASE_PX + 42,
        classes="chart strip",
        title=_title(ahead, later, lead),
        description="",
    )


def _x(days: float) -> float:
    return _LEFT_PX + (_RIGHT_PX - _LEFT_PX) * days / WINDOW_DAYS


def _axis() -> list[str]:
    words = ((0, "today"), (28, "4 weeks"), (56, "8"), (84, "12"))
    ticks = "".join(f"M{position(_x(days))} {_BASE_PX}v5" for days, _ in words)
    end = _LATER_PX + _LATER_COLUMNS * _PITCH_PX
    line = f"M{_LEFT_PX} {_BASE_PX}H{_RIGHT_PX}M{_LATER_PX} {_BASE_PX}H{end}"
    labels = [text(_x(days), _BASE_PX + 19, label, anchor="middle") for days, label in words]
    labels.append(text((_LATER_PX + end) / 2, _BASE_PX + 19, "later", anchor="middle"))
    labels.append(text(_LEFT_PX, _BASE_PX + 37, f"each dot: 1 chance in {DOTS} that relief ends then"))
    return [path(line + ticks, "c-axis"), f'<g class="c-muted">{"".join(labels)}</g>']


def _lead_time(lead_time_days: int | None) -> list[str]:
    if lead_time_days is None:
        return []
    x = _x(lead_time_days)
    return [
        path(f"M{position(x)} 6V{_BASE_PX}", "c-relief"),
        text(x + 6, 14, f"lead time, {count_text(lead_time_days, 'day')}", classes="c-relief"),
    ]


def _dots(ahead: Sequence[int], lead_time_days: int | None) -> list[str]:
    """Dots stacked by weeks, counted from the lead time so that none stands on the wrong side of its line."""
    start = lead_time_days or 0
    weeks = Counter((days - start) // _WEEK_DAYS for days in ahead)
    drawn = []
    for week, count in sorted(weeks.items()):
        middle = _x(min(max(start + (week + 0.5) * _WEEK_DAYS, 0), WINDOW_DAYS))
        classes = "c-now" if lead_time_days is None or week < 0 else "c-hollow"
        columns = 1 if count <= _ONE_COLUMN else 2
        rise = min(_PITCH_PX, _STACK_PX * columns / count)
        for i in range(count):
            x = middle + (i % columns - (columns - 1) / 2) * _PITCH_PX
            drawn.append(_dot(classes, x, _BASE_PX - 7 - rise * (i // columns)))
    return drawn


def _later(count: int) -> list[str]:
    first = _LATER_PX + _PITCH_PX / 2
    return [
        _dot(
            "c-hollow", first + i % _LATER_COLUMNS * _PITCH_PX, _BASE_PX - 7 - i // _LATER_COLUMNS * _PITCH_PX
        )
        for i in range(count)
    ]


def _dot(classes: str, x: float, y: float) -> str:
    return f'<circle class="{classes}" cx="{position(x)}" cy="{position(y)}" r="{_RADIUS_PX}"/>'


def _title(ahead: Sequence[int], later: int, lead_time_days: int | None) -> str:
    chances = f"{len(ahead)} chances in {DOTS} within 12 weeks, {later} later"
    if lead_time_days is not None:
        sooner = sum(days < lead_time_days for days in ahead)
        chances = f"{sooner} chances in {DOTS} within the lead time of {lead_time_days} days, {chances}"
    return f"When relief may end: {chances}"
