"""What is true of a course: whether it responded, and the day on which its relief was lost."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from diary.domain.simulation.draws import Floats

Bools = NDArray[np.bool_]

# The truth: noise-free relief of days 3-14 makes a responder, or of any later fortnight; and noise-free
# relief that was over the line, and is under it for a fortnight, makes a relapse. Noise, its drift, flares
# and the weekly cycle never do. Relief is the infusion's: what another drug takes off the felt pain hides a
# loss and does not undo it.
RELIEF_LINE: Final = 0.30
RESPONSE_DAYS: Final = (3, 14)
LATE_RESPONSE_DAYS: Final = 14
RELAPSE_LASTS_DAYS: Final = 14


def responders(relief: Floats) -> Bools:
    """(n,) whether noise-free relief of days 3-14 is 30 % or more in the mean, or later on 14 days running.

    >>> responders(np.array([[0.5] * 30, [0.0] * 16 + [0.5] * 14, [0.0] * 17 + [0.5] * 13])).tolist()
    [True, True, False]
    """
    first, last = RESPONSE_DAYS
    at_once = relief[:, first - 1 : last].mean(axis=1) >= RELIEF_LINE
    days_over = np.cumsum(relief >= RELIEF_LINE, axis=1, dtype=np.int16)
    running = days_over[:, LATE_RESPONSE_DAYS:] - days_over[:, :-LATE_RESPONSE_DAYS] == LATE_RESPONSE_DAYS
    return np.asarray(at_once | running.any(axis=1))


def true_relapse_day(relief: Floats, boosters: Bools | None = None) -> NDArray[np.int16]:
    """The first day on which relief is under 30 % and stays there for 14 days, or to the end; 0 for none.

    What was never there is not lost: days before the first over the line do not count.

    A booster ends a stretch as the last day does: relief that was under the line on the day before had been
    lost, however well it comes back.

    Args:
        relief: (n, T) noise-free relief from day 1 on.
        boosters: (n, T) days on which a booster was given: the curve begins anew on that day.

    >>> true_relapse_day(np.array([[0.8] * 20 + [0.2] * 20, [0.8] * 20 + [0.2] * 13 + [0.4] * 7]))
    array([21,  0], dtype=int16)
    """
    days = relief.shape[1]
    day = np.arange(1, days + 1)
    below = relief < RELIEF_LINE
    back = np.where(below, days + RELAPSE_LASTS_DAYS + 1, day)
    next_back = np.minimum.accumulate(back[:, ::-1], axis=1)[:, ::-1]
    lost = below & (next_back - day >= RELAPSE_LASTS_DAYS)
    if boosters is not None:
        given = np.where(boosters, day, days + RELAPSE_LASTS_DAYS + 1)
        given = np.minimum.accumulate(given[:, ::-1], axis=1)[:, ::-1]
        lost[:, :-1] |= below[:, :-1] & (given[:, 1:] <= np.minimum(next_back[:, :-1], days))
    lost &= np.logical_or.accumulate(~below, axis=1)
    return np.where(lost.any(axis=1), lost.argmax(axis=1) + 1, 0).astype(np.int16)
