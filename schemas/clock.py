"""The sandbox clock: twelve weeks in seconds, in sandbox databases only."""

import marshmallow as ma

from config.words import INSTALLATION_KINDS
from schemas.base import Incoming, Outgoing
from schemas.fields import Choice, Moment, WholeNumber

NIGHTS_AT_ONCE_MAX = 400


class ClockIn(Incoming):
    """Move the clock on: to a moment, or by nights. Every night on the way is run."""

    to = Moment(description="The moment to move to.")
    nights = WholeNumber(1, NIGHTS_AT_ONCE_MAX, description="How many nights to move on.")

    @ma.validates_schema
    def _one_of_two(self, values: dict[str, object], **_: object) -> None:
        if len(values) != 1:
            raise ma.ValidationError("Send either a moment or a number of nights.", "to")


class ClockOut(Outgoing):
    """What time it is here."""

    kind = Choice(INSTALLATION_KINDS, description="Live, or a sandbox whose clock can be moved.")
    now_at = Moment(description="The present moment here.")
    target_at = Moment(
        allow_none=True, description="The moment that the clock is moving to; null: it stands."
    )
