"""The plain rule as a person would work it out: one course, one night at a time, in exact fractions.

Slow on purpose, and written from the words of the definitions alone: the yardstick for the fast rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

LINE = Fraction(30, 100)


@dataclass(frozen=True)
class Diary:
    """What a patient answered after the last infusion day; `scores[0]` is day 1."""

    scores: Sequence[int | None]
    baseline: Fraction | None
    boosters: frozenset[int] = frozenset()
    not_expected: frozenset[int] = frozenset()

    def answers(self, first: int, last: int) -> list[int]:
        """The scores given on days `first` to `last`."""
        days = range(max(1, first), last + 1)
        return [score for day in days if (score := self.scores[day - 1]) is not None]

    def mean(self, first: int, last: int, *, answers_min: int, night: int) -> Fraction | None:
        """The mean of a window that lies wholly after day 0 and after every booster up to the night."""
        if first < 1 or any(first <= booster <= night for booster in self.boosters):
            return None
        answers = self.answers(first, last)
        return Fraction(sum(answers), len(answers)) if len(answers) >= answers_min else None

    def relief(self, mean: Fraction | None) -> Fraction | None:
        """Share of the baseline that is gone; a baseline of 0 gives none."""
        return None if mean is None or not self.baseline else 1 - mean / self.baseline


@dataclass
class Night:
    """What is to be said on one night."""

    answered_14d: int = 0
    mean_7d: Fraction | None = None
    relief_7d: Fraction | None = None
    mean_14d: Fraction | None = None
    best_14d: Fraction | None = None
    response: int = 0
    one_window_below: bool = False
    below_since: int = 0
    confirmed: bool = False
    in_loss: bool = False
    loss_day: int = 0
    step: bool = False
    review: bool = False
    silent: bool = False
    missed_answers: int = 0
    days_since_answer: int = 0
    judged: bool = False
    state: str = field(default="", compare=False)


def judge_by_hand(diary: Diary) -> list[Night]:
    """Every night of the diary, each from the days up to it."""
    nights: list[Night] = []
    for number in range(1, len(diary.scores) + 1):
        nights.append(judge_night(diary, number, nights))
    return nights


def judge_night(diary: Diary, night: int, earlier: Sequence[Night]) -> Night:
    today = Night()
    today.answered_14d = len(diary.answers(night - 13, night))
    today.mean_7d = diary.mean(night - 6, night, answers_min=4, night=night)
    today.relief_7d = diary.relief(today.mean_7d)

    days = 14 if is_thin(diary, night) else 7
    now = diary.relief(diary.mean(night - days + 1, night, answers_min=4, night=night))
    before = diary.relief(diary.mean(night - 2 * days + 1, night - days, answers_min=4, night=night))
    today.judged = now is not None and before is not None

    today.response = earlier[-1].response if earlier else 0
    if night == 14:
        today.response = early_response(diary)
    if night - days > 14 and now is not None and before is not None and min(now, before) >= LINE:
        today.response = 1

    today.one_window_below = now is not None and now < LINE
    if today.one_window_below:
        today.below_since = earlier[-1].below_since if earlier and earlier[-1].one_window_below else night

    today.confirmed = today.one_window_below and before is not None and before < LINE and today.response == 1
    stood = bool(earlier) and earlier[-1].in_loss
    back = now is not None and now >= LINE
    today.in_loss = today.confirmed or (stood and not back and night not in diary.boosters)
    if today.in_loss:
        today.loss_day = earlier[-1].loss_day if stood else night

    today.step = is_step(diary, night)
    review(diary, night, earlier, today)
    silence(diary, night, today)
    today.state = state(night, today)
    return today


def is_thin(diary: Diary, night: int) -> bool:
    if night < 7:
        return False
    return sum(day not in diary.not_expected for day in range(night - 6, night + 1)) <= 3


def early_response(diary: Diary) -> int:
    relief = diary.relief(diary.mean(3, 14, answers_min=4, night=14))
    if relief is None:
        return 0
    return 1 if relief >= LINE else -1


def is_step(diary: Diary, night: int) -> bool:
    after = max((booster for booster in diary.boosters if booster <= night), default=0)
    days = [day for day in range(after + 1, night + 1) if diary.scores[day - 1] is not None]
    if len(days) < 10 or days[-3] < night - 4:
        return False
    scores = [diary.answers(day, day)[0] for day in days]
    level = Fraction(sum(scores[-10:-3]), 7)
    return all(score >= level + 3 for score in scores[-3:])


def review(diary: Diary, night: int, earlier: Sequence[Night], today: Night) -> None:
    today.mean_14d = diary.mean(night - 13, night, answers_min=7, night=night)
    means = [one.mean_14d for one in (*earlier, today) if one.mean_14d is not None]
    today.best_14d = min(means, default=None)
    if today.mean_14d is not None and today.best_14d is not None:
        risen = today.mean_14d >= today.best_14d + 1
        today.review = risen and 64 <= night <= 98 and today.response == 1


def silence(diary: Diary, night: int, today: Night) -> None:
    answered = [day for day in range(1, night + 1) if diary.scores[day - 1] is not None]
    last = answered[-1] if answered else 0
    today.days_since_answer = night - last
    today.missed_answers = sum(day not in diary.not_expected for day in range(last + 1, night + 1))
    today.silent = today.missed_answers >= 7


def state(night: int, today: Night) -> str:
    if night < 14 and not today.step:
        return "learning"
    if today.silent:
        return "silent"
    if today.step:
        return "step"
    if today.response == -1:
        return "no_response"
    if today.in_loss:
        return "loss"
    if today.response == 0 or not today.judged:
        return "cannot_tell"
    return "holding"
