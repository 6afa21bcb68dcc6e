"""Some courses of a shard as the arrays that the detector takes, each up to its own night."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diary.domain import packed
from diary.domain.relapse.baselines import Baselines, baselines_of
from diary.services.night_shard import NOTHING, ShardCourse, day_number


@dataclass(frozen=True, slots=True)
class Arrays:
    """n courses, and as many days as the longest of them has."""

    scores: NDArray[np.uint8]
    baselines: Baselines
    boosters: NDArray[np.bool_] | None
    """None where none was given."""
    expected: NDArray[np.bool_] | None
    """None where an answer was expected on every day."""

    def rows(self, chosen: NDArray[np.intp]) -> "Arrays":
        """Some of them."""
        return Arrays(
            self.scores[chosen],
            self.baselines.rows(chosen),
            None if self.boosters is None else self.boosters[chosen],
            None if self.expected is None else self.expected[chosen],
        )


def arrays_of(following: Sequence[ShardCourse]) -> Arrays:
    """Lay out courses that are past day 0."""
    nights = max(one.day_number for one in following)
    rows = b"".join([one.follow_up.ljust(nights, NOTHING) for one in following])
    before = b"".join([one.before for one in following])
    scores = np.frombuffer(rows, dtype=np.uint8).reshape(-1, nights)
    boosters = np.zeros(scores.shape, dtype=bool)
    expected = np.ones(scores.shape, dtype=bool)
    for row, one in enumerate(following):
        for day in one.boosters:
            number = day_number(one.course, day)
            if 1 <= number <= nights:
                boosters[row, number - 1] = True
        if one.unasked_days:
            expected[row, [day - 1 for day in one.unasked_days]] = False
    baselines = baselines_of(
        [one.baseline_kind for one in following],
        [one.baseline_nrs for one in following],
        np.frombuffer(before, dtype=np.uint8).reshape(-1, packed.DAYS_BEFORE),
    )
    return Arrays(
        scores, baselines, boosters if boosters.any() else None, None if expected.all() else expected
    )
