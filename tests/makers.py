"""Small builders for tests: a diary drawn as text, and what the nights say of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from config.priors import Prior
from config.protocol import DEFAULT, Protocol
from diary.domain import packed
from diary.domain.baseline import Baseline, own_baseline
from diary.domain.days import day_of_number
from diary.domain.relapse.assess import Assessed, assess
from diary.domain.relapse.baselines import Baselines, baselines_of
from diary.domain.relapse.states import STATES

# Five infusion days, Monday to Friday.
FIRST_INFUSION_DAY = date(2026, 8, 3)
LAST_INFUSION_DAY = date(2026, 8, 7)


def carried(nrs: Sequence[float]) -> Baselines:
    """Baselines that were measured before an earlier course; NaN for none."""
    before = np.full((len(nrs), packed.DAYS_BEFORE), packed.NO_ANSWER, dtype=np.uint8)
    return baselines_of(["carried"] * len(nrs), list(nrs), before)


@dataclass(frozen=True)
class DrawnDiary:
    """Scores before the infusion (the last is day -1) and after it (the first is day 1); None: no answer."""

    before: Sequence[int | None]
    after: Sequence[int | None]

    @property
    def scores(self) -> dict[date, int]:
        """The answers by calendar day, around five infusion days."""
        numbered = [*enumerate(self.before, start=-len(self.before)), *enumerate(self.after, start=1)]
        return {
            day_of_number(number, FIRST_INFUSION_DAY, LAST_INFUSION_DAY): nrs
            for number, nrs in numbered
            if nrs is not None
        }


def diary(text: str) -> DrawnDiary:
    """Read a drawn diary: a score a day, `.` for no answer, `2x14` for two weeks of 2, `|` for the infusion.

    >>> diary("8 . 8 | 2x3 .")
    DrawnDiary(before=[8, None, 8], after=[2, 2, 2, None])
    """
    before, _, after = text.partition("|")
    return DrawnDiary(_days(before), _days(after))


def _days(text: str) -> list[int | None]:
    days: list[int | None] = []
    for word in text.split():
        score, _, times = word.partition("x")
        days += [None if score == "." else int(score)] * int(times or 1)
    return days


@dataclass(frozen=True)
class FollowedCourse:
    """One course, judged on every night of its diary."""

    baseline: Baseline
    assessed: Assessed

    def state(self, night: int) -> str:
        """The state on a night."""
        return STATES[self.assessed.states[0, night - 1]]

    def states(self, first: int, last: int) -> set[str]:
        """The states from one night to another."""
        return {self.state(night) for night in range(first, last + 1)}

    def fact(self, name: str, night: int) -> Any:
        """One of the rule's findings on a night."""
        return getattr(self.assessed.nights, name)[0, night - 1].item()


def follow(
    drawn: DrawnDiary | str,
    *,
    baseline: Baseline | None = None,
    boosters: Collection[int] = (),
    not_expected: Collection[int] = (),
    protocol: Protocol = DEFAULT,
    prior: Prior | None = None,
) -> FollowedCourse:
    """Judge a diary the way the night does: from its packed days, with its own baseline or a given one."""
    drawn = diary(drawn) if isinstance(drawn, str) else drawn
    anchor = FIRST_INFUSION_DAY - timedelta(days=packed.DAYS_BEFORE)
    ends = LAST_INFUSION_DAY + timedelta(days=len(drawn.after))
    days = packed.pack(anchor, drawn.scores, until=ends)
    baseline = baseline or own_baseline(packed.before_days(days), protocol)
    series_days = (LAST_INFUSION_DAY - FIRST_INFUSION_DAY).days + 1
    scores = np.frombuffer(days[packed.DAYS_BEFORE + series_days :], dtype=np.uint8)[None]
    nights = range(1, len(drawn.after) + 1)
    before = np.frombuffer(days[: packed.DAYS_BEFORE], dtype=np.uint8)[None]
    assessed = assess(
        scores,
        baselines_of([baseline.kind], [baseline.nrs], before),
        protocol=protocol,
        prior=prior,
        boosters=np.array([[night in boosters for night in nights]]),
        expected=np.array([[night not in not_expected for night in nights]]),
    )
    return FollowedCourse(baseline, assessed)
