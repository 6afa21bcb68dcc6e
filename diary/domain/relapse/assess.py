"""The seam of the detector: scores in, the assessment of every course out, by rule and by forecast."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.priors import Prior
from config.protocol import Protocol
from diary.domain.relapse.baselines import Baselines
from diary.domain.relapse.forecast import Forecast, forecast, foresee
from diary.domain.relapse.rule import RuleNights, plain_rule
from diary.domain.relapse.sight import Sights
from diary.domain.relapse.states import states


@dataclass(frozen=True, slots=True)
class Assessed:
    """What is known of n courses on T nights."""

    nights: RuleNights
    states: NDArray[np.int8]
    """(n, T) positions in `relapse.states.STATES`."""
    forecast: Forecast | None
    """(n, T) arrays; NaN on nights that no forecast was asked for."""
    sights: Sights | None = None
    """What else is seen of the courses of which that was asked; NaN of the others."""


def assess(
    scores: NDArray[np.uint8],
    baselines: Baselines,
    *,
    protocol: Protocol,
    prior: Prior | None,
    boosters: NDArray[np.bool_] | None = None,
    expected: NDArray[np.bool_] | None = None,
    only: NDArray[np.int_] | None = None,
    sighted: NDArray[np.bool_] | None = None,
    shadow: bool = False,
) -> Assessed:
    """Assess every course on every night; the night and the offline replay both call this and nothing else.

    Causal: column d - 1 depends on days 1 to d.

    Args:
        scores: (n, T) NRS points 0-10, 255 for no answer; column d - 1 is day d after the last infusion day.
        baselines: of the same courses.
        protocol: thresholds and windows.
        prior: what the forecast believes before the first answer; None for the plain rule alone.
        boosters: (n, T) days on which a booster was given.
        expected: (n, T) days on which an answer was expected; all, when None.
        only: (n,) the one night of each course that is foreseen; all nights, when None. On the others the
            states are those of the plain rule.
        sighted: (n,) courses of which what else is seen on that night is worked out, too; none, when None.
        shadow: the forecast is worked out, and the states are those of the plain rule.

    Raises:
        ValueError: as `relapse.rule.plain_rule`.

    >>> from diary.domain.relapse.states import STATES
    >>> before = np.full((1, 14), 8, dtype=np.uint8)
    >>> baselines = Baselines(np.array([8.0]), before, np.array([np.inf]))
    >>> scores = np.full((1, 21), 2, dtype=np.uint8)
    >>> assessed = assess(scores, baselines, protocol=Protocol(), prior=None)
    >>> [STATES[assessed.states[0, night - 1]] for night in (13, 14)]
    ['learning', 'holding']
    """
    nights = plain_rule(scores, baselines.nrs, protocol=protocol, boosters=boosters, expected=expected)
    if prior is None:
        return Assessed(nights, states(nights, None, protocol), None)
    if only is None:
        found, sights = _every_night(scores, baselines, protocol, prior, boosters), None
    else:
        told, sights = foresee(
            scores,
            only,
            baselines,
            prior=prior,
            lead_days=protocol.lead_days,
            boosters=boosters,
            sighted=np.zeros(len(only), dtype=np.bool_) if sighted is None else sighted,
        )
        found = _nothing(scores.shape)
        _put(found, only, told)
    return Assessed(nights, states(nights, None if shadow else found, protocol), found, sights)


def _every_night(
    scores: NDArray[np.uint8],
    baselines: Baselines,
    protocol: Protocol,
    prior: Prior,
    boosters: NDArray[np.bool_] | None,
) -> Forecast:
    found = _nothing(scores.shape)
    for night in range(1, scores.shape[1] + 1):
        nights = np.full(len(scores), night)
        told = forecast(
            scores, nights, baselines, prior=prior, lead_days=protocol.lead_days, boosters=boosters
        )
        _put(found, nights, told)
    return found


def _nothing(shape: tuple[int, ...]) -> Forecast:
    return Forecast(*(np.full(shape, np.nan) for _ in Forecast.__slots__))


def _put(found: Forecast, nights: NDArray[np.int_], told: Forecast) -> None:
    for name in Forecast.__slots__:
        getattr(found, name)[np.arange(len(nights)), nights - 1] = getattr(told, name)
