"""What became of the relief of many courses: response, when the plain rule found it lost, and what ended it.

A course counts from day 1 on for as long as the rule could see: who stops answering is censored on the last
night that the rule could judge, since after it a loss would have gone unseen. A booster ends it like that,
too. A later course ends it by an event of its own: treated again before a loss was found.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.protocol import Protocol
from diary.domain.baseline import RELIEF_TOLERANCE
from diary.domain.durability.survival import Lives
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.rule import loss_nights
from diary.domain.relapse.truth import until_booster

Bools = NDArray[np.bool_]
Days = NDArray[np.int_]

WEEK_DAYS: Final = 7
WEEKS: Final = 26
# Arrays of one block stay in the processor's cache.
BLOCK_COURSES: Final = 512
LOST, TREATED_AGAIN = 0, 1
SHARES: Final = (0.30, 0.50)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """n courses."""

    response: NDArray[np.int8]
    """-1 no, 0 unknown, 1 yes."""
    entered: Days
    """A responder is under watch from the day after: 0, or when a late response was seen."""
    judged_last: Days
    """The last night that the rule could judge; on it or before it the loss was found."""
    judged_before: Days
    """With a loss: the last night before that it could judge and found none."""
    lost: Bools
    treated_again_on: Days
    """The first infusion day of the next course, as a course day; 0 for none while it was followed."""
    weekly_relief: NDArray[np.float32]
    """(n, 26) relief in the weeks after the infusion; NaN where unknown."""

    @property
    def responders(self) -> Bools:
        """Those with relief to lose, and seen for at least a night."""
        return np.asarray((self.response == 1) & (self.judged_last > self.entered))

    def to_loss(self) -> Lives:
        """To the loss; being treated again censors."""
        return Lives(self.entered, self.judged_last, self.lost)

    def to_either(self) -> tuple[Lives, Days]:
        """To the loss or the next treatment, whichever came first, and which it was."""
        again = ~self.lost & (self.treated_again_on > self.entered)
        left = np.where(again, np.maximum(self.treated_again_on, self.judged_last), self.judged_last)
        return Lives(self.entered, left, self.lost | again), np.where(again, TREATED_AGAIN, LOST)

    def intervals(self) -> tuple[Days, Days]:
        """After and by which night each loss came; far away where none was found."""
        after = np.where(self.lost, self.judged_before, self.judged_last)
        return after, np.where(self.lost, self.judged_last, np.iinfo(np.int32).max)

    def rows(self, chosen: Bools | NDArray[np.intp]) -> "Outcomes":
        """Some of them."""
        return Outcomes(*(getattr(self, name)[chosen] for name in Outcomes.__slots__))


@dataclass(frozen=True, slots=True)
class Followed:
    """n courses as they were followed; T days at most."""

    scores: NDArray[np.uint8]
    """(n, T) from day 1 on; 255 for no answer."""
    baseline_nrs: NDArray[np.float64]
    """(n,) NaN for none."""
    ends: Days
    """(n,) the last day that is the course's own."""
    treated_again: Bools
    """(n,) the next course began on the day after it."""
    boosters: Bools | None
    """(n, T) days on which one was given; None where none was."""
    expected: Bools | None
    """(n, T) days on which an answer was expected; None: all."""

    def rows(self, chosen: slice) -> "Followed":
        """Some of them."""
        return Followed(
            self.scores[chosen],
            self.baseline_nrs[chosen],
            self.ends[chosen],
            self.treated_again[chosen],
            None if self.boosters is None else self.boosters[chosen],
            None if self.expected is None else self.expected[chosen],
        )


def outcomes_of(followed: Followed, *, protocol: Protocol) -> Outcomes:
    """What became of each course; boosters, next courses and silence as the module says."""
    starts = range(0, max(1, len(followed.scores)), BLOCK_COURSES)
    blocks = [_block(followed.rows(slice(first, first + BLOCK_COURSES)), protocol) for first in starts]
    return Outcomes(*(np.concatenate([getattr(one, name) for one in blocks]) for name in Outcomes.__slots__))


def _block(followed: Followed, protocol: Protocol) -> Outcomes:
    ends = until_booster(followed.ends, followed.boosters)
    days = followed.scores.shape[1]
    seen = np.where(np.arange(1, days + 1) <= ends[:, None], followed.scores, np.uint8(NO_ANSWER))
    found = loss_nights(seen, followed.baseline_nrs, protocol=protocol, expected=followed.expected)
    # By night, then course: rows of one night lie side by side.
    night = np.arange(1, days + 1, dtype=np.int16)[:, None]
    own = night <= ends
    judged, confirmed = found.judged & own, found.confirmed & own
    lost = np.asarray(confirmed.any(axis=0))
    loss_day = np.where(lost, confirmed.argmax(axis=0) + 1, 0)
    before = _last(judged & (night < loss_day), night)
    responding = (found.response == 1) & own
    responds = responding.any(axis=0)
    entered = np.where(responds, responding.argmax(axis=0) + 1, 0)
    refused = ((found.response == -1) & own).any(axis=0)
    again = followed.treated_again & (ends == followed.ends) & ~lost
    return Outcomes(
        response=np.select([responds, refused], [1, -1], 0).astype(np.int8),
        # Nothing can be found lost before the day on which the response is decided.
        entered=np.where(entered <= protocol.response_to_day, 0, entered),
        judged_last=np.where(lost, loss_day, _last(judged, night)),
        judged_before=before,
        lost=lost,
        treated_again_on=np.where(again, followed.ends + 1, 0),
        weekly_relief=_weekly(found.relief_7d, own),
    )


def _last(marked: Bools, night: NDArray[np.int16]) -> Days:
    """(n,) the last marked night; 0 for none."""
    return np.asarray(np.where(marked, night, 0).max(axis=0, initial=0).astype(np.int64))


def _weekly(relief_7d: NDArray[np.float32], own: Bools) -> NDArray[np.float32]:
    """(n, 26) relief in the 7 days that end on days 7, 14 ..., from arrays by night, then course."""
    weeks = np.full((relief_7d.shape[1], WEEKS), np.nan, dtype=np.float32)
    ends = np.arange(WEEK_DAYS, min(len(relief_7d), WEEK_DAYS * WEEKS) + 1, WEEK_DAYS) - 1
    weeks[:, : len(ends)] = np.where(own[ends], relief_7d[ends], np.nan).T
    return weeks


def shares_by_week(weekly_relief: NDArray[np.float32]) -> list[tuple[int, float, float]]:
    """By week: how many courses are known, and the shares of them with relief of at least 30 and 50 %.

    >>> shares_by_week(np.array([[0.2], [0.4], [0.6], [np.nan]], dtype=np.float32))
    [(3, 0.667, 0.333)]
    """
    found = []
    for week in weekly_relief.T:
        known = week[np.isfinite(week)]
        shares = [float((known >= line - RELIEF_TOLERANCE).mean()) if len(known) else 0.0 for line in SHARES]
        found.append((len(known), round(shares[0], 3), round(shares[1], 3)))
    return found
