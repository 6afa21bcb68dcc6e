"""The truth that a forecast is held against in service: when the plain rule found a loss, and until when
none.

In service nobody knows the true loss. The rule confirms one a median of 11 days after it came: two windows,
and a few answers missing. So a loss that it confirms tonight came 11 days ago, and where it judges tonight
and confirms none, none had come 11 days ago. Where it cannot judge, nothing is known. A course that is
treated again, or given a booster, is known up to that day and no further: what would have come is nobody's
knowledge.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.protocol import Protocol
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.baselines import Baselines
from diary.domain.relapse.rule import plain_rule

CONFIRMED_AFTER_DAYS: Final = 11

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Truth:
    """What the rule knows of n courses; days are course days."""

    confirmed_on: Floats
    """(n,) the first night on which it confirmed a loss; infinite for none."""
    known_until: Floats
    """(n,) the last day by which it would have found a loss; 0 where it could never judge."""
    responds: Bools
    """(n,) by the last night that was looked at."""

    @property
    def loss_day(self) -> Floats:
        """(n,) infinite for none that is known."""
        return np.maximum(self.confirmed_on - CONFIRMED_AFTER_DAYS, 1)

    def rows(self, chosen: NDArray[np.intp]) -> "Truth":
        """Some of them, each as often as it is named."""
        return Truth(self.confirmed_on[chosen], self.known_until[chosen], self.responds[chosen])

    def lost_by(self, days: Floats) -> Bools:
        """(n,) relief was lost by each course's day."""
        return self.loss_day <= days

    def known_by(self, days: Floats) -> Bools:
        """(n,) it is known whether it was."""
        return self.lost_by(days) | (self.known_until >= days)


def rule_truth(
    scores: NDArray[np.uint8],
    nights: NDArray[np.int_],
    baselines: Baselines,
    *,
    protocol: Protocol,
    boosters: Bools | None = None,
    expected: Bools | None = None,
) -> Truth:
    """What the rule knows of n courses, each up to a night of its own.

    Args:
        scores: (n, T) NRS points from day 1 on; 255 for no answer.
        nights: (n,) the last day that counts, 0 to T.
        baselines: of the same courses.
        protocol: thresholds and windows.
        boosters: (n, T) days on which a booster was given.
        expected: (n, T) days on which an answer was expected; all, when None.
    """
    day = np.arange(1, scores.shape[1] + 1)
    counts = day <= until_booster(nights, boosters)[:, None]
    seen = np.where(counts, scores, np.uint8(NO_ANSWER))
    found = plain_rule(seen, baselines.nrs, protocol=protocol, expected=expected)
    confirmed = found.confirmed & counts
    judged = found.judged & (found.response != 0) & counts
    known = np.where(judged, day - CONFIRMED_AFTER_DAYS, 0).max(axis=1, initial=0)
    first = np.where(confirmed, day, np.inf).min(axis=1, initial=np.inf)
    return Truth(
        confirmed_on=first,
        known_until=np.maximum(known, 0).astype(np.float64),
        responds=(found.response == 1).any(axis=1),
    )


def until_booster(nights: NDArray[np.int_], boosters: Bools | None) -> NDArray[np.int_]:
    """(n,) each course's last day before its first booster, and not after its night."""
    if boosters is None or not boosters.size:
        return nights
    before = np.where(boosters.any(axis=1), boosters.argmax(axis=1), nights)
    return np.asarray(np.minimum(nights, before))
