"""The plain rule: response, loss, step, review and silence of many courses, on every night at once.

A nurse can check each verdict by hand from one diary. Night d knows days 1 to d and nothing later.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from config.protocol import Protocol
from config.scales import NRS
from diary.domain.baseline import RELIEF_TOLERANCE
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.windows import (
    NIGHTS_MAX,
    Bools,
    Days,
    Diaries,
    Floats,
    answers_in,
    last_marked,
    mean_of,
    read_diaries,
    run_began,
    running_sum,
    window_before,
)

ANSWERED_DAYS: Final = 14

# Two means of at most 28 whole numbers are equal or 1e-3 apart; in single precision they err by 1e-6.
MEAN_TOLERANCE_NRS: Final = 1e-4


@dataclass(frozen=True, slots=True)
class RuleNights:
    """What the rule says of n courses on T nights. Arrays are (n, T), column d - 1 being night d.

    Relief is a share of the baseline, means are NRS points; NaN is unknown. Single precision errs by about
    1e-6, far less than two means of a few whole numbers can differ by, in half the memory.
    """

    answered_14d: NDArray[np.int8]
    """Answers on the last 14 days, or since day 1."""
    mean_7d: Floats
    """Mean of the last 7 days; NaN under 4 answers, or when they reach back to an infusion or booster."""
    relief_7d: Floats
    mean_14d: Floats
    """Mean of the last 14 days; NaN under 7 answers, or as above."""
    best_14d: Floats
    """The lowest 14-day mean so far in the course."""
    thin: Bools
    """Only 2-3 answers a week were asked for: windows of 14 days are judged in place of 7."""
    relief_window: Floats
    """Relief in the window that is judged on this night."""
    judged: Bools
    """This window and the one before it both hold enough answers, and there is a baseline."""
    response: NDArray[np.int8]
    """-1 no, 0 unknown (always before day 14), 1 yes."""
    one_window_below: Bools
    """Relief in the judged window is under the line."""
    below_since: Days
    """First night of the present unbroken run of nights with `one_window_below`; 0 outside one."""
    confirmed: Bools
    """A responder's two adjacent windows are both under the line on this night."""
    in_loss: Bools
    """A confirmed loss stands: no window was back at the line, and no booster given, since."""
    loss_day: Days
    """The night on which the standing loss was confirmed; 0 without one."""
    step: Bools
    review: Bools
    silent: Bools
    missed_answers: Days
    """Expected answers that did not come since the last answer."""
    days_since_answer: Days
    """Days since the last answer, or since the last infusion day."""
    early_relief: Floats
    """(n,) Mean relief of days 3-14; NaN when unknown or not yet reached."""


@dataclass(frozen=True, slots=True)
class LossNights:
    """What of the rule tells of a loss alone. Arrays are (T, n), row d - 1 being night d."""

    relief_7d: Floats
    relief_window: Floats
    judged: Bools
    response: NDArray[np.int8]
    below: Bools
    """Relief in the judged window is under the line."""
    confirmed: Bools
    thin: Bools
    early_relief: Floats
    """(n,)"""


def loss_nights(
    scores: NDArray[np.uint8],
    baseline_nrs: NDArray[np.float64],
    *,
    protocol: Protocol,
    expected: Bools | None = None,
) -> LossNights:
    """Response and loss of courses without a booster, a third of the work of `plain_rule`; see there."""
    _check(scores, baseline_nrs, None, expected)
    asked = None if expected is None else running_sum(expected.T)
    return _loss(read_diaries(scores, None), _divisor(baseline_nrs), asked, protocol)


def plain_rule(
    scores: NDArray[np.uint8],
    baseline_nrs: NDArray[np.float64],
    *,
    protocol: Protocol,
    boosters: Bools | None = None,
    expected: Bools | None = None,
) -> RuleNights:
    """Judge every course on every night.

    Args:
        scores: (n, T) NRS points 0-10, 255 for no answer; column d - 1 is day d after the last infusion day.
        baseline_nrs: (n,) NRS points; NaN without a baseline. A baseline of 0 has no relief to lose and is
            taken as none: no relief, response unknown.
        protocol: thresholds and windows.
        boosters: (n, T) days on which a booster was given. Windows lie wholly after the last one.
        expected: (n, T) days on which an answer was expected; all, when None.

    Raises:
        ValueError: shapes that do not fit, too many nights, or a byte that is no score.

    Source: loss as the published loss of therapeutic response (FREEDOM: under 30 % reduction from baseline
    on two consecutive assessments).

    >>> relieved_then_lost = np.array([[2] * 14 + [7] * 14], dtype=np.uint8)
    >>> nights = plain_rule(relieved_then_lost, np.array([8.0]), protocol=Protocol())
    >>> int(nights.response[0, 13]), int(nights.below_since[0, 27]), int(nights.loss_day[0, 27])
    (1, 20, 27)
    """
    _check(scores, baseline_nrs, boosters, expected)
    asked = None if expected is None else running_sum(expected.T)
    return _judge(read_diaries(scores, boosters), _divisor(baseline_nrs), asked, protocol)


def _divisor(baseline_nrs: NDArray[np.float64]) -> Floats:
    """Of no pain at all there is no relief."""
    return np.asarray(np.where(baseline_nrs > 0, baseline_nrs, np.nan).astype(np.float32))


def _loss(diaries: Diaries, baseline: Floats, asked: Days | None, protocol: Protocol) -> LossNights:
    nights, line = diaries.nights, protocol.relief_line - RELIEF_TOLERANCE
    relief_7d = 1 - mean_of(diaries, protocol.window_days, answers_min=protocol.window_answers_min) / baseline
    thin = _thin(diaries, asked, protocol)
    now, before = _judged_windows(diaries, relief_7d, thin, baseline, protocol)

    early_relief = _early_relief(diaries, baseline, protocol)
    window_days = np.where(thin, np.int16(protocol.thin_window_days), np.int16(protocol.window_days))
    both_late = nights - window_days > protocol.response_to_day
    response = _response(early_relief, (now >= line) & (before >= line) & both_late, line, protocol)
    below = now < line
    return LossNights(
        relief_7d=relief_7d,
        relief_window=now,
        judged=np.isfinite(now) & np.isfinite(before),
        response=response,
        below=below,
        confirmed=below & (before < line) & (response == 1),
        thin=thin,
        early_relief=early_relief,
    )


def _judge(diaries: Diaries, baseline: Floats, asked: Days | None, protocol: Protocol) -> RuleNights:
    nights, line = diaries.nights, protocol.relief_line - RELIEF_TOLERANCE
    loss = _loss(diaries, baseline, asked, protocol)
    now = loss.relief_window
    ended = now >= line if diaries.boosters is None else (now >= line) | diaries.boosters
    in_loss = last_marked(loss.confirmed, nights) > last_marked(ended, nights)
    mean_7d = mean_of(diaries, protocol.window_days, answers_min=protocol.window_answers_min)

    mean_14d = mean_of(diaries, protocol.review_window_days, answers_min=protocol.review_answers_min)
    best_14d = np.fmin.accumulate(mean_14d, axis=0)
    in_review = (nights >= protocol.review_from_day) & (nights <= protocol.review_to_day)
    risen = mean_14d - best_14d >= protocol.review_rise_nrs - MEAN_TOLERANCE_NRS

    last_answer = last_marked(diaries.scores != NO_ANSWER, nights)
    missed = _missed(asked, last_answer, nights)
    return RuleNights(
        answered_14d=answers_in(diaries, ANSWERED_DAYS).astype(np.int8).T,
        mean_7d=mean_7d.T,
        relief_7d=loss.relief_7d.T,
        mean_14d=mean_14d.T,
        best_14d=best_14d.T,
        thin=loss.thin.T,
        relief_window=now.T,
        judged=loss.judged.T,
        response=loss.response.T,
        one_window_below=loss.below.T,
        below_since=run_began(loss.below, nights).T,
        confirmed=loss.confirmed.T,
        in_loss=in_loss.T,
        loss_day=run_began(in_loss, nights).T,
        step=_steps(diaries, protocol).T,
        review=(risen & in_review & (loss.response == 1)).T,
        silent=(missed >= protocol.silence_item_answers).T,
        missed_answers=missed.T,
        days_since_answer=(nights - last_answer).T,
        early_relief=loss.early_relief,
    )


def _check(
    scores: NDArray[np.uint8],
    baseline_nrs: NDArray[np.float64],
    boosters: Bools | None,
    expected: Bools | None,
) -> None:
    if scores.ndim != 2 or scores.dtype != np.uint8:
        raise ValueError(f"scores are {scores.dtype} with {scores.ndim} axes; give uint8 by course and day")
    if scores.shape[1] > NIGHTS_MAX:
        raise ValueError(f"{scores.shape[1]} nights are more than {NIGHTS_MAX}; judge fewer at a time")
    if baseline_nrs.shape != scores.shape[:1]:
        raise ValueError(f"{len(scores)} courses have baselines of shape {baseline_nrs.shape}; give one each")
    for name, marks in (("boosters", boosters), ("expected", expected)):
        if marks is not None and (marks.shape != scores.shape or marks.dtype != np.bool_):
            raise ValueError(f"{name} must be true or false for every course and day, {scores.shape}")
    off_scale = np.argwhere((scores > NRS.high) & (scores != NO_ANSWER))
    if len(off_scale):
        course, day = off_scale[0]
        raise ValueError(
            f"course {course} has {scores[course, day]} on day {day + 1}, which is no pain score"
        )


def _thin(diaries: Diaries, asked: Days | None, protocol: Protocol) -> Bools:
    """Nights whose last week asked for so few answers that 7 days cannot hold enough."""
    thin = np.zeros(diaries.scores.shape, dtype=np.bool_)
    days = protocol.window_days
    if asked is not None and len(thin) >= days:
        thin[days - 1 :] = asked[days:] - asked[:-days] <= protocol.thin_answer_days_max
    return thin


def _judged_windows(
    diaries: Diaries, relief_7d: Floats, thin: Bools, baseline: Floats, protocol: Protocol
) -> tuple[Floats, Floats]:
    """Relief in the window that ends on each night, and in the one that ends where it begins."""
    now, before = relief_7d, window_before(relief_7d, protocol.window_days)
    if thin.any():
        days = protocol.thin_window_days
        relief = 1 - mean_of(diaries, days, answers_min=protocol.window_answers_min) / baseline
        now = np.where(thin, relief, now)
        before = np.where(thin, window_before(relief, days), before)
    return now, before


def _early_relief(diaries: Diaries, baseline: Floats, protocol: Protocol) -> Floats:
    """(n,) mean relief of the response window; NaN with too few answers or a booster within it."""
    first, last = protocol.response_from_day, protocol.response_to_day
    mean = np.full(baseline.shape, np.nan, dtype=np.float32)
    if len(diaries.scores) >= last:
        answers = diaries.answered[last] - diaries.answered[first - 1]
        total = diaries.total[last] - diaries.total[first - 1]
        enough = (answers >= protocol.response_answers_min) & (diaries.opens[last - 1] <= first)
        np.divide(total, answers, out=mean, where=enough)
    return 1 - mean / baseline


def _response(
    early_relief: Floats, late_response: Bools, line: float, protocol: Protocol
) -> NDArray[np.int8]:
    """Decided on day 14; a late response settles a missing and an unknown one from its night on."""
    response = np.zeros(late_response.shape, dtype=np.int8)
    from_decision = response[protocol.response_to_day - 1 :]
    from_decision[:] = np.select([early_relief >= line, early_relief < line], [1, -1], 0)
    response[np.logical_or.accumulate(late_response, axis=0)] = 1
    return response


def _missed(asked: Days | None, last_answer: Days, nights: Days) -> Days:
    if asked is None:
        return nights - last_answer
    return asked[1:] - np.take_along_axis(asked, last_answer.astype(np.intp), axis=0)


def _steps(diaries: Diaries, protocol: Protocol) -> Bools:
    """The last 3 answers, all within the last 5 days, each 3 points or more over the mean of the 7 before."""
    before, last = protocol.step_before_answers, protocol.step_days
    days, courses = diaries.scores.shape
    came = diaries.scores != NO_ANSWER
    so_far = diaries.answered[1:]
    answers = np.zeros((days, courses), dtype=np.int16)  # each course's, in their order, without the gaps
    answers[so_far[came] - 1, np.nonzero(came)[1]] = diaries.scores[came]

    risen = np.zeros((days + 1, courses), dtype=np.bool_)  # row k: by the first k answers
    if days >= before + last:
        total = running_sum(answers)
        level = (total[before:-last] - total[: -before - last]) / np.float32(before)
        lowest = sliding_window_view(answers[before:], last, axis=0).min(axis=-1)
        risen[before + last :] = lowest - level >= protocol.step_rise_nrs - MEAN_TOLERANCE_NRS
    step = np.take_along_axis(risen, so_far.astype(np.intp), axis=0)
    step &= answers_in(diaries, protocol.step_within_days) >= last
    if diaries.boosters is not None:
        earlier = np.take_along_axis(diaries.answered, diaries.opens.astype(np.intp) - 1, axis=0)
        step &= so_far - earlier >= before + last
    return step
