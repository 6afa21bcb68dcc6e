"""Writes a file whole or not at all: what another program reads is never half of it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp
from typing import Final, TextIO

import click

STANDARD_OUTPUT: Final = Path("-")


@contextmanager
def written_whole(path: Path) -> Iterator[TextIO]:
    """A text file that takes the name only when the block ends well; "-" is standard output.

    Rows end with a line feed on every system. Only the owner may read the file: it may hold diaries.
    """
    if path == STANDARD_OUTPUT:
        yield sys.stdout
        return
    if not path.parent.is_dir():
        raise click.ClickException(
            f"There is no folder {path.parent} to write {path.name} in; make it first."
        )
    descriptor, name = mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        with open(descriptor, "w", encoding="utf-8", newline="") as text:
            yield text
            text.flush()
            os.fsync(descriptor)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def tell_written(what: str, path: Path) -> None:
    """One line about what stands in the file now; on stderr, where it is never part of the data."""
    where = "standard output" if path == STANDARD_OUTPUT else path
    click.echo(f"{what}: {where}", err=True)
