"""What the methods are called, and at which rates of false alerts they are compared."""

from typing import Final

RATES: Final = (0.05, 0.10, 0.20)
"""False alerts a patient-month, at most, where thresholds are chosen."""
STRESS_RATES: Final = (0.05, 0.10)
FALSE_PER_MONTH: Final = 0.1
"""False alerts a patient-month, at most, of the service as it is shipped."""

PLAIN: Final = "plain rule"
US: Final = "curves (ours)"
US_LEARNED: Final = "curves, the clinic's own prior"
ORACLE: Final = "oracle, given the generator"

TOLD_NUMBERS: Final = "curves, the generator's numbers as the prior"
TOLD_LEVEL: Final = "the same, told each patient's true level"

GATED: Final = ", responders"
"""A rival that is silent until there was relief to lose."""
OPENINGS: Final = ", first openings"
"""Alerts that open alone: as if they had one level and never rose."""
AS_SHIPPED: Final = ", as shipped"
"""With the thresholds of the default protocol."""

# Who is no rival.
OWN: Final = frozenset(
    {PLAIN, US + AS_SHIPPED, *(name + way for name in (US, US_LEARNED, ORACLE) for way in ("", OPENINGS))}
)
