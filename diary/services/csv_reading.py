"""Reads a CSV file row by row with the line that each row begins on, and collects what is wrong with it."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, Final

FAULTS_MAX: Final = 50
CELL_CHARACTERS_MAX: Final = 1_000


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row by column name, and the line of the file that it begins on."""

    line: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class Faults:
    """What is wrong with some files: a line of text a fault; the first are kept, all are counted."""

    kept: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, file: str, line: int, message: str) -> None:
        """Note a fault by its file and line."""
        self.count += 1
        if len(self.kept) < FAULTS_MAX:
            self.kept.append(f"{file}:{line}: {message}")

    def told(self) -> str:
        """All that is kept, and how many more there are."""
        more = self.count - len(self.kept)
        return "\n".join([*self.kept, *([f"and {more} more"] if more else [])])


class BadCsv(Exception):
    """A file, or several, with faults: nothing of them was used. Its text names file and line of each."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(faults.told())


def read_rows(
    path: Path, faults: Faults, *, needed: Sequence[str], source: BinaryIO | None = None
) -> Iterator[CsvRow]:
    """The rows of a file. Columns stand in any order; others than those needed are handed on unread.

    UTF-8, with or without a mark at its start; separated by commas, or by semicolons as some spreadsheets do.
    Empty lines are passed over.

    Args:
        path: the file.
        faults: takes rows with a cell too many or too few, which are not handed on.
        needed: columns that there must be.
        source: the file, opened by the caller, who may watch how far it has been read.

    Raises:
        BadCsv: a file that is no such CSV; nothing after that can be read.
    """
    opened = source or path.open("rb")
    with TextIOWrapper(opened, encoding="utf-8-sig", newline="") as text:
        try:
            yield from _rows(text, path.name, faults, needed)
        except UnicodeDecodeError as error:
            raise _bad(path.name, 1, f"is not UTF-8 ({error.reason}); save it as CSV UTF-8") from None


def _rows(text: TextIOWrapper, name: str, faults: Faults, needed: Sequence[str]) -> Iterator[CsvRow]:
    first = text.readline(CELL_CHARACTERS_MAX * 10)
    separator = ";" if first.count(";") > first.count(",") else ","
    header = [cell.strip().lower() for cell in next(csv.reader([first], delimiter=separator), [])]
    missing = [column for column in needed if column not in header]
    if missing:
        raise _bad(name, 1, f"has no column {', '.join(missing)}; it needs {','.join(needed)}")
    if len(set(header)) != len(header):
        raise _bad(name, 1, "names a column twice; name each once")
    reader = csv.reader(text, delimiter=separator, strict=True)
    began = 2
    try:
        for cells in reader:
            if len(cells) != len(header) and any(cells):
                faults.add(name, began, f"has {len(cells)} cells, and the header {len(header)}")
            elif any(cells):
                yield CsvRow(began, {column: cell.strip() for column, cell in zip(header, cells)})
            began = reader.line_num + 2
    except csv.Error as error:
        raise _bad(name, began, f"is no CSV: {error}") from None


def _bad(file: str, line: int, message: str) -> BadCsv:
    faults = Faults()
    faults.add(file, line, message)
    return BadCsv(faults)
