"""The marks of single answers, and the key that says what each of them means.

A plain answer is a filled dot; an answer that came late or was changed is hollow; one that staff filed
is a hollow square; one whose clock is in doubt is a cross, because it counts for nothing until confirmed.
"""

from collections.abc import Sequence
from typing import Final

from diary.charts.course_data import DiaryDay, Mark
from diary.charts.course_words import answer_words
from diary.charts.frame import Frame
from diary.charts.lanes import width_px
from diary.charts.scale import NRS_MAX, day_text, position
from diary.charts.svg import text

_CLASSES: Final[dict[Mark, str]] = {
    "plain": "c-dot",
    "late": "c-hollow",
    "changed": "c-hollow",
    "staff": "c-staff",
    "suspect": "c-suspect",
}
_KEY_WORDS: Final = {
    "c-dot": "one day's score",
    "c-hollow": "late or changed",
    "c-staff": "filed by staff",
    "c-suspect": "clock in doubt",
    "c-gap": "no answer",
}
_RADIUS_PX: Final = 3.2
_SYMBOL_PX: Final = 13
_KEY_GAP_PX: Final = 14
_KEY_ROW_PX: Final = 18


def draw_answers(days: Sequence[DiaryDay], frame: Frame) -> list[str]:
    """One mark for each answered day, those of one shape in one group; hovering tells the day and score."""
    radius = min(max(frame.day_px * 0.4, 1.4), _RADIUS_PX)
    heights = [frame.y(nrs) for nrs in range(NRS_MAX + 1)]
    groups: dict[str, list[str]] = {name: [] for name in _KEY_WORDS}
    for entry in days:
        if entry.nrs is not None:
            name = _CLASSES[entry.mark]
            words = f"{day_text(entry.day)}: {answer_words(entry)}"
            groups[name].append(_mark(name, frame.x(entry.day), heights[entry.nrs], radius, words))
    return [f'<g class="{name}">{"".join(marks)}</g>' for name, marks in groups.items() if marks]


def draw_key(
    days: Sequence[DiaryDay], *, gaps: bool, left: float, right: float, y: float
) -> tuple[str, float]:
    """The key to the marks these days have, wrapped to the width; and where the picture ends under it."""
    present = {_CLASSES[entry.mark] for entry in days if entry.nrs is not None}
    if gaps:
        present.add("c-gap")
    items = [(name, words) for name, words in _KEY_WORDS.items() if name in present]
    drawn = []
    x = left
    for name, words in items:
        if x > left and x + _SYMBOL_PX + width_px(words) > right:
            x, y = left, y + _KEY_ROW_PX
        drawn.append(f'<g class="{name}">{_mark(name, x + 4, y - 4, _RADIUS_PX)}</g>')
        drawn.append(text(x + _SYMBOL_PX, y, words))
        x += _SYMBOL_PX + width_px(words) + _KEY_GAP_PX
    return f'<g class="c-muted">{"".join(drawn)}</g>', y + 10


def _mark(name: str, x: float, y: float, radius: float, words: str = "") -> str:
    title = f"<title>{words}</title>" if words else ""
    if name in ("c-dot", "c-hollow"):
        return f'<circle cx="{position(x)}" cy="{position(y)}" r="{radius:.1f}">{title}</circle>'
    if name == "c-suspect":
        across = position(2 * radius)
        start = f"M{position(x - radius)} {position(y - radius)}"
        return f'<path d="{start}l{across} {across}m0-{across}l-{across} {across}">{title}</path>'
    if name == "c-staff":
        side = position(2 * radius)
        corner = f'x="{position(x - radius)}" y="{position(y - radius)}"'
        return f'<rect {corner} width="{side}" height="{side}">{title}</rect>'
    if name == "c-gap":
        return f'<path d="M{position(x)} {position(y - 4)}v9"/>'
    return f'<circle cx="{position(x)}" cy="{position(y)}" r="{radius:.1f}">{title}</circle>'
