"""The words for messages: what each is about, what became of it, and of each try."""

from collections.abc import Mapping
from typing import Final

KINDS: Final[Mapping[str, str]] = {
    "alert": "An alert",
    "reminder": "A reminder",
    "offer": "Days on offer",
    "digest": "A digest",
    "escalation": "An alert that nobody took",
    "nudge": "A second reminder",
    "visit": "News of their days",
    "operator": "A webhook that is off",
    "event": "An event",
    "emergency": "A record opened in an emergency",
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
WAYS: Final[Mapping[str, str]] = {"email": "mail", "push": "phone", "webhook": "webhook"}
RESULTS: Final[Mapping[str, str]] = {
    "delivered": "taken",
    "later": "not yet",
    "refused": "refused",
    "gone": "gone",
}


def way(channel: str, reader: str | None, result: str, detail: str | None) -> str:
    """What one try came to, and whose address it was, where that is known.

    >>> way("email", "Nora", "later", "451"), way("none", None, "refused", "no way to reach them")
    ('mail to Nora: not yet (451)', 'no way to reach them')
    """
    if channel == "none":
        return detail or "no way"
    to = f" to {reader}" if reader else ""
    said = f"{WAYS.get(channel, channel)}{to}: {RESULTS[result]}"
    return f"{said} ({detail})" if detail else said
