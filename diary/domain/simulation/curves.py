"""How relief goes in time, without noise: kinds of course and their curves."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from diary.domain.simulation.draws import Floats, beta, log_normal
from diary.domain.simulation.parameters import CohortParameters

KINDS: Final = ("gradual", "step", "durable", "non_responder")
GRADUAL, STEP, DURABLE, NON_RESPONDER = range(len(KINDS))


def kinds_and_relief(
    courses: int, day: NDArray[np.int_], rng: np.random.Generator, p: CohortParameters
) -> tuple[NDArray[np.int8], Floats]:
    """Kinds, and noise-free relief: peak / (1 + 2^((day - midpoint) / half-life)), none before day 0."""
    responds = rng.random(courses) < p.responder_share
    lot = rng.random(courses)
    losing = np.where(
        lot < p.step_share, STEP, np.where(lot < p.step_share + p.durable_share, DURABLE, GRADUAL)
    )
    kind = np.where(responds, losing, NON_RESPONDER).astype(np.int8)
    peak = np.where(
        responds,
        beta(p.responder_relief_mean, p.responder_relief_size, courses, rng),
        beta(p.other_relief_mean, p.other_relief_size, courses, rng),
    )
    half_life = log_normal(p.half_life_days, p.half_life_log_sd, courses, rng)
    midpoint = log_normal(p.midpoint_days, p.midpoint_log_sd, courses, rng)
    half_life = np.where(kind == STEP, p.step_half_life_days, half_life)
    half_life = np.minimum(half_life, midpoint / 2)  # else relief would be falling before it had begun
    midpoint[kind == DURABLE] = np.inf

    half_lives_past = (day - midpoint[:, None]) / half_life[:, None]
    left = 1 / (1 + np.exp2(np.minimum(half_lives_past, 60)))
    return kind, np.where(day < 0, 0.0, peak[:, None] * left)
