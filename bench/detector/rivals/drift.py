"""Drift detectors of data streams, one answer after the other: Page-Hinkley and ADWIN."""

import numpy as np
from river.drift import ADWIN

from bench.detector.rivals.diary import Diary, Floats, held


def page_hinkley(diary: Diary, *, delta: float, memory: float) -> Floats:
    """How far the sum of rises over the mean so far stands above its lowest: what river compares and hides.

    `memory` is river's alpha: the share of the sum that each next answer leaves.
    """
    count, mean, total = (np.zeros(len(diary.ratio)) for _ in range(3))
    least = np.full(len(diary.ratio), np.inf)
    found = np.full(diary.ratio.shape, np.nan)
    for night in range(diary.ratio.shape[1]):
        came = diary.answered[:, night]
        answer = diary.ratio[came, night]
        count[came] += 1
        mean[came] += (answer - mean[came]) / count[came]
        total[came] = memory * total[came] + answer - mean[came] - delta
        least[came] = np.minimum(least[came], total[came])
        found[came, night] = total[came] - least[came]
    return held(found)


def adwin(diary: Diary, *, delta: float, shortest: int, risen: bool) -> Floats:
    """The mean of the window that ADWIN (river) keeps; with `risen` only while its last cut was a rise."""
    found = np.full(diary.ratio.shape, np.nan)
    for told, ratio in zip(found, diary.ratio, strict=True):
        window = ADWIN(delta=delta, clock=1, min_window_length=shortest, grace_period=2 * shortest)
        speaks = not risen
        for night in np.flatnonzero(np.isfinite(ratio)):
            before = window.estimation
            window.update(ratio[night])
            if risen and window.drift_detected:
                speaks = window.estimation > before
            told[night] = window.estimation if speaks else -np.inf
    return held(found)
