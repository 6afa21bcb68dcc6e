"""What is lost by waiting: the days without relief to expect until a bed that is asked for today."""

from typing import Final, NamedTuple

FORTNIGHT_DAYS: Final = 14


class Weights(NamedTuple):
    """How much each chance of a finding counts, days: the sum of the products is the days without relief."""

    lost: float
    lost_14d: float
    lost_28d: float
    lost_lead: float


def weights(lead_days: int) -> Weights:
    """Weights for a lead time.

    A day is without relief with the chance that relief is lost by then, so the days to expect are the area
    under the chances from now to the end of the lead time: straight between the days that a finding keeps.

    >>> weights(28)
    Weights(lost=7.0, lost_14d=14.0, lost_28d=7.0, lost_lead=0.0)
    >>> sum(weights(40)), sum(weights(20)), sum(weights(7))
    (40.0, 20.0, 7.0)
    """
    half, whole = FORTNIGHT_DAYS / 2, 2 * FORTNIGHT_DAYS
    if lead_days <= FORTNIGHT_DAYS:
        return Weights(lead_days / 2, 0.0, 0.0, lead_days / 2)
    if lead_days < whole:
        rest = (lead_days - FORTNIGHT_DAYS) / 2
        return Weights(half, half + rest, 0.0, rest)
    rest = (lead_days - whole) / 2
    return Weights(half, 2 * half, half + rest, rest)


def days_lost(lost: float, lost_14d: float, lost_28d: float, lost_lead: float, *, lead_days: int) -> float:
    """The days without relief to expect within the lead time.

    >>> days_lost(1.0, 1.0, 1.0, 1.0, lead_days=28), days_lost(0.0, 0.5, 1.0, 1.0, lead_days=28)
    (28.0, 14.0)
    """
    chances = (lost, lost_14d, lost_28d, lost_lead)
    return sum(weight * chance for weight, chance in zip(weights(lead_days), chances, strict=True))
