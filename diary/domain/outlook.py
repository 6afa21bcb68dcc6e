"""What lies ahead of a course, as it is kept beside its finding: bytes, since pages load no numpy."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FAMILIES: Final = ("gradual", "step", "durable", "part_way", "no_plateau", "late", "no_response")
"""How relief may go, as the bank of curves has it."""
DOTS: Final = 20
"""Of so many courses like one the days are kept on which they lose relief."""

# The bytes: head, then a level each. Shares are kept in half percents, scores in twentieths of a point.
VERSION: Final = 1
NEVER: Final = 0
SHARE_STEPS: Final = 200
NRS_STEPS: Final = 20
HEAD: Final = struct.Struct(f"<BBBB{len(FAMILIES)}B{DOTS}H")
LEVEL: Final = struct.Struct("<HBBB")


@dataclass(frozen=True, slots=True)
class Level:
    """The 7-day mean of scores that is foreseen for a course day: 10, 50 and 90 % points, NRS points."""

    day: int
    p10_nrs: float
    p50_nrs: float
    p90_nrs: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """What lies ahead of a course, seen from one night."""

    relief: float
    """Expected on that night, a share of the baseline."""
    narrowed: float
    """How much it can see: the share of the loss days thought possible before, that answers took away."""
    families: Mapping[str, float]
    """The weight of each; they add up to 1."""
    loss_days: tuple[int | None, ...]
    """Of 20 courses like this one, the course days on which they lose relief; None later, or never."""
    levels: tuple[Level, ...]
    """From the last answer on, ascending."""


def unpack(kept: bytes) -> Outlook:
    """Read what `relapse.outlook.outlooks` wrote, about a hundred bytes.

    Raises:
        ValueError: no outlook that this release knows.

    >>> head = HEAD.pack(VERSION, 124, 80, 1, 160, 0, 40, 0, 0, 0, 0, *range(30, 48), NEVER, NEVER)
    >>> one = unpack(head + LEVEL.pack(28, 30, 40, 70))
    >>> one.relief, one.families["durable"], one.loss_days[-3:], one.levels[0].p90_nrs
    (0.62, 0.2, (47, None, None), 3.5)
    """
    if kept[:1] != bytes([VERSION]) or len(kept) < HEAD.size:
        raise ValueError("no outlook that this release knows")
    _, relief, narrowed, levels, *rest = HEAD.unpack_from(kept)
    shares, days = rest[: len(FAMILIES)], rest[len(FAMILIES) :]
    if len(kept) != HEAD.size + levels * LEVEL.size:
        raise ValueError("no whole outlook")
    return Outlook(
        relief / SHARE_STEPS,
        narrowed / SHARE_STEPS,
        {name: share / SHARE_STEPS for name, share in zip(FAMILIES, shares, strict=True)},
        tuple(None if day == NEVER else day for day in days),
        tuple(
            Level(day, *(nrs / NRS_STEPS for nrs in points))
            for day, *points in LEVEL.iter_unpack(kept[HEAD.size :])
        ),
    )
