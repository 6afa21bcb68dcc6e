"""Pages of a list that grows while it is read: a cursor names the last row seen, not a page number."""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from flask import request

from diary.web.body import Invalid, Unreadable, read_json
from schemas.page import CURSOR_LENGTH_MAX

Row = TypeVar("Row")
Key = str | int | date  # a datetime is a date to the type checker

CURSOR: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
ID_MAX: Final = 2**53


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place in a list: what the list is sorted by, and its id where two are equal."""

    key: Key
    id: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page, as the schemas of schemas/page.py dump it; `headers` go with it."""

    items: Sequence[Any]
    next_cursor: str | None
    headers: dict[str, str]


def cursor_of(place: Place) -> str:
    """The place as an opaque text. It opens nothing: the query behind it is bound to its clinic anyway.

    >>> place_of(cursor_of(Place("P-0042", 7)), str)
    Place(key='P-0042', id=7)
    """
    key = place.key.isoformat() if isinstance(place.key, date) else place.key
    text = json.dumps([key, place.id], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_of(cursor: str | None, kind: type[Key]) -> Place | None:
    """The place that a cursor names; None for the start of the list.

    Args:
        cursor: as the client sent it.
        kind: what the list is sorted by: str, int, date, or datetime (aware).

    Raises:
        Invalid: for anything but a cursor of ours.
    """
    if cursor is None:
        return None
    try:
        place = _decoded(cursor, kind)
        if cursor_of(place) == cursor:
            return place
    except (ValueError, Unreadable):
        pass  # answered below, like a cursor that reads well but is spelt otherwise than ours
    raise Invalid({"cursor": ["Send `next_cursor` of the page before, unchanged."]}, location="query")


def page(rows: Sequence[Row], *, limit: int, place: Callable[[Row], Place]) -> Page:
    """One page of `rows`, which the query read with `limit + 1`: the row too many says that there is more.

    Its `Link` header (RFC 8288) names the next page with the parameters of this request.
    """
    shown = rows[:limit]
    if len(rows) <= limit:
        return Page(shown, None, {})
    cursor = cursor_of(place(shown[-1]))
    parameters = {**request.args.to_dict(), "cursor": cursor}
    return Page(shown, cursor, {"Link": f'<{request.path}?{urlencode(parameters)}>; rel="next"'})


def _decoded(cursor: str, kind: type[Key]) -> Place:
    if len(cursor) > CURSOR_LENGTH_MAX or not CURSOR.fullmatch(cursor):
        raise ValueError("not of our alphabet")
    match read_json(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))):
        case [str() | int() as key, int() as row_id] if 0 < row_id < ID_MAX and type(row_id) is int:
            return Place(READERS[kind](key), row_id)
    raise ValueError("not of our shape")


def _text(key: str | int) -> str:
    if not isinstance(key, str) or "\0" in key:
        raise ValueError("no text that a database holds")
    return key


def _number(key: str | int) -> int:
    if type(key) is not int:
        raise ValueError("no number")
    return key


def _day(key: str | int) -> date:
    return date.fromisoformat(_text(key))


def _moment(key: str | int) -> datetime:
    moment = datetime.fromisoformat(_text(key))
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone")
    return moment


READERS: Final[Mapping[type[Key], Callable[[str | int], Key]]] = {
    str: _text,
    int: _number,
    date: _day,
    datetime: _moment,
}
