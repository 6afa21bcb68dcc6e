"""Reads a file under a bar that shows how far it has come."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from diary.cli.output import bar


class _Watched(io.FileIO):
    """A file that tells how many bytes were read of it."""

    def __init__(self, path: Path, on_read: Callable[[int], object]) -> None:
        super().__init__(path)
        self._on_read = on_read

    def readinto(self, buffer: Any) -> int | None:
        """Fill the buffer, and tell how far it got."""
        read = super().readinto(buffer)
        self._on_read(read or 0)
        return read


@contextmanager
def watched(path: Path, label: str) -> Iterator[BinaryIO]:
    """The file, opened to be read from its beginning; on a terminal a bar goes along by bytes."""
    with bar(label, length=path.stat().st_size) as progress, _Watched(path, progress.update) as source:
        yield io.BufferedReader(source)
