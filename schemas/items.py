"""Optional questions beside the pain score; some answers are red flags and reach staff on arrival."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma

from config.scales import ITEMS
from schemas.base import Incoming, Outgoing
from schemas.enrolment import ClinicOut
from schemas.fields import Day, Fault, ListOf, Moment, Part, Plain, Text, Uuid, WholeNumber, Zone


class ItemAnswers(Plain, ma.fields.Dict):
    """Answers by item code, each a whole number on its item's own scale."""

    asks = f"Send an object; its keys are among: {', '.join(ITEMS)}."

    def limits(self) -> dict[str, Any]:
        """Every item with its scale."""
        return {
            "properties": {
                code: {
                    "type": "integer",
                    "minimum": item.scale.low,
                    "maximum": item.scale.high,
                    "description": f"{item.label}: {item.scale.low} = {item.scale.low_anchor}, "
                    f"{item.scale.high} = {item.scale.high_anchor}.",
                }
                for code, item in ITEMS.items()
            },
            "additionalProperties": False,
            "minProperties": 1,
        }

    def read(self, value: Any) -> dict[str, int]:
        """The answers; every one that is not right is named."""
        if not isinstance(value, Mapping) or not value:
            raise self.fault()
        answers: dict[str, int] = {}
        faults: dict[str, Any] = {}
        for code, answer in value.items():
            if code not in ITEMS:
                faults[code] = [Fault("This item is not known here; check its spelling.", "unknown")]
                continue
            scale = ITEMS[code].scale
            try:
                answers[code] = WholeNumber(scale.low, scale.high, description=code).read(answer)
            except ma.ValidationError as error:
                faults[code] = error.messages
        if faults:
            raise ma.ValidationError(faults)
        return answers


class ItemCodes(ListOf):
    """Some of the optional questions, by code."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Text(40, description="Item code."), max_items=len(ITEMS), **options)


class ItemsIn(Incoming):
    """Optional questions of one day, by themselves. Safe to repeat."""

    id = Uuid(required=True, description="Made by the client, once; kept for every repeat.")
    day = Day(required=True, description="The patient's own calendar day that the answers are for.")
    answered_at = Moment(required=True, description="When the patient answered, by the phone's clock.")
    sent_at = Moment(required=True, description="When this request is sent, by the same clock.")
    zone = Zone(required=True, description="The phone's time zone when the patient answered.")
    items = ItemAnswers(required=True, description="Answers by item code.")


class ItemsOut(Outgoing):
    """What was stored, and whom to call at once if an answer is a red flag."""

    id = Uuid(description="The client's id.")
    day = Day(description="The day that the answers are for.")
    received_at = Moment(description="When the service received them.")
    red_flags = ItemCodes(description="Answers that staff see now.")
    call = Part(ClinicOut, allow_none=True, description="Whom to call now; null without a red flag.")
