"""How commands show what they found: as a table for people, as JSON for machines."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any, TypeVar

import click

Row = Mapping[str, Any]
T = TypeVar("T")


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option that asks for JSON."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")(command)


def bar(
    label: str, *, over: Iterable[T] | None = None, length: int | None = None
) -> AbstractContextManager[Any]:
    """A progress bar on a terminal's stderr; for machines it only hands the items on."""
    return click.progressbar(
        over, length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()
    )


@contextmanager
def rate_bar(label: str, *, length: int) -> Iterator[Callable[[int], None]]:
    """A progress bar that also says how many a second are done; the function that moves it on."""
    began_s, done = time.monotonic(), 0

    def rate(_item: object) -> str:
        return f"{done / max(1e-6, time.monotonic() - began_s):,.0f} {label} a second"

    def advance(steps: int) -> None:
        nonlocal done
        done += steps
        shown.update(steps)

    shown = click.progressbar(
        length=length,
        label=label,
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
        item_show_func=rate,
    )
    with shown:
        yield advance


def show(rows: Sequence[Row], *, as_json: bool, empty: str) -> None:
    """Print the rows: as JSON when asked, else as a table; `empty` says that there are none."""
    if as_json:
        click.echo(json.dumps(rows, default=str, indent=1))
    elif not rows:
        click.echo(empty)
    else:
        click.echo(table(rows))


def table(rows: Sequence[Row]) -> str:
    """Rows under their names, numbers to the right.

    >>> from datetime import date
    >>> print(table([{"night": date(2026, 8, 1), "seen": 7}, {"night": date(2026, 8, 2), "seen": 12}]))
    night       seen
    2026-08-01     7
    2026-08-02    12
    """
    names = list(rows[0])
    cells = [names, *([_text(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
    to_the_right = [all(_is_number(row[name]) for row in rows) for name in names]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, to_the_right)
        ).rstrip()
        for line in cells
    )


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M UTC")
    return str(value)


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
