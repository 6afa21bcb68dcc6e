"""For how many weeks of a course relief was there: counted as a payer counts it, week by week."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.protocol import Protocol
from diary.domain.baseline import RELIEF_TOLERANCE

WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class WeeksOfRelief:
    """Whole weeks since the infusion, days 1 to 7 being the first."""

    with_relief: int
    told: int
    """With answers enough to tell."""
    passed: int


def weeks_of_relief(
    scores: Sequence[int | None], baseline_nrs: float | None, *, protocol: Protocol
) -> WeeksOfRelief:
    """Count the weeks whose mean lies under the relief line; a week with too few answers tells nothing.

    Args:
        scores: NRS points from course day 1 on; None where no answer stands.
        baseline_nrs: NRS points; without one no week can be told.
        protocol: the line, and how many answers a week needs.

    >>> weeks_of_relief([2] * 7 + [None] * 7 + [7] * 7 + [2] * 3, 8.0, protocol=Protocol())
    WeeksOfRelief(with_relief=1, told=2, passed=3)
    """
    passed = len(scores) // WEEK_DAYS
    told = with_relief = 0
    for week in range(passed):
        answers = [nrs for nrs in scores[week * WEEK_DAYS : (week + 1) * WEEK_DAYS] if nrs is not None]
        if baseline_nrs is None or len(answers) < protocol.window_answers_min:
            continue
        told += 1
        relief = 1 - sum(answers) / len(answers) / baseline_nrs
        with_relief += relief >= protocol.relief_line - RELIEF_TOLERANCE
    return WeeksOfRelief(with_relief, told, passed)
