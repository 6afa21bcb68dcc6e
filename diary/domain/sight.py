"""What else a night sees of a course, kept beside its chances: bytes, since pages load no numpy."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from diary.domain.outlook import FAMILIES, SHARE_STEPS

VERSION: Final = 1
_KEPT: Final = struct.Struct(f"<BBB{len(FAMILIES)}B")


@dataclass(frozen=True, slots=True)
class Sight:
    """Of one course on one night."""

    relief: float
    """Expected on that night, a share of the baseline."""
    narrowed: float
    """How much it can see: the share of the loss days thought possible before, that answers took away."""
    families: Mapping[str, float]
    """The weight of each way that relief may go; they add up to 1."""


def pack(relief: float, narrowed: float, families: Sequence[float]) -> bytes:
    """Ten bytes, in half percents; families in the order of FAMILIES.

    >>> unpack(pack(0.62, 0.4, [0.7, 0.1, 0.2, 0, 0, 0, 0])).families["durable"]
    0.2
    """
    return _KEPT.pack(VERSION, *(round(SHARE_STEPS * share) for share in (relief, narrowed, *families)))


def unpack(kept: bytes) -> Sight:
    """Read what `pack` wrote.

    Raises:
        ValueError: nothing that this release knows.
    """
    if kept[:1] != bytes([VERSION]) or len(kept) != _KEPT.size:
        raise ValueError("no sight that this release knows")
    relief, narrowed, *families = (share / SHARE_STEPS for share in kept[1:])
    return Sight(relief, narrowed, dict(zip(FAMILIES, families, strict=True)))
