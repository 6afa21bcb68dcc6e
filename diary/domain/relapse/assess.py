"""The seam of the detector: scores in, the assessment of every course on every night out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.protocol import Protocol
from diary.domain.relapse.rule import RuleNights, plain_rule
from diary.domain.relapse.states import Forecast, states


@dataclass(frozen=True, slots=True)
class Assessed:
    """What is known of n courses on T nights."""

    nights: RuleNights
    states: NDArray[np.int8]
    """(n, T) positions in `relapse.states.STATES`."""
    forecast: Forecast | None


def assess(
    scores: NDArray[np.uint8],
    baseline_nrs: NDArray[np.float64],
    *,
    protocol: Protocol,
    boosters: NDArray[np.bool_] | None = None,
    expected: NDArray[np.bool_] | None = None,
) -> Assessed:
    """Assess every course on every night; the night and the offline replay both call this and nothing else.

    Args and errors are those of `relapse.rule.plain_rule`. Causal: column d - 1 depends on days 1 to d.

    >>> from diary.domain.relapse.states import STATES
    >>> assessed = assess(np.full((1, 21), 2, dtype=np.uint8), np.array([8.0]), protocol=Protocol())
    >>> [STATES[assessed.states[0, night - 1]] for night in (13, 14)]
    ['learning', 'holding']
    """
    nights = plain_rule(scores, baseline_nrs, protocol=protocol, boosters=boosters, expected=expected)
    return Assessed(nights, states(nights, None, protocol), None)
