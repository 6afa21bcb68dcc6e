"""The rules that open services for other illnesses ship, carried over to pain scores.

ENGAGE-HF rings when today's weight is 3 or more over the median of 7 days, and when a weekly questionnaire is
worse by a tenth of its scale. PRO-TECT rings when a weekly score is severe, or worse by 2. What the published
rule compares with its limit is the risk here, and the limit is chosen as all thresholds are.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from bench.detector.rivals.diary import Diary, Floats, held, mean_of_days

WEEK: int = 7
WORSE_POINTS: float = 2.0


def over_the_median(diary: Diary, *, days: int, points: bool) -> Floats:
    """ENGAGE-HF's weight rule: the newest answer less the median of the days before it."""
    values = diary.nrs if points else diary.ratio
    n = len(values)
    before = np.hstack([np.full((n, days), np.nan), values[:, :-1]])
    ordered = np.sort(sliding_window_view(before, days, axis=1), axis=2)  # NaN last
    count = np.isfinite(ordered).sum(axis=2)
    low = np.take_along_axis(ordered, np.maximum(count - 1, 0)[:, :, None] // 2, axis=2)
    high = np.take_along_axis(ordered, np.minimum(count, days - 1)[:, :, None] // 2, axis=2)
    median = (low + high)[:, :, 0] / 2
    return held(np.where(count > 0, values - median, np.nan))


def over_the_week_before(diary: Diary, *, days: int, apart: int) -> Floats:
    """ENGAGE-HF's questionnaire: a mean of some days less the one so many days earlier."""
    mean = mean_of_days(diary.nrs, days)
    earlier = np.full_like(mean, np.nan)
    earlier[:, apart:] = mean[:, :-apart]
    return mean - earlier


def severe_or_worse(diary: Diary, *, weekly: str, severe_nrs: int) -> Floats:
    """PRO-TECT: once a week, how far its score is over severe, or how far it rose since last week over 2.

    Args:
        diary: the answers.
        weekly: which of the week's answers is its score: their mean, the worst, or the last.
        severe_nrs: points.
    """
    found = np.full(diary.nrs.shape, np.nan)
    last_week = np.full(len(diary.nrs), np.nan)
    for end in range(WEEK, diary.nrs.shape[1] + 1, WEEK):
        week = diary.nrs[:, end - WEEK : end]
        came = np.isfinite(week)
        score = {
            "mean": np.nansum(week, axis=1) / np.maximum(came.sum(axis=1), 1),
            "worst": np.nan_to_num(week, nan=-1).max(axis=1),
            "last": held(week)[:, -1],
        }[weekly]
        score = np.where(came.any(axis=1), score, np.nan)
        found[:, end - 1] = np.fmax(score - severe_nrs, score - last_week - WORSE_POINTS)
        last_week = score
    return held(found)
