"""Safety facts: they stand beside every alert and booking, since re-treating early has injured livers."""

from schemas.base import Outgoing
from schemas.fields import Day, Number, Part, Text, WholeNumber


class LiverTestOut(Outgoing):
    """The last liver test on record."""

    day = Day(description="Day of the test.")
    alt_u_l = Number(0, 100000, allow_none=True, description="Alanine aminotransferase, U/L.")
    ast_u_l = Number(0, 100000, allow_none=True, description="Aspartate aminotransferase, U/L.")


class SafetyOut(Outgoing):
    """How much ketamine the patient had, and when. For a person to weigh; nothing is decided from it."""

    days_since_infusion = WholeNumber(0, 100000, allow_none=True, description="Since the last infusion day.")
    infusion_days_12_months = WholeNumber(0, 366, description="Infusion days in the last 12 months.")
    last_liver_test = Part(
        LiverTestOut, allow_none=True, description="The last liver test; null: none known."
    )
    minimum_interval_days = WholeNumber(
        0, 1000, allow_none=True, description="The clinic's minimum between two infusions; null: not set yet."
    )
    warning = Text(300, allow_none=True, description="What a booker must know; null: nothing.")
