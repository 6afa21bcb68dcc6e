"""What a page says of one course today: plain Python, by the same definitions as `relapse.rule`.

The web process loads no numpy, so a page counts these few numbers itself; a test holds both equal.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from config.protocol import Protocol
from diary.domain.baseline import RELIEF_TOLERANCE

ANSWERED_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Figures:
    """One course on one night. Means are NRS points, relief is a share of the baseline; None is unknown."""

    night: int
    """Course day that these are as of; 0 before the first day of follow-up."""
    answered_14d: int
    """Answers on the last 14 days, or since day 1."""
    days_since_answer: int
    """Days since the last answer, or since the last infusion day."""
    mean_7d: float | None
    """Mean of the last 7 days, with 4 answers or more, wholly after the last booster."""
    relief_7d: float | None
    mean_14d: float | None
    best_14d: float | None
    """The lowest 14-day mean so far in the course."""
    below_since: int | None
    """First night of the present unbroken run of nights whose judged window is under the relief line."""


def figures(
    scores: Sequence[int | None],
    baseline_nrs: float | None,
    *,
    protocol: Protocol,
    boosters: Collection[int] = (),
    expected: Sequence[bool] | None = None,
) -> Figures:
    """The figures of the last day given.

    Args:
        scores: NRS points from course day 1 to the day in question; None where no answer stands.
        baseline_nrs: NRS points; None, or 0, gives no relief.
        protocol: windows and the relief line.
        boosters: course days on which a booster was given; windows lie wholly after the last one.
        expected: for each day, whether an answer was asked for; all, when None. A week that asked for 3 or
            fewer is judged in windows of 14 days.

    >>> relieved_then_lost = [2] * 14 + [7] * 14
    >>> now = figures(relieved_then_lost, 8.0, protocol=Protocol())
    >>> now.mean_7d, now.best_14d, now.below_since
    (7.0, 2.0, 20)
    """
    diary = _Diary(scores, boosters)
    night = len(scores)
    last_answer = next((day for day in range(night, 0, -1) if scores[day - 1] is not None), 0)
    mean_7d = diary.mean(night, protocol.window_days, protocol.window_answers_min)
    return Figures(
        night=night,
        answered_14d=diary.answers(night, min(night, ANSWERED_DAYS)),
        days_since_answer=night - last_answer,
        mean_7d=mean_7d,
        relief_7d=_relief(mean_7d, baseline_nrs),
        mean_14d=diary.mean(night, protocol.review_window_days, protocol.review_answers_min),
        best_14d=diary.lowest_mean(protocol.review_window_days, protocol.review_answers_min),
        below_since=_below_since(diary, baseline_nrs, expected, protocol),
    )


class _Diary:
    """Running sums over the days: entry d of each counts days 1 to d."""

    def __init__(self, scores: Sequence[int | None], boosters: Collection[int]) -> None:
        self.answered = list(accumulate([nrs is not None for nrs in scores], initial=0))
        self.total = list(accumulate([nrs or 0 for nrs in scores], initial=0))
        self.boosters = sorted(boosters)

    def answers(self, night: int, days: int) -> int:
        """Answers in the window of `days` that ends on `night`."""
        return self.answered[night] - self.answered[night - days]

    def mean(self, night: int, days: int, answers_min: int) -> float | None:
        """The window's mean; None with too few answers, or while it reaches back to a booster or day 0."""
        last_booster = max([day for day in self.boosters if day <= night], default=0) if self.boosters else 0
        if night - days < last_booster:
            return None
        answers = self.answers(night, days)
        return (self.total[night] - self.total[night - days]) / answers if answers >= answers_min else None

    def lowest_mean(self, days: int, answers_min: int) -> float | None:
        """The least that `mean` gives on any night, in one pass: a year has many nights to ask one by one."""
        answered, total = self.answered, self.total
        nights = range(len(answered))
        means = [
            (total[night] - total[night - days]) / (answered[night] - answered[night - days])
            for start, end in pairwise([0, *self.boosters, len(answered)])
            for night in nights[start + days : end]
            if answered[night] - answered[night - days] >= answers_min
        ]
        return min(means, default=None)


def _below_since(
    diary: _Diary, baseline_nrs: float | None, expected: Sequence[bool] | None, protocol: Protocol
) -> int | None:
    """Walk back from the last night for as long as each night's judged window is under the line."""
    asked = None if expected is None else list(accumulate(expected, initial=0))
    first = None
    for night in range(len(diary.answered) - 1, 0, -1):
        days = _judged_days(night, asked, protocol)
        relief = _relief(diary.mean(night, days, protocol.window_answers_min), baseline_nrs)
        if relief is None or relief >= protocol.relief_line - RELIEF_TOLERANCE:
            break
        first = night
    return first


def _judged_days(night: int, asked: Sequence[int] | None, protocol: Protocol) -> int:
    """The length of the window that is judged: 7 days, or 14 where a week asked for few answers."""
    days = protocol.window_days
    if asked is None or night < days or asked[night] - asked[night - days] > protocol.thin_answer_days_max:
        return days
    return protocol.thin_window_days


def _relief(mean_nrs: float | None, baseline_nrs: float | None) -> float | None:
    return None if mean_nrs is None or not baseline_nrs else 1 - mean_nrs / baseline_nrs
