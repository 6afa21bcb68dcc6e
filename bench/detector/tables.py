"""What every part of the page is written with: tables, paragraphs, and figures as words."""

from collections.abc import Iterable
from textwrap import fill
from typing import Final

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
