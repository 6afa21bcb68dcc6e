"""What happened, when, and who did it: for the histories on the pages of staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

Names = Mapping[int, tuple[str, str]]
"""Uid and name of everyone with an account, by id."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to an alert or a booking, and who did it."""

    at: datetime
    who: str
    action: str
    note: str | None


def who_did(actor_kind: str, actor_id: int | None, staff: Names) -> str:
    """The name of an actor, as histories have it."""
    if actor_kind == "staff":
        if actor_id is None:
            return "somebody of another clinic, in an emergency"
        _, name = staff.get(actor_id, ("", "a colleague"))
        return name
    return {"patient": "the patient", "system": "the night", "integration": "a connected system"}.get(
        actor_kind, "the operator"
    )
