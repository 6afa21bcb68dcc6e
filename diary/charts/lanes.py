"""Where words above a chart stand, so that no two overlap and no upright strikes through one."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

# The mean advance of a letter in the usual system fonts at 12 px, rounded up: words are placed without
# a browser to measure them.
LETTER_PX: Final = 6.3
BOLD_LETTER_PX: Final = 7.0
LANE_PX: Final = 16
LANES: Final = 4
_CLEARANCE_PX: Final = 6
_OFFSET_PX: Final = 7
_PIN_PX: Final = 5

_Stretch = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Flag:
    """Words that belong to the position x; centred over it, or beside the upright that drops from it.

    name: what it is called where it `leads_to` a place on the page, by its id.
    """

    x: float
    words: str
    kind: str
    centred: bool = False
    letter_px: float = LETTER_PX
    name: str = ""
    leads_to: str = ""


@dataclass(frozen=True, slots=True)
class PlacedFlag:
    """A flag with the words there is room for, their lane (0 stands on the plot), their x and anchor."""

    flag: Flag
    words: str
    lane: int
    text_x: float
    anchor: str


@dataclass(frozen=True, slots=True)
class _Side:
    """One way to place words: the words, from where to where they reach, their x and anchor."""

    words: str
    start: float
    end: float
    text_x: float
    anchor: str


def width_px(words: str) -> float:
    """About how wide words are in print."""
    return len(words) * LETTER_PX


def place(flags: Sequence[Flag], *, left: float, right: float) -> list[PlacedFlag]:
    """Each flag in the lowest lane with room for its words; words too long for the picture are cut.

    Placing from the right leaves the words beside today's line most room. Where that leaves a flag
    without words, other orders and sides are tried, and the attempt stands that names the first flags.
    One that finds no room at all stands wordless just inside the plot (lane -1): nothing is left out.
    """
    unique = list(dict.fromkeys(flags))
    # Words over a block have no upright to keep clear, so they give way to those that do.
    from_the_right = sorted(unique, key=lambda flag: (flag.centred, -flag.x))
    from_the_left = sorted(unique, key=lambda flag: (flag.centred, flag.x))
    best: dict[Flag, PlacedFlag] = {}
    best_wordless = [True] * (len(unique) + 1)
    for order, left_first in product((from_the_right, from_the_left, unique), (False, True)):
        placed = _place_in_order(order, left=left, right=right, left_first=left_first)
        wordless = [not placed[flag].words for flag in unique]
        if wordless < best_wordless:
            best, best_wordless = placed, wordless
        if not any(wordless):
            break
    return [best[flag] for flag in unique]


def _place_in_order(
    flags: Sequence[Flag], *, left: float, right: float, left_first: bool
) -> dict[Flag, PlacedFlag]:
    words_in: list[list[_Stretch]] = [[] for _ in range(LANES)]
    uprights_in: list[list[_Stretch]] = [[] for _ in range(LANES)]
    placed = {}
    for flag in flags:
        placed[flag] = PlacedFlag(flag, "", -1, flag.x, "")
        upright = (flag.x - _PIN_PX, flag.x + _PIN_PX)
        sides = _sides(flag, left=left, right=right)
        for lane, side in product(range(LANES), reversed(sides) if left_first else sides):
            words = (side.start, side.end)
            apart = (side.start - _CLEARANCE_PX, side.end + _CLEARANCE_PX)
            crossed = range(0) if flag.centred else range(lane + 1)
            if (
                _free(words_in[lane], apart)
                and _free(uprights_in[lane], words)
                and all(_free(words_in[lower], upright) for lower in crossed)
            ):
                words_in[lane].append(words)
                for lower in crossed:
                    uprights_in[lower].append(upright)
                placed[flag] = PlacedFlag(flag, side.words, lane, side.text_x, side.anchor)
                break
    return placed


def _sides(flag: Flag, *, left: float, right: float) -> list[_Side]:
    """Where the words may stand: over the position, or right of the upright, or left of it."""
    if flag.centred:
        words, width = _cut(flag, right - left)
        start = max(min(flag.x - width / 2, right - width), left)
        return [_Side(words, start, start + width, start + width / 2, "middle")]
    after, before = flag.x + _OFFSET_PX, flag.x - _OFFSET_PX
    words, width = _cut(flag, max(right - after, before - left))
    sides = [
        _Side(words, after, after + width, after, ""),
        _Side(words, before - width, before, before, "end"),
    ]
    return [side for side in sides if side.start >= left and side.end <= right]


def _cut(flag: Flag, room_px: float) -> tuple[str, float]:
    """The words, shortened to the room there is, and their width."""
    letters = max(int(room_px / flag.letter_px), 1)
    words = flag.words if len(flag.words) <= letters else flag.words[: letters - 1].rstrip() + "…"
    return words, len(words) * flag.letter_px


def _free(taken: Sequence[_Stretch], wanted: _Stretch) -> bool:
    return all(end <= wanted[0] or start >= wanted[1] for start, end in taken)


def spread(centres: Sequence[float], heights: Sequence[float], *, top: float, bottom: float) -> list[float]:
    """Centres moved so that their heights do not overlap, in their order, pushed down and then back up.

    >>> spread([50, 52, 90], [14, 14, 14], top=0, bottom=107)
    [50, 64.0, 90]
    >>> spread([95, 99], [14, 14], top=0, bottom=107)
    [86.0, 100.0]
    """
    order = sorted(range(len(centres)), key=lambda i: centres[i])
    moved = list(centres)
    floor = top
    for i in order:
        moved[i] = max(moved[i], floor + heights[i] / 2)
        floor = moved[i] + heights[i] / 2
    ceiling = bottom
    for i in reversed(order):
        moved[i] = min(moved[i], ceiling - heights[i] / 2)
        ceiling = moved[i] - heights[i] / 2
    return moved
