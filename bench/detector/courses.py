"""Which simulated courses are for what: each purpose and each cohort has seeds of its own.

What was chosen on is never reported on, and no two cohorts share a person.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from diary.domain.simulation.cohort import Cohort, simulate
from diary.domain.simulation.cohorts import COHORTS

DAYS: Final = 180

# Forecasts alone are scored on more courses than alerts: on three nights each.
FORECAST_SEED: Final = 5_001
FORECAST_SEEDS: Final = 5
# The oracle's own draws (`oracle.SEED`) are 6,001.
CALIBRATION_SEED: Final = 7_001
# What the clinic's own prior is learned from: a clinic of this cohort.
CLINIC_SEED: Final = 8_001
CLINIC_COURSES: Final = 200
FIRST_REPORT_SEED: Final = 9_001


def drawn(name: str, courses: int, seeds: Sequence[int]) -> Cohort:
    """So many courses of each seed of a named cohort, in one."""
    parameters = COHORTS[name].parameters
    parts = [
        simulate(courses, rng=np.random.default_rng([seed, *name.encode()]), parameters=parameters, days=DAYS)
        for seed in seeds
    ]
    fields = {field: [getattr(part, field) for part in parts] for field in Cohort.__slots__}
    return Cohort(**{field: None if of[0] is None else np.concatenate(of) for field, of in fields.items()})


def calibration(name: str, courses: int) -> Cohort:
    """What settings and thresholds are chosen on."""
    return drawn(name, courses, [CALIBRATION_SEED])


def clinic(name: str) -> Cohort:
    """What a clinic like this one learns its own prior from."""
    return drawn(name, CLINIC_COURSES, [CLINIC_SEED])


def reported(name: str, courses: int, seeds: int) -> Cohort:
    """So many courses of so many seeds, that nothing was chosen on."""
    return drawn(name, courses, range(FIRST_REPORT_SEED, FIRST_REPORT_SEED + seeds))


def for_forecasts(name: str, courses: int) -> Cohort:
    """About so many courses in all, none of the others."""
    each = -(-courses // FORECAST_SEEDS)
    return drawn(name, each, range(FORECAST_SEED, FORECAST_SEED + FORECAST_SEEDS))
