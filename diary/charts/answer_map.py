"""Patients by days: how each answer came, as a mark that differs in shape, so that it differs in grey too."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from diary.charts.scale import day_text, position
from diary.charts.svg import document, path, shorten, text

_CELL_PX: Final = 8
_ROW_PX: Final = 13
_LEFT_PX: Final = 84
_TOP_PX: Final = 46
_WEEK_DAYS: Final = 7
# On a phone: as many days as stand beside a pseudonym in 280 px, and the key in lines of two.
_NARROW_DAYS: Final = 21
_NARROW_KEYS: Final = 2
_KEY_LINE_PX: Final = 18
KEY: Final = (
    ("a", "answered"),
    ("l", "late"),
    ("c", "changed"),
    ("s", "recorded by staff"),
    ("n", "no answer"),
)


def answer_map_chart(rows: Sequence[tuple[str, str]], *, first_day: date, narrow: bool = False) -> str:
    """Pseudonyms with a letter a day (KEY; blank: not asked), as one SVG; narrow: the last 3 weeks."""
    days = max((len(letters) for _, letters in rows), default=0)
    if narrow and days > _NARROW_DAYS:
        first_day += timedelta(days=days - _NARROW_DAYS)
        rows = [(name, letters[days - _NARROW_DAYS :]) for name, letters in rows]
        days = _NARROW_DAYS
    keys = _NARROW_KEYS if narrow else len(KEY)
    top = _TOP_PX + _KEY_LINE_PX * (-(-len(KEY) // keys) - 1)
    bottom = top + _ROW_PX * len(rows)
    drawn: dict[str, list[str]] = {letter: [] for letter, _ in KEY}
    for row, (_, letters) in enumerate(rows):
        for day, letter in enumerate(letters):
            if letter in drawn:
                drawn[letter].append(_mark(letter, _LEFT_PX + _CELL_PX * day, top + _ROW_PX * row))
    names = [
        text(_LEFT_PX - 8, top + _ROW_PX * row + 9, shorten(name)[:12], anchor="end", classes="c-small")
        for row, (name, _) in enumerate(rows)
    ]
    mondays = [
        text(_LEFT_PX + _CELL_PX * day, top - 8, day_text(first_day + timedelta(days=day)))
        for day in range(0, days, 2 * _WEEK_DAYS)
    ]
    body = [
        *_key(keys),
        f'<g class="c-muted">{"".join(mondays)}</g>',
        *names,
        *(
            f'<path class="c-came-{letter}" d="{"".join(marks)}"/>'
            for letter, marks in drawn.items()
            if marks
        ),
    ]
    return document(
        body,
        width_px=_LEFT_PX + _CELL_PX * days + 4,
        height_px=bottom + 6,
        classes="chart answers chart-narrow" if narrow else "chart answers",
        title="Who answered on which day" + (": the last 3 weeks" if narrow else ""),
        description="A row a patient, a column a day; the tables above tell the counts.",
    )


def _mark(letter: str, x: float, y: float) -> str:
    """A full square, a lower half, a ring, a diamond, a small dot."""
    if letter == "a":
        return f"M{position(x)} {position(y)}h7v10h-7z"
    if letter == "l":
        return f"M{position(x)} {position(y + 5)}h7v5h-7z"
    if letter == "c":
        return f"M{position(x)} {position(y)}h7v10h-7zm2 2v6h3v-6z"
    if letter == "s":
        return f"M{position(x + 3.5)} {position(y)}l3.5 5-3.5 5-3.5-5z"
    return f"M{position(x + 2.5)} {position(y + 4)}h2v2h-2z"


def _key(per_line: int) -> list[str]:
    drawn, x, y, widest = [], 0.0, 3.0, 0.0
    for place, (letter, words) in enumerate(KEY):
        if place and place % per_line == 0:
            x, y = 0.0, y + _KEY_LINE_PX
        drawn.append(f'<path class="c-came-{letter}" d="{_mark(letter, x, y)}"/>')
        drawn.append(text(x + 12, y + 9, words, classes="c-ink"))
        x += 12 + 6.6 * len(words) + 18
        widest = max(widest, x)
    return [*drawn, path(f"M0 {position(y + 19)}H{position(widest)}", "c-grid")]
