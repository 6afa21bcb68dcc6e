"""What a forecast of the loss is worth: are its intervals as wide and its chances as sure as they should be?

A true loss is known up to the end of the diary, the horizon: `diary.domain.relapse.calibration` says what
then counts as held. Of a forecast that is right closed 80 % intervals hold 80 %, and open ones, which have
one end only, 90 % or more: all together more than 80 %. `ends` leaves out what cannot be known, and comes to
80 %.

Intervals are of those who respond, as they are worked out. Chances are of all courses that something is
foreseen of, and of those at risk: by the plain rule, which anybody can see, they respond and have not lost it
yet. What they are compared with is the climate: the share of the calibration courses, told of everybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bench.detector.ends import Ends, ends
from diary.domain.relapse.assess import Assessed
from diary.domain.relapse.calibration import Bools, Floats, Intervals, brier, intervals, mean
from diary.domain.simulation.cohort import Cohort

NIGHTS: Final = (21, 42, 63)
AHEAD_DAYS: Final = 28
QUANTILES: Final = (0.1, 0.5, 0.9)
BINS: Final = 10


def pinball(told: Floats, share: float, loss_day: Floats, *, horizon: int) -> float:
    """The mean pinball loss of a quantile, in days; beyond the horizon is taken as the day after it."""
    off = np.minimum(loss_day, horizon + 1) - np.minimum(told, horizon + 1)
    return mean(np.maximum(share * off, (share - 1) * off))


@dataclass(frozen=True, slots=True)
class Bin:
    """Chances that were alike, and what came of them."""

    courses: int
    told: float
    seen: float


def reliability(chance: Floats, lost: Bools) -> list[Bin]:
    """By tenths of the chance told; those that nobody was told are left out."""
    place = np.minimum((chance * BINS).astype(np.int64), BINS - 1)
    kept = [place == bin_ for bin_ in range(BINS) if (place == bin_).any()]
    return [Bin(int(rows.sum()), mean(chance[rows]), mean(lost[rows])) for rows in kept]


@dataclass(frozen=True, slots=True)
class Chances:
    """The 28-day chance beside the climate's, of some courses."""

    courses: int
    lost: float
    brier: float
    climate_brier: float
    reliability: Sequence[Bin]


@dataclass(frozen=True, slots=True)
class ForecastScore:
    """A forecast on one night."""

    night: int
    of_all: Chances
    at_risk: Chances
    intervals: Intervals
    ends: Ends
    pinball_days: tuple[float, ...]
    """At 10, 50 and 90 %."""
    climate_pinball_days: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A cohort, and what was found on one night of it."""

    cohort: Cohort
    assessed: Assessed

    def at_risk(self, night: int) -> Bools:
        """(n,) seen to respond, and not to have lost it."""
        nights = self.assessed.nights
        return (nights.response[:, night - 1] == 1) & ~nights.in_loss[:, night - 1]

    def lost_by(self, day: int) -> Bools:
        """(n,)"""
        return self.loss_day() <= day

    def loss_day(self) -> Floats:
        """(n,) infinite without a true loss."""
        return np.where(self.cohort.relapse_day > 0, self.cohort.relapse_day, np.inf)


def score_forecast(night: int, calibration: Foreseen, report: Foreseen) -> ForecastScore:
    """Score what was foreseen on one night, the climate being that of the calibration courses.

    Raises:
        ValueError: there was no forecast, or the diaries end before the chance is settled.
    """
    found, horizon = report.assessed.forecast, report.cohort.scores.shape[1]
    if found is None or night + AHEAD_DAYS > horizon:
        raise ValueError(f"night {night} was not foreseen, or not followed for {AHEAD_DAYS} days")
    chance = found.p_lost_28d[:, night - 1]
    known = np.isfinite(chance)
    everybody = np.ones(len(calibration.cohort.scores), dtype=np.bool_)
    rows = known & report.cohort.responder
    quantiles = [
        np.nan_to_num(of[rows, night - 1], nan=np.inf)
        for of in (found.lost_p10, found.lost_p50, found.lost_p90)
    ]
    truth = report.loss_day()[rows]
    climate = np.sort(calibration.loss_day()[calibration.cohort.responder])
    usual = [climate[int(share * len(climate))] for share in QUANTILES]
    each: dict[str, Any] = {"horizon": horizon}
    return ForecastScore(
        night=night,
        of_all=_chances(night, chance, known, report, calibration, everybody),
        at_risk=_chances(
            night, chance, known & report.at_risk(night), report, calibration, calibration.at_risk(night)
        ),
        intervals=intervals(quantiles[0], quantiles[2], truth, **each),
        ends=ends(quantiles[0], quantiles[2], truth, **each),
        pinball_days=tuple(
            pinball(told, share, truth, **each) for told, share in zip(quantiles, QUANTILES, strict=True)
        ),
        climate_pinball_days=tuple(
            pinball(np.full(len(truth), day), share, truth, **each)
            for day, share in zip(usual, QUANTILES, strict=True)
        ),
    )


def _chances(
    night: int, chance: Floats, rows: Bools, report: Foreseen, calibration: Foreseen, climate_of: Bools
) -> Chances:
    told, lost = chance[rows], report.lost_by(night + AHEAD_DAYS)[rows]
    climate = mean(calibration.lost_by(night + AHEAD_DAYS)[climate_of])
    return Chances(
        courses=int(rows.sum()),
        lost=mean(lost),
        brier=brier(told, lost),
        climate_brier=brier(np.full(len(told), climate), lost),
        reliability=reliability(told, lost),
    )
