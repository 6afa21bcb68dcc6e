"""One state a night: what the rule, and a forecast where there is one, say of a course."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.protocol import Protocol
from config.words import COURSE_STATES
from diary.domain.relapse.rule import RuleNights

STATES: Final = COURSE_STATES
"""State names; a state's code is its position. `preparing` comes before day 1 and is never among nights."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a probabilistic detector says of n courses on T nights; (n, T) arrays, NaN where it cannot tell.

    Probabilities are of the true loss having come by that day; a non-responder's mass counts as not lost.
    Loss days are course days given that the course responds.
    """

    p_lost: NDArray[np.float64]
    p_lost_14d: NDArray[np.float64]
    p_lost_28d: NDArray[np.float64]
    p_lost_lead: NDArray[np.float64]
    """Lost within the protocol's lead time."""
    lost_p10: NDArray[np.float64]
    lost_p50: NDArray[np.float64]
    lost_p90: NDArray[np.float64]


def states(nights: RuleNights, forecast: Forecast | None, protocol: Protocol) -> NDArray[np.int8]:
    """The first state that holds on each night, in the order in which staff need to know.

    Learning until day 14, unless a step; then silent, step, no response, loss, cannot tell (an answerless
    window, an unknown response, no baseline), likely lost, watch, holding. Without a forecast neither likely
    lost nor watch holds.

    Args:
        nights: the plain rule's findings, (n, T).
        forecast: of the same courses and nights.
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
        in_order["likely_lost"] = forecast.p_lost >= protocol.likely_lost_probability
        in_order["watch"] = forecast.p_lost_lead >= protocol.watch_probability
    codes = [np.int8(STATES.index(name)) for name in in_order]
    return np.select(list(in_order.values()), codes, np.int8(STATES.index("holding")))
