"""What of the felt pain is written down: whole numbers, habits, and days without an answer."""

import numpy as np
from numpy.typing import NDArray

from config.scales import NRS
from diary.domain.simulation.draws import Floats, beta
from diary.domain.simulation.parameters import CohortParameters
from diary.domain.simulation.truth import Bools


def as_scored(felt: Floats, rng: np.random.Generator, p: CohortParameters) -> NDArray[np.uint8]:
    """Whole numbers on the scale; some people give even ones only."""
    scored = np.rint(np.clip(felt, NRS.low, NRS.high))
    even_only = rng.random(len(felt)) < p.even_only_share
    scored[even_only] = np.clip(2 * np.rint(scored[even_only] / 2), NRS.low, NRS.high)
    return scored.astype(np.uint8)


def answered_days(
    courses: int, day: NDArray[np.int_], rng: np.random.Generator, p: CohortParameters
) -> Bools:
    """Which days were answered: a person's own rate, runs of answers and of gaps, and dropout."""
    rate = beta(p.completion_mean, p.completion_size, courses, rng)
    rate_by_day = np.clip(rate[:, None] - p.completion_loss_a_day * np.maximum(day, 0), 0.05, 0.995)
    answered = np.zeros((courses, len(day)), dtype=np.bool_)
    answered[:, 0] = rng.random(courses) < rate_by_day[:, 0]
    for column in range(1, len(day)):
        today = rate_by_day[:, column]
        after_answer = today + p.completion_stickiness * (1 - today)
        after_gap = today * (1 - p.completion_stickiness)
        chance = np.where(answered[:, column - 1], after_answer, after_gap)
        answered[:, column] = rng.random(courses) < chance
    last_day = rng.geometric(p.dropout_a_day, courses)
    return answered & (day <= last_day[:, None])
