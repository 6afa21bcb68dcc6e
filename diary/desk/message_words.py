"""The words for messages: what each is about, what became of it, and of each try."""

from collections.abc import Mapping
from typing import Final

KINDS: Final[Mapping[str, str]] = {
    "alert": "an alert",
    "reminder": "a reminder",
    "offer": "days on offer",
    "digest": "a digest",
    "escalation": "an alert that nobody took",
    "nudge": "a second reminder",
    "visit": "days that changed",
    "operator": "a webhook that is off",
    "event": "an event for a program",
}
STATES: Final[Mapping[str, str]] = {
    "new": "waits to be sent",
    "taken": "is being sent",
    "delivered": "sent",
    "permanent_failure": "could not be sent",
    "technical_failure": "could not be sent: a fault",
    "expired": "too old to be sent",
    "cancelled": "cancelled",
}
WAYS: Final[Mapping[str, str]] = {"email": "mail", "push": "phone", "webhook": "webhook", "none": "no way"}
RESULTS: Final[Mapping[str, str]] = {
    "delivered": "taken",
    "later": "not yet",
    "refused": "refused",
    "gone": "gone",
}
