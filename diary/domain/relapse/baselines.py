"""The level before the infusion, of many courses at once, and how well it is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.priors import FIXED
from config.protocol import Protocol
from diary.domain.packed import DAYS_BEFORE, NO_ANSWER

# How well a baseline is known that was not measured before this infusion.
SD_NRS: Final[Mapping[str, float]] = MappingProxyType(
    {"carried": FIXED.carried_sd_nrs, "stated": FIXED.stated_sd_nrs}
)


@dataclass(frozen=True, slots=True)
class Baselines:
    """What n courses' relief is measured against, and how well that is known."""

    nrs: NDArray[np.float64]
    """(n,) NRS points; NaN for none."""
    before: NDArray[np.uint8]
    """(n, 14) the untreated days that it was measured on; 255 for no answer, and where it was not."""
    sd_nrs: NDArray[np.float64]
    """(n,) how well one is known that was carried or stated; infinite where it was measured."""

    def rows(self, chosen: NDArray[np.intp]) -> "Baselines":
        """Some of them."""
        return Baselines(self.nrs[chosen], self.before[chosen], self.sd_nrs[chosen])


def baselines_of(kinds: Sequence[str], nrs: Sequence[float | None], before: NDArray[np.uint8]) -> Baselines:
    """The baselines of n courses by kind; the days before tell something of an own one only.

    Args:
        kinds: own, carried, stated or none.
        nrs: NRS points; None for none. Of no pain at all there is no relief to lose: that is none, too.
        before: (n, 14) scores, day -1 last; 255 for no answer.

    >>> baselines_of(["carried"], [7.0], np.full((1, 14), 3, dtype=np.uint8)).before.min()
    np.uint8(255)
    """
    own = np.array([kind == "own" for kind in kinds], dtype=np.bool_)
    return Baselines(
        np.array([level or np.nan for level in nrs], dtype=np.float64),
        np.where(own[:, None], before, np.uint8(NO_ANSWER)).reshape(-1, DAYS_BEFORE),
        np.array([SD_NRS.get(kind, np.inf) for kind in kinds], dtype=np.float64),
    )


def own_baselines(before: NDArray[np.uint8], protocol: Protocol) -> Baselines:
    """The baselines of n courses that are measured on the days before their infusion."""
    nrs = own_means(before, protocol)
    return Baselines(np.where(nrs > 0, nrs, np.nan), before, np.full(len(before), np.inf))


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
