"""The service's own detector and its policy, as the nights have them; the thresholds are to be chosen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bench.detector.scoring import Bools, Score, score
from config.priors import SHIPPED, Prior
from config.protocol import DEFAULT, Protocol
from diary.domain.relapse.assess import Assessed, assess
from diary.domain.relapse.baselines import SD_NRS, Baselines, own_baselines
from diary.domain.relapse.posterior import Seen
from diary.domain.relapse.relearn import relearn
from diary.domain.relapse.states import STATES, loss_recovered, states
from diary.domain.simulation.cohort import Cohort
from diary.services.backtest import loss_alerts

# Pairs tried on the calibration cohort: 145, where a rival has 150 thresholds to each of its twelve settings.
WATCH: Final = tuple(step / 40 for step in range(8, 37))
LIKELY_LOST: Final = (0.5, 0.6, 0.7, 0.8, 0.9)

_LEVELS: Final = [STATES.index(state) for state in ("watch", "likely_lost", "loss")]


@dataclass(frozen=True, slots=True)
class Operating:
    """Thresholds that were frozen on a calibration cohort."""

    watch: float
    likely_lost: float

    @property
    def protocol(self) -> Protocol:
        """The protocol with these thresholds."""
        return replace(
            DEFAULT,
            watch_probability=self.watch,
            likely_lost_probability=self.likely_lost,
            recovered_probability=min(DEFAULT.recovered_probability, self.watch),
        )


def baselines_of_cohort(cohort: Cohort) -> Baselines:
    """Measured before the infusion; carried where the days before were not untreated."""
    own = own_baselines(cohort.before, DEFAULT)
    if cohort.carried_nrs is None:
        return own
    carried = np.isfinite(cohort.carried_nrs)
    return Baselines(
        np.where(carried, cohort.carried_nrs, own.nrs),
        np.where(carried[:, None], np.uint8(255), own.before),
        np.where(carried, SD_NRS["carried"], own.sd_nrs),
    )


def foresee(
    cohort: Cohort,
    *,
    prior: Prior | None = SHIPPED,
    night: int | None = None,
    baselines: Baselines | None = None,
) -> Assessed:
    """Every course on every night, or foreseen on one; the plain rule alone without a prior.

    Baselines are the cohort's own, as the service would have them, unless others are given.
    """
    only = None if night is None else np.full(len(cohort.scores), night)
    known = baselines_of_cohort(cohort) if baselines is None else baselines
    return assess(cohort.scores, known, protocol=DEFAULT, prior=prior, boosters=cohort.boosters, only=only)


def learned(clinic: Cohort) -> Prior:
    """What a clinic's own courses make of the shipped prior."""
    nights = np.full(len(clinic.scores), clinic.scores.shape[1])
    return relearn(Seen(clinic.scores, nights, baselines_of_cohort(clinic)), SHIPPED)


def alerts_of(assessed: Assessed, protocol: Protocol, *, rises: bool = True) -> Bools:
    """The nights on which a loss alert opens or rises, as the policy has it when nobody acts.

    Args:
        assessed: of n courses on T nights.
        protocol: with the thresholds.
        rises: False for openings alone, as if an alert had one level.
    """
    codes = states(assessed.nights, assessed.forecast, protocol)
    if not rises:
        codes = np.where(np.isin(codes, _LEVELS), np.int8(_LEVELS[0]), codes)
    back = np.ones(codes.shape, dtype=np.bool_)
    if assessed.forecast is not None:
        back = loss_recovered(assessed.forecast, protocol)
    alerts = np.zeros(codes.shape, dtype=np.bool_)
    for row in np.flatnonzero(np.isin(codes, _LEVELS).any(axis=1)).tolist():
        in_words = [STATES[code] for code in codes[row].tolist()]
        told = loss_alerts(in_words, back[row].tolist(), absence_nights=protocol.absence_nights)
        alerts[row, [night - 1 for night in told]] = True
    return alerts


@dataclass(frozen=True, slots=True)
class Chosen:
    """Thresholds, and the early share where they were chosen."""

    point: Operating
    early: float


def operating_for(
    assessed: Assessed, cohort: Cohort, rates: tuple[float, ...], *, rises: bool = True
) -> dict[float, Chosen | None]:
    """By rate of false alerts the thresholds with the most early ones; None where no pair stays under it."""
    found = []
    for watch in WATCH:
        for likely_lost in LIKELY_LOST:
            point = Operating(watch, likely_lost)
            found.append((point, score(alerts_of(assessed, point.protocol, rises=rises), cohort)))
    return {rate: _earliest([one for one in found if one[1].false_per_month <= rate]) for rate in rates}


def _earliest(tried: Sequence[tuple[Operating, Score]]) -> Chosen | None:
    if not tried:
        return None
    point, found = max(tried, key=lambda one: one[1].early)
    return Chosen(point, found.early)
