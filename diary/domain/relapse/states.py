"""One state a night: what the rule, and a forecast where there is one, say of a course."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.protocol import Protocol
from config.words import COURSE_STATES
from diary.domain.relapse.forecast import Forecast
from diary.domain.relapse.rule import RuleNights

STATES: Final = COURSE_STATES
"""State names; a state's code is its position. `preparing` comes before day 1 and is never among nights."""


def loss_recovered(forecast: Forecast, protocol: Protocol) -> NDArray[np.bool_]:
    """(n, T) whether the chance of a loss is well under that of a watch, or unknown."""
    return ~(forecast.p_lost_lead >= protocol.recovered_probability)


def states(nights: RuleNights, forecast: Forecast | None, protocol: Protocol) -> NDArray[np.int8]:
    """The first state that holds on each night, in the order in which staff need to know.

    Learning until day 14, unless a step; then silent, step, no response, loss, cannot tell (an answerless
    window, an unknown response, no baseline), likely lost, watch, holding. Without a forecast neither likely
    lost nor watch holds. With one, few answers are enough to tell, and a loss that the rule finds where there
    hardly was relief to lose is no response.

    Args:
        nights: the plain rule's findings, (n, T).
        forecast: of the same courses and nights; NaN on those that are the rule's alone.
        protocol: when learning ends, and the probabilities that count as likely.

    Returns:
        (n, T) positions in `STATES`.
    """
    number = np.arange(1, nights.response.shape[1] + 1)
    in_order = {
        "learning": (number < protocol.response_to_day) & ~nights.step,
        "silent": nights.silent,
        "step": nights.step,
        "no_response": nights.response == -1,
        "loss": nights.in_loss,
        "cannot_tell": ~nights.judged | (nights.response == 0),
    }
    if forecast is not None:
        enough = np.isfinite(forecast.p_lost) & (nights.answered_14d >= protocol.forecast_answers_min)
        in_order["no_response"] |= nights.in_loss & (forecast.p_lost < protocol.loss_probability_min)
        in_order["cannot_tell"] &= ~enough | (nights.response == 0)
        in_order["likely_lost"] = forecast.p_lost_14d >= protocol.likely_lost_probability
        in_order["watch"] = forecast.p_lost_lead >= protocol.watch_probability
    codes = [np.int8(STATES.index(name)) for name in in_order]
    return np.select(list(in_order.values()), codes, np.int8(STATES.index("holding")))
