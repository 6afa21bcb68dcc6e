"""Random allocation to arms: permuted blocks within strata, the same for ever from one seed.

Blocks keep the arms level at any moment; their sizes vary at random, so that the last of a block cannot be
guessed (ICH E9, 2.3.2). The list is made before the first patient comes and read from the top, each stratum
by itself.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

ARMS_MAX: Final = 6
LIST_MAX: Final = 10_000
STRATA_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """How a list is made. `ratio`: so many of each arm in the smallest block, such as {"a": 1, "b": 1}."""

    ratio: Mapping[str, int]
    block_sizes: tuple[int, ...]
    """Multiples of the ratio's sum."""
    strata: tuple[str, ...]
    """One list each; ("",) for one list in all."""
    seed: int

    def faults(self) -> list[str]:
        """What cannot be, in words; empty for a plan that can.

        >>> Plan({"a": 1, "b": 1}, (4, 3), ("",), 1).faults()
        ['a block of 3 cannot hold 1 a and 1 b equally often']
        """
        found = []
        if not 2 <= len(self.ratio) <= ARMS_MAX:
            found.append(f"a study has 2 to {ARMS_MAX} arms")
        if any(not 1 <= share <= 10 for share in self.ratio.values()):
            found.append("each arm gets 1 to 10 of the smallest block")
        if not self.block_sizes:
            found.append("name at least one block size")
        if not 1 <= len(set(self.strata)) <= STRATA_MAX or len(set(self.strata)) != len(self.strata):
            found.append(f"a study has 1 to {STRATA_MAX} strata, each named once")
        if found:
            return found
        told = " and ".join(f"{share} {arm}" for arm, share in self.ratio.items())
        return [
            f"a block of {size} cannot hold {told} equally often"
            for size in self.block_sizes
            if size < 1 or size % sum(self.ratio.values())
        ]


def allocation(plan: Plan, stratum: str, count: int) -> list[str]:
    """The first arms of a stratum's list.

    Raises:
        ValueError: a plan that cannot be, a stratum that is not in it, or a longer list than anybody needs.

    >>> plan = Plan({"a": 1, "b": 1}, (4,), ("left", "right"), seed=7)
    >>> sorted(allocation(plan, "left", 4))
    ['a', 'a', 'b', 'b']
    """
    faults = plan.faults()
    if faults:
        raise ValueError("; ".join(faults))
    if stratum not in plan.strata or not 0 <= count <= LIST_MAX:
        raise ValueError(f"no list of {count} for {stratum!r}; strata: {', '.join(plan.strata)}")
    found: list[str] = []
    for block in _blocks(plan, stratum):
        if len(found) >= count:
            break
        found += block
    return found[:count]


def _blocks(plan: Plan, stratum: str) -> Iterator[Sequence[str]]:
    """One block after another; each stratum draws from a generator of its own."""
    smallest = sum(plan.ratio.values())
    # A text seeds the generator by its SHA-512, the same on every machine and version (random, version 2).
    drawn = random.Random(f"{plan.seed}/{stratum}")
    while True:
        size = drawn.choice(plan.block_sizes)
        block = [arm for arm, share in plan.ratio.items() for _ in range(share * size // smallest)]
        drawn.shuffle(block)
        yield block
