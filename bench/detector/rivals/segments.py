"""Segmentation, anew every night: PELT (squared error) and KernelCPD (Gaussian kernel) of ruptures, jump=1.

Both go through the answers once, and keep for each of them where the last segment of the best segmentation
so far begins. That is what running them on every night's answers finds, at a night's cost; a test compares.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from ruptures.detection.kernelcpd import ekcpd_pelt_Gaussian, ekcpd_pelt_L2

from bench.detector.rivals.diary import Diary, Floats, held

KERNEL_SHORTEST: Final = 3


def pelt(diary: Diary, *, penalty: float, shortest: int, risen: bool) -> Floats:
    """The mean of the last segment over the baseline; with `risen` only if it stands above the one before."""

    def segment(ratio: Floats) -> Any:
        return ekcpd_pelt_L2(ratio, penalty, shortest)

    return _last_segment(diary, segment, shortest=shortest, risen=risen)


def kernel(diary: Diary, *, penalty: float, width: float, risen: bool) -> Floats:
    """The same of segments by a Gaussian kernel of this width, which is a share of the baseline."""
    gamma = 1 / (2 * width**2)

    def segment(ratio: Floats) -> Any:
        return ekcpd_pelt_Gaussian(ratio, penalty, KERNEL_SHORTEST, gamma)

    return _last_segment(diary, segment, shortest=KERNEL_SHORTEST, risen=risen)


def _last_segment(diary: Diary, segment: Callable[[Floats], Any], *, shortest: int, risen: bool) -> Floats:
    found = np.full(diary.ratio.shape, np.nan)
    for told, ratio in zip(found, diary.ratio, strict=True):
        nights = np.flatnonzero(np.isfinite(ratio))
        if len(nights) < 2 * shortest:  # the library's own condition, whose compiled part ends the process
            continue
        answers = ratio[nights]
        begins = np.asarray(segment(answers[:, None]))
        total = np.append(0.0, np.cumsum(answers))
        end = np.arange(1, len(total))
        begin = begins[end]
        level = (total[end] - total[begin]) / (end - begin)
        before = begins[begin]
        level_before = (total[begin] - total[before]) / np.maximum(begin - before, 1)
        speaks = (begin > 0) & (level > level_before) if risen else np.ones(len(end), dtype=np.bool_)
        told[nights[2 * shortest - 1 :]] = np.where(speaks, level, -np.inf)[2 * shortest - 1 :]
    return held(found)
