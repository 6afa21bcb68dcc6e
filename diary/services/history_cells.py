"""Reads the cells of a row of history, each by its column's own rule, and names all that is wrong with it."""

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from config.scales import NRS
from config.words import ADJUNCTS, AGENTS, INFUSION_CLASSES, SETTINGS_OF_CARE
from diary.services.csv_reading import CsvRow

FIRST_YEAR: Final = 1990
# As the API has it: beyond these a decimal point has slipped.
DOSE_MG_KG_H_MAX: Final = 10.0
HOURS_MAX: Final = 24.0 * 60

# What a cell says, read today; raises ValueError in words that go on after the column's name.
Reader = Callable[[str, date], Any]


def read_cells(
    row: CsvRow, readers: Mapping[str, Reader], *, today: date
) -> tuple[dict[str, Any], list[str]]:
    """What the cells say, by column, and what is wrong with those that say nothing."""
    said, faults = {}, []
    for column, read in readers.items():
        try:
            said[column] = read(row.cells.get(column, ""), today)
        except ValueError as fault:
            faults.append(f"{column} {fault}")
    return said, faults


def _plain(characters_max: int) -> Reader:
    def read(text: str, _today: date) -> str:
        if not text or len(text) > characters_max or not text.isprintable():
            raise ValueError(f"must be 1 to {characters_max} plain characters")
        return text

    return read


def _perhaps(reader: Reader) -> Reader:
    """None for an empty cell."""

    def read(text: str, today: date) -> Any:
        return reader(text, today) if text else None

    return read


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text) if len(text) == len("2026-06-01") else None
    except ValueError:
        day = None
    if day is None:
        raise ValueError(f"{text[:20]!r} is no day; write it like 2026-06-01")
    if not day.year >= FIRST_YEAR or day > today:
        raise ValueError(f"{day} lies before {FIRST_YEAR} or after today, {today}")
    return day


def _nrs(text: str, _today: date) -> int:
    digits = text.removesuffix(".0")
    if not (digits.isascii() and digits.isdigit() and NRS.low <= int(digits[:4]) <= NRS.high):
        raise ValueError(f"{digits[:20]!r} is no whole number from {NRS.low} to {NRS.high}")
    return int(digits)


def _number(most: float) -> Reader:
    def read(text: str, _today: date) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not 0 <= number <= most:
            raise ValueError(f"{text[:20]!r} is no number from 0 to {most:g}, written with a point")
        return number

    return read


def _word(words: tuple[str, ...]) -> Reader:
    def read(text: str, _today: date) -> str:
        if text not in words:
            raise ValueError(f"{text[:20]!r} is none of {', '.join(filter(None, words))}")
        return text

    return read


def _words(words: tuple[str, ...]) -> Reader:
    one = _word(words)

    def read(text: str, today: date) -> list[str]:
        return [one(word, today) for word in text.split()]

    return read


NAME: Final = _plain(40)
DIARY_CELLS: Final[Mapping[str, Reader]] = {"pseudonym": NAME, "course": NAME, "day": _day, "nrs": _nrs}
INFUSION_CELLS: Final[Mapping[str, Reader]] = {
    "pseudonym": NAME,
    "course": NAME,
    "first_day": _day,
    "last_day": _day,
    "agent": _word(AGENTS),
    "dose": _plain(300),
    "setting": _word(SETTINGS_OF_CARE),
    "dose_mg_kg_h": _perhaps(_number(DOSE_MG_KG_H_MAX)),
    "hours": _perhaps(_number(HOURS_MAX)),
    "adjuncts": _words(ADJUNCTS),
    "classified_as": _word(("", *INFUSION_CLASSES)),
    "stop_reason": _perhaps(_plain(300)),
    "treated_area": _perhaps(_plain(200)),
}
