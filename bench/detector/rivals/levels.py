"""Where pain stands against the baseline: one day, some of the last answers, a mean, a line carried on."""

from collections.abc import Callable

import numpy as np

from bench.detector.rivals.diary import Diary, Floats, held, mean_of_days


def single_day(diary: Diary, *, for_days: int, points: bool) -> Floats:
    """The newest answer, for so many days: over the baseline, or in points."""
    return held(diary.nrs if points else diary.ratio, days=for_days)


def some_of_the_last(diary: Diary, *, some: int, last: int) -> Floats:
    """What some of the last answers reach: "3 of the last 5 are at 80 % of the baseline" at a risk of 0.8."""
    recent = np.full((len(diary.ratio), last), np.nan)
    found = np.full(diary.ratio.shape, np.nan)
    for night in range(diary.ratio.shape[1]):
        came = diary.answered[:, night]
        recent[came] = np.column_stack([recent[came, 1:], diary.ratio[came, night]])
        found[:, night] = np.sort(recent, axis=1)[
            :, last - some
        ]  # NaN sorts last: silent until all are there
        found[np.isnan(recent[:, 0]), night] = np.nan
    return found


def window_mean(diary: Diary, *, days: int, share_min: float) -> Floats:
    """The mean of the last days."""
    return mean_of_days(diary.ratio, days, share_min=share_min)


def ewma(diary: Diary, *, weight: float) -> Floats:
    """An exponentially weighted mean of the answers."""
    return weighted(diary, weight)


def weighted(diary: Diary, weight: float) -> Floats:
    """A level that each answer moves; the first answer begins it."""
    return _over_nights(diary, lambda level, answer: level + weight * (answer - level))


def line_ahead(diary: Diary, *, days: int, ahead: int) -> Floats:
    """A straight line through the last days, carried on."""
    n, nights = diary.ratio.shape
    found = np.full((n, nights), np.nan)
    for night in range(7, nights + 1):
        part = diary.ratio[:, max(0, night - days) : night]
        x = np.arange(-part.shape[1] + 1, 1.0)
        known = np.isfinite(part)
        count = known.sum(axis=1)
        mean_x = np.where(known, x, 0).sum(axis=1) / np.maximum(count, 1)
        mean_y = np.where(known, part, 0).sum(axis=1) / np.maximum(count, 1)
        off = np.where(known, x - mean_x[:, None], 0)
        rise = (off * np.nan_to_num(part - mean_y[:, None])).sum(axis=1)
        slope = rise / np.maximum((off**2).sum(axis=1), 1)
        found[:, night - 1] = np.where(count >= 5, mean_y + slope * (ahead - mean_x), np.nan)
    return found


def _over_nights(diary: Diary, update: Callable[[Floats, Floats], Floats]) -> Floats:
    found = np.full(diary.ratio.shape, np.nan)
    level = np.full(len(diary.ratio), np.nan)
    for night in range(diary.ratio.shape[1]):
        answer = diary.ratio[:, night]
        moved = np.where(np.isfinite(level), update(level, answer), answer)
        level = np.where(np.isfinite(answer), moved, level)
        found[:, night] = level
    return found
