"""What of the felt pain is written down: whole numbers, habits, and days without an answer."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.scales import NRS
from diary.domain.simulation.draws import Floats, beta
from diary.domain.simulation.parameters import CohortParameters
from diary.domain.simulation.truth import Bools

# From where on up pain, and from where on down relief, may keep people from answering.
MIDDLE_NRS: Final = (NRS.low + NRS.high) / 2


def as_scored(felt: Floats, rng: np.random.Generator, p: CohortParameters) -> NDArray[np.uint8]:
    """Whole numbers on the scale; some people give even ones only."""
    scored = np.rint(np.clip(felt, NRS.low, NRS.high))
    even_only = rng.random(len(felt)) < p.even_only_share
    scored[even_only] = np.clip(2 * np.rint(scored[even_only] / 2), NRS.low, NRS.high)
    return scored.astype(np.uint8)


def say_always_the_same(
    scored: NDArray[np.uint8], usual_nrs: Floats, rng: np.random.Generator, p: CohortParameters
) -> None:
    """Some people's scores become their usual number, in place."""
    constant = rng.random(len(scored)) < p.constant_share
    scored[constant] = np.rint(usual_nrs[constant, None]).astype(np.uint8)


def answered_days(
    felt: Floats, day: NDArray[np.int_], rng: np.random.Generator, p: CohortParameters
) -> Bools:
    """Which days were answered: a person's own rate, runs of answers and of gaps, and dropout.

    The day's pain, or its relief, may keep a person from answering.
    """
    courses = len(felt)
    rate = beta(p.completion_mean, p.completion_size, courses, rng)
    rate_by_day = np.clip(rate[:, None] - p.completion_loss_a_day * np.maximum(day, 0), 0.05, 0.995)
    if p.missing_in_pain_log_odds or p.missing_in_relief_log_odds:
        rate_by_day = _rate_as_felt(rate_by_day, felt, p)
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


def _rate_as_felt(rate: Floats, felt: Floats, p: CohortParameters) -> Floats:
    over = np.clip(felt, NRS.low, NRS.high) - MIDDLE_NRS
    log_odds = p.missing_in_pain_log_odds * np.maximum(over, 0)
    log_odds += p.missing_in_relief_log_odds * np.maximum(-over, 0)
    odds_of_none = (1 - rate) / rate * np.exp(log_odds)
    return 1 / (1 + odds_of_none)
