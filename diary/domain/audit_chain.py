"""The chain of a clinic's audit rows: each row's digest covers the one before it, so that no change hides.

SHA-256 over the row as canonical JSON. It needs no secret: whoever keeps an anchor (a place in the chain and
its digest, written down elsewhere) can check that nothing up to there was changed, taken out or put in.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

# What the first row's digest covers instead of a row before it.
START: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place in a clinic's chain and the digest there; position 0 is the empty chain."""

    position: int
    digest: str


@dataclass(frozen=True, slots=True)
class Link:
    """A sealed row: what it says, its place, and the digest that was written on it."""

    position: int
    digest: str
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain is not what was sealed, and how."""

    position: int
    what: str


EMPTY: Final = Anchor(0, START)


def digest_of(before: str, position: int, said: Mapping[str, Any]) -> str:
    """The digest of a row at its place, after the row before it."""
    return hashlib.sha256(canonical(before, position, said)).hexdigest()


def canonical(before: str, position: int, said: Mapping[str, Any]) -> bytes:
    """The same bytes for the same row, whichever database it was read from.

    >>> canonical("00", 1, {"b": None, "a": datetime(2026, 1, 5, 8, tzinfo=UTC)})
    b'["00",1,{"a":"2026-01-05T08:00:00.000000Z","b":null}]'
    """
    row = [before, position, said]
    return json.dumps(row, default=_plain, sort_keys=True, separators=(",", ":")).encode()


def breaks(links: Iterable[Link], *, head: Anchor, anchors: Iterable[Anchor] = ()) -> Iterator[Break]:
    """Every place where the chain is broken; none when each row stands as it was sealed.

    Args:
        links: the sealed rows by position.
        head: where the sealer says that the chain ends.
        anchors: places that were written down elsewhere.
    """
    known = {anchor.position: anchor.digest for anchor in anchors if anchor.position}
    last = EMPTY
    for link in links:
        if link.position != last.position + 1:
            yield Break(last.position + 1, _gap(last.position, link.position))
        elif digest_of(last.digest, link.position, link.said) != link.digest:
            yield Break(link.position, "this row, or its place, is not as it was sealed")
        if known.pop(link.position, link.digest) != link.digest:
            yield Break(link.position, "the row is not the one that was anchored")
        last = Anchor(link.position, link.digest)
    if last != head:
        yield Break(head.position, f"the chain was sealed up to here; it ends at {last.position}")
    for position in sorted(known):
        yield Break(position, "the row that was anchored is not there")


def _gap(last: int, found: int) -> str:
    if found <= last:
        return "two rows stand in one place"
    missing = found - last - 1
    return "a row is missing" if missing == 1 else f"{missing} rows are missing"


def _plain(value: object) -> str:
    assert isinstance(value, datetime), value
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
