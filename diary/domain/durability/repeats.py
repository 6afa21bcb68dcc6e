"""Second and later courses: did relief last shorter than after the course before, in the same patient?"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import comb


@dataclass(frozen=True, slots=True)
class Lasted:
    """How long the relief of one course lasted: to its loss, or at least so long."""

    number: int
    days: int
    lost: bool
    carried: bool
    """Judged against a baseline that was carried over."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One patient's course and the next one."""

    patient: str
    before: Lasted
    after: Lasted

    @property
    def shorter(self) -> bool | None:
        """Whether the later one lasted shorter; None where neither can be said, or they lasted alike.

        >>> one, other = Lasted(1, 80, True, False), Lasted(2, 60, False, False)
        >>> Pair("P-1", one, other).shorter is None, Pair("P-1", other, one).shorter
        (True, None)
        """
        before, after = self.before, self.after
        if after.lost and after.days < before.days:
            return True
        if before.lost and before.days < after.days:
            return False
        return None


@dataclass(frozen=True, slots=True)
class Repeats:
    """All pairs of a clinic."""

    pairs: tuple[Pair, ...]
    shorter: int
    longer: int
    undecided: int
    p: float | None
    """Two-sided sign test over the decided ones; None where there are none."""


def repeats_of(by_patient: Sequence[tuple[str, Sequence[Lasted]]]) -> Repeats:
    """Neighbouring courses of each patient, by pseudonym; only courses that had relief to lose.

    A patient with three courses brings two pairs, which are not quite independent.
    """
    pairs = tuple(
        Pair(patient, before, after)
        for patient, courses in by_patient
        for before, after in pairwise(courses)
        if after.number == before.number + 1
    )
    shorter = sum(pair.shorter is True for pair in pairs)
    longer = sum(pair.shorter is False for pair in pairs)
    return Repeats(pairs, shorter, longer, len(pairs) - shorter - longer, sign_test(shorter, longer))


def sign_test(some: int, others: int) -> float | None:
    """The chance of a split at least as uneven, if either were as likely.

    >>> sign_test(9, 1)
    0.021484375
    """
    of = some + others
    if not of:
        return None
    tail = sum(comb(of, count) for count in range(min(some, others) + 1))
    return min(1.0, tail / float(2 ** (of - 1)))
