"""A cohort: simulated courses with their diaries and their truth."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.scales import NRS
from diary.domain.packed import DAYS_BEFORE, FOLLOW_UP_DAYS_MAX, NO_ANSWER
from diary.domain.simulation.answering import answered_days, as_scored
from diary.domain.simulation.curves import kinds_and_relief
from diary.domain.simulation.draws import Floats
from diary.domain.simulation.noise import flares, noise, weekly_cycle
from diary.domain.simulation.parameters import KETAMINE, CohortParameters
from diary.domain.simulation.truth import RESPONSE_DAYS, Bools, responders, true_relapse_day

COURSES_MAX: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Cohort:
    """n simulated courses followed for T days: what they answered, and what was true."""

    before: NDArray[np.uint8]
    """(n, 14) scores of the days before the infusion, day -1 last; 255 for no answer."""
    scores: NDArray[np.uint8]
    """(n, T) scores from day 1 on; 255 for no answer."""
    baseline_nrs: Floats
    """(n,) the true level before the infusion."""
    relief: Floats
    """(n, T) noise-free relief, a share of the baseline."""
    kind: NDArray[np.int8]
    """(n,) positions in `KINDS`."""
    responder: Bools
    """(n,) noise-free mean relief of days 3-14 is 30 % or more."""
    relapse_day: NDArray[np.int16]
    """(n,) day of the true loss; 0 for none within T days, and for those who did not respond."""


def simulate(
    courses: int, *, rng: np.random.Generator, parameters: CohortParameters = KETAMINE, days: int = 180
) -> Cohort:
    """Draw courses with their diaries and their truth.

    Args:
        courses: how many, each of another patient.
        rng: seeded by the caller; the same state gives the same cohort.
        parameters: KETAMINE, PLACEBO or a variation of them.
        days: follow-up, 14 to 800.

    Raises:
        ValueError: too many courses or days, or a follow-up that ends before a response is known.

    >>> cohort = simulate(60, rng=np.random.default_rng(7), days=84)
    >>> cohort.before.shape, cohort.scores.shape, bool(cohort.responder.any())
    ((60, 14), (60, 84), True)
    """
    days_min = RESPONSE_DAYS[1]  # before that nobody is known to respond
    if not 1 <= courses <= COURSES_MAX or not days_min <= days <= FOLLOW_UP_DAYS_MAX:
        raise ValueError(
            f"{courses} courses of {days} days cannot be simulated; "
            f"ask for 1 to {COURSES_MAX} courses and {days_min} to {FOLLOW_UP_DAYS_MAX} days"
        )
    day = np.arange(-DAYS_BEFORE, days + 1)
    baseline = _baselines(courses, rng, parameters)
    kind, relief = kinds_and_relief(courses, day, rng, parameters)
    pain = baseline[:, None] * (1 - relief)
    felt = pain + noise(pain, rng, parameters) + flares(pain.shape, rng, parameters)
    felt += weekly_cycle(courses, day, rng, parameters)
    scores = as_scored(felt, rng, parameters)
    scores[~answered_days(courses, day, rng, parameters)] = NO_ANSWER

    after = relief[:, day > 0]
    responder = responders(after)
    return Cohort(
        before=scores[:, day < 0],
        scores=scores[:, day > 0],
        baseline_nrs=baseline,
        relief=after,
        kind=kind,
        responder=responder,
        relapse_day=np.where(responder, true_relapse_day(after), 0).astype(np.int16),
    )


def _baselines(courses: int, rng: np.random.Generator, p: CohortParameters) -> Floats:
    baseline = np.empty(courses)
    redraw = np.arange(courses)
    while len(redraw):
        baseline[redraw] = rng.normal(p.baseline_mean_nrs, p.baseline_sd_nrs, len(redraw))
        outside = (baseline[redraw] < p.baseline_low_nrs) | (baseline[redraw] > NRS.high)
        redraw = redraw[outside]
    return baseline
