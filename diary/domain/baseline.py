"""The level of pain that a course's relief is measured against."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from config.protocol import DEFAULT, Protocol

# Relief is a quotient of two means of whole numbers: of 7 and at most 14 answers it is exactly on a line
# of 30 %, or at least 1e-4 off. Floating point errs by less than 1e-7, so closer than this is on the line.
RELIEF_TOLERANCE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Baseline:
    """A baseline with what is known of it.

    `kind`: own (the course's days before its infusion), carried (the last untreated one), stated (from the
    notes), none.
    """

    kind: str
    nrs: float | None
    answers: int
    sd: float | None
    weak_under_answers: int = DEFAULT.baseline_weak_under_answers

    @property
    def weak(self) -> bool:
        """Too few answers stand behind it; a stated one has none of ours behind it.

        >>> Baseline("own", 7.0, 3, 1.0).weak, Baseline("own", 7.0, 7, 1.0).weak
        (True, False)
        """
        return self.kind == "stated" or (self.kind != "none" and self.answers < self.weak_under_answers)

    @property
    def relief_nrs(self) -> float | None:
        """What to divide by for relief: None without a baseline, and for a baseline of no pain at all.

        A patient without pain before the infusion has no relief to lose: such a course is judged like one
        without a baseline, by level and change from best only.

        >>> Baseline("own", 0.0, 7, 0.0).relief_nrs is None
        True
        """
        return self.nrs or None


NO_BASELINE: Final = Baseline("none", None, 0, None)


def own_baseline(before: Sequence[int | None], protocol: Protocol) -> Baseline:
    """The mean of the last answered days before the first infusion day (7 of the last 14 by default).

    Args:
        before: daily scores, NRS points, oldest first, the last one being day -1; None where none came.
        protocol: the window and how many answers count.

    Returns:
        Kind own, with the sample standard deviation from two answers on; kind none without an answer.

    Source: Farrar 2014 (ACTTION, PMID 24831421), mean of the 7 daily scores before treatment.

    >>> own_baseline([9, 9, None, 7, 7, 8, None, 8, 7, 6, 6], DEFAULT).nrs
    7.0
    """
    window = before[-protocol.baseline_window_days :]
    answers = [nrs for nrs in window if nrs is not None][-protocol.baseline_answers_max :]
    if not answers:
        return NO_BASELINE
    count, total = len(answers), sum(answers)
    return Baseline(
        "own",
        total / count,
        count,
        # Of whole numbers this is exact up to the root: the statistics module takes 15 times as long.
        sqrt((count * sum(nrs * nrs for nrs in answers) - total * total) / (count * (count - 1)))
        if count > 1
        else None,
        protocol.baseline_weak_under_answers,
    )


def baseline_for_next(own: Baseline, last_untreated: Baseline | None, protocol: Protocol) -> Baseline:
    """The baseline of a course that follows another: its own, or the last untreated one carried over.

    Carried when the earlier course still gave relief in the days before this infusion; measured from its own,
    treated days, a course re-treated early would be judged against the relief it was meant to keep, and every
    next course would alarm sooner. Without own answers nothing says that relief was still there: not carried.

    Args:
        own: from the 14 days before this course's first infusion day.
        last_untreated: the baseline in force for the course before; carried, stated or own.
        protocol: the relief line.

    >>> before = Baseline("own", 8.0, 7, 0.5)
    >>> baseline_for_next(Baseline("own", 3.0, 7, 0.5), before, DEFAULT).kind
    'carried'
    >>> baseline_for_next(Baseline("own", 7.0, 7, 0.5), before, DEFAULT).kind
    'own'
    """
    if last_untreated is None or last_untreated.relief_nrs is None or own.nrs is None:
        return own
    relief = 1 - own.nrs / last_untreated.relief_nrs
    if relief < protocol.relief_line - RELIEF_TOLERANCE:
        return own
    return Baseline(
        "carried",
        last_untreated.nrs,
        last_untreated.answers,
        last_untreated.sd,
        last_untreated.weak_under_answers,
    )
