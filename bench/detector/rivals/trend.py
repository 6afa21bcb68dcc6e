"""A Kalman filter with a local linear trend: how surely pain stands over the line some days ahead."""

from typing import Final

import numpy as np

from bench.detector.rivals.diary import LINE, Diary, Floats

# Of a day's answer and of the level's own step, as shares of the baseline; the start is vague.
ANSWER_SD: Final = 0.15
LEVEL_SD: Final = 0.015
START: Final = (0.3, 0.0)
START_SD: Final = (0.32, 0.02)


def kalman_trend(diary: Diary, *, drift: float, ahead: int) -> Floats:
    """By how many SDs the level foreseen stands over the line: in the order of its chance to be over it.

    Args:
        diary: the answers.
        drift: what a day may change of the slope, the SD.
        ahead: days.
    """
    n, nights = diary.ratio.shape
    noise = ANSWER_SD**2
    level, slope = np.full(n, START[0]), np.full(n, START[1])
    p_ll, p_ls, p_ss = np.full(n, START_SD[0] ** 2), np.zeros(n), np.full(n, START_SD[1] ** 2)
    found = np.full((n, nights), np.nan)
    for night in range(nights):
        level, p_ll = level + slope, p_ll + 2 * p_ls + p_ss + LEVEL_SD**2
        p_ls, p_ss = p_ls + p_ss, p_ss + drift**2
        answer = diary.ratio[:, night]
        came = np.isfinite(answer)
        gain_l, gain_s = p_ll / (p_ll + noise), p_ls / (p_ll + noise)
        off = np.where(came, answer - level, 0.0)
        level, slope = level + gain_l * off, slope + gain_s * off
        p_ss = np.where(came, p_ss - gain_s * p_ls, p_ss)
        p_ls = np.where(came, (1 - gain_l) * p_ls, p_ls)
        p_ll = np.where(came, (1 - gain_l) * p_ll, p_ll)
        spread = np.sqrt(p_ll + 2 * ahead * p_ls + ahead**2 * p_ss)
        found[:, night] = (level + ahead * slope - LINE) / spread
    return found
