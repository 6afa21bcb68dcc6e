"""A request for re-treatment that carries its authorisation and the days to offer, all in one press."""

from datetime import date
from typing import Any, NamedTuple

import marshmallow as ma

from schemas.booking import BookingIn
from schemas.fields import Day, Text, Uuid


class OfferedSlot(NamedTuple):
    """Days in a chair, as one button sends them."""

    chair_uid: str
    first_day: date
    last_day: date


class SlotText(Text):
    """Chair, first and last day with spaces between: a button has one value."""

    def read(self, value: Any) -> OfferedSlot:  # type: ignore[override]
        """The three parts, each by its own rules."""
        parts = str(value).split()
        if len(parts) != 3:
            raise ma.ValidationError("Choose one of the free days.")
        uid, first_day, last_day = parts
        day = Day(description="A day.")
        return OfferedSlot(Uuid(description="A chair.").read(uid), day.read(first_day), day.read(last_day))


class BookingAtOnceIn(BookingIn):
    """A request; with a slot also its authorisation."""

    reference = Text(100, description="The payer's reference.")
    expires_on = Day(description="Last day that the authorisation covers.")
    slot = SlotText(80, description="The days to offer, and where.")

    @ma.validates_schema
    def _authorised(self, values: dict[str, object], **_: object) -> None:
        if "slot" in values and "reference" not in values:
            raise ma.ValidationError("This is needed.", "reference")
