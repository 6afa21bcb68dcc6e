"""A clinic's thresholds: one field for each of the protocol's, with its own range."""

from dataclasses import fields
from typing import Any

from config.origins import ORIGINS
from config.protocol import Protocol
from schemas.base import Incoming
from schemas.fields import Choice, ListOf, Number, Text, WholeNumber


def _field(name: str) -> Any:
    spec = next(spec for spec in fields(Protocol) if spec.name == name)
    if "among" in spec.metadata:
        words = spec.metadata["among"]
        one = Choice(words, description="Item code.")
        return ListOf(one, max_items=len(words), required=True, description=f"{ORIGINS[name].what}.")
    low, high = spec.metadata["low"], spec.metadata["high"]
    options: dict[str, Any] = {
        "required": not spec.metadata["or_none"],
        "description": f"{ORIGINS[name].what}.",
    }
    if spec.type in (int, int | None):
        return WholeNumber(low, high, **options)
    return Number(low, high, **options)


ProtocolIn: type[Incoming] = type(
    "ProtocolIn",
    (Incoming,),
    {
        "__doc__": "New thresholds, from now on.",
        **{name: _field(name) for name in ORIGINS},
        "note": Text(300, required=True, description="Why, for colleagues."),
    },
)
