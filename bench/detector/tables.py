"""What every part of the page is written with: tables, paragraphs, and figures as words."""

from collections.abc import Iterable, Mapping, Sequence
from textwrap import fill
from typing import Any, Final

from bench.detector.ends import Ends

_WIDTH: Final = 120
_BORDER: Final = "---"


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    """A table in Markdown."""
    lines = [head, [_BORDER] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def paragraph(words: str) -> str:
    """Words in lines of one length."""
    return fill(words, _WIDTH, break_long_words=False, break_on_hyphens=False)


def percent(share: float | None) -> str:
    """A share as words; nothing of none."""
    return "" if share is None else f"{share * 100:.0f} %"


def held(of: Ends) -> str:
    """What the misses at both ends leave, and the misses."""
    return f"{percent(of.held)} ({of.missed_before * 100:.0f}, {of.missed_after * 100:.0f})"


def as_they_come(nights: Sequence[Mapping[str, Any]]) -> float:
    """The share of all intervals that nothing is known to lie outside of."""
    intervals = [night["intervals"] for night in nights]
    return float(sum(of["held"] * of["courses"] for of in intervals) / sum(of["courses"] for of in intervals))
