"""The level before the infusion, of many courses at once."""

import numpy as np
from numpy.typing import NDArray

from config.protocol import Protocol
from diary.domain.packed import NO_ANSWER


def own_means(before: NDArray[np.uint8], protocol: Protocol) -> NDArray[np.float64]:
    """The mean of each course's last answered days before its infusion: `own_baseline` of many at once.

    Args:
        before: (n, 14) NRS points, day -1 last; 255 for no answer.
        protocol: the window and how many answers count.

    Returns:
        (n,) NRS points; NaN without an answer.

    >>> own_means(np.array([[255] * 10 + [7, 8, 255, 9]], dtype=np.uint8), Protocol()).tolist()
    [8.0]
    """
    window = before[:, before.shape[1] - protocol.baseline_window_days :]
    answered = window != NO_ANSWER
    from_the_end = np.cumsum(answered[:, ::-1], axis=1)[:, ::-1]
    kept = answered & (from_the_end <= protocol.baseline_answers_max)
    count = kept.sum(axis=1)
    mean = np.full(len(before), np.nan)
    np.divide(np.where(kept, window, 0).sum(axis=1), count, out=mean, where=count > 0)
    return mean
