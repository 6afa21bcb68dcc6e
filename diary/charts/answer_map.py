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
KEY: Final = (
    ("a", "answered"),
    ("l", "late"),
    ("c", "changed"),
    ("s", "recorded by staff"),
    ("n", "no answer"),
)


def answer_map_chart(rows: Sequence[tuple[str, str]], *, first_day: date) -> str:
    """Pseudonyms with a letter a day (KEY; blank: not asked), as one SVG element."""
    days = max((len(letters) for _, letters in rows), default=0)
    bottom = _TOP_PX + _ROW_PX * len(rows)
    drawn: dict[str, list[str]] = {letter: [] for letter, _ in KEY}
    for row, (_, letters) in enumerate(rows):
        for day, letter in enumerate(letters):
            if letter in drawn:
                drawn[letter].append(_mark(letter, _LEFT_PX + _CELL_PX * day, _TOP_PX + _ROW_PX * row))
    names = [
        text(_LEFT_PX - 8, _TOP_PX + _ROW_PX * row + 9, shorten(name)[:12], anchor="end", classes="c-small")
        for row, (name, _) in enumerate(rows)
    ]
    mondays = [
        text(_LEFT_PX + _CELL_PX * day, _TOP_PX - 8, day_text(first_day + timedelta(days=day)))
        for day in range(0, days, 2 * _WEEK_DAYS)
    ]
    body = [
        *_key(),
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
        classes="chart answers",
        title="Who answered on which day",
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


def _key() -> list[str]:
    drawn, x = [], 0.0
    for letter, words in KEY:
        drawn.append(f'<path class="c-came-{letter}" d="{_mark(letter, x, 3)}"/>')
        drawn.append(text(x + 12, 12, words, classes="c-ink"))
        x += 12 + 6.6 * len(words) + 18
    return [*drawn, path(f"M0 22H{position(x)}", "c-grid")]
