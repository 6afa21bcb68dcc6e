"""How often 80 % intervals miss at either end, where a loss is known up to the end of the diary only.

Whether a loss came before the lower end, or after the upper one, is known where that end lies within the
diary; so each end's misses are counted among those. Of a forecast that is right each end misses one in ten,
and both leave 80 %. Counted as they come, intervals that the diary ends too soon for count as held, and all
together hold more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

import numpy as np

from bench.detector.scoring import Floats


@dataclass(frozen=True, slots=True)
class Ends:
    """How many ends lie within the diary, and how many of them missed."""

    lower: int
    before: int
    """Losses that came before their lower end."""
    upper: int
    after: int
    """Losses that came after their upper end."""

    @property
    def missed_before(self) -> float:
        """Of the lower ends: a tenth where the forecast is right."""
        return _share(self.before, self.lower)

    @property
    def missed_after(self) -> float:
        """Of the upper ends: the same."""
        return _share(self.after, self.upper)

    @property
    def held(self) -> float:
        """What the misses leave: 80 % where the forecast is right."""
        return 1 - self.missed_before - self.missed_after


def ends(lower: Floats, upper: Floats, loss_day: Floats, *, horizon: int) -> Ends:
    """Hold the ends of intervals against true loss days; infinite for none within the horizon, or no end."""
    low, up = lower <= horizon, upper <= horizon
    return Ends(
        lower=int(low.sum()),
        before=int((loss_day < lower)[low].sum()),
        upper=int(up.sum()),
        after=int((loss_day > upper)[up].sum()),
    )


def of_all(nights: Iterable[Mapping[str, int]]) -> Ends:
    """Those of several nights together."""
    told = list(nights)
    return Ends(**{field.name: sum(of[field.name] for of in told) for field in fields(Ends)})


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float(np.nan)
