"""Control charts against a course's own early days, 3 to 14: in control, then out of it."""

from typing import Final

import numpy as np

from bench.detector.rivals.diary import Diary, Floats
from bench.detector.rivals.levels import weighted

EARLY: Final = slice(2, 14)


def ewma_chart(diary: Diary, *, weight: float, sd_min: float) -> Floats:
    """How many of its SDs an EWMA stands above the early mean."""
    mean, sd = _early(diary, sd_min)
    return _after_early((weighted(diary, weight) - mean) / (sd * np.sqrt(weight / (2 - weight))))


def cusum(diary: Diary, *, slack: float, sd_min: float) -> Floats:
    """The one-sided CUSUM of what answers stand above the early mean, less some slack."""
    mean, sd = _early(diary, sd_min)
    steps = _after_early((diary.ratio - mean) / sd - slack)
    height, found = np.zeros(len(steps)), np.zeros_like(steps)
    for night in range(steps.shape[1]):
        height = np.maximum(0, height + np.nan_to_num(steps[:, night]))
        found[:, night] = height
    return _after_early(found)


def _early(diary: Diary, sd_min: float) -> tuple[Floats, Floats]:
    """(n, 1) mean and SD of the early days; 0 and the least SD where nothing was answered."""
    early = diary.ratio[:, EARLY]
    count = np.isfinite(early).sum(axis=1, keepdims=True)
    mean = np.nansum(early, axis=1, keepdims=True) / np.maximum(count, 1)
    variance = np.nansum((early - mean) ** 2, axis=1, keepdims=True) / np.maximum(count - 1, 1)
    mean[count == 0] = np.nan
    return mean, np.maximum(np.sqrt(variance), sd_min)


def _after_early(risk: Floats) -> Floats:
    risk[:, : EARLY.stop] = np.nan
    return risk
