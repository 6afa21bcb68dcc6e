"""What can become of an alert, and who may let it: the one table behind every button and every night.

open -> acknowledged (= owned) <-> snoozed; any of these -> parked while a booking is under way
parked -> closed by the recorded infusion, or reopened by a failed booking
any of the four -> closed by an outcome; unowned -> cleared on recovery, or superseded with a reason
"""

from typing import Final

from diary.domain.errors import Refusal

LIVE = ("open", "acknowledged", "snoozed", "parked")

AFTER: dict[tuple[str, str], str] = {
    ("open", "acknowledge"): "acknowledged",
    ("acknowledged", "acknowledge"): "acknowledged",  # a colleague takes it over
    ("snoozed", "acknowledge"): "acknowledged",
    ("open", "snooze"): "snoozed",
    ("acknowledged", "snooze"): "snoozed",
    ("snoozed", "wake"): "acknowledged",
    ("acknowledged", "return"): "open",  # taken, but without a next step for too long
    ("open", "park"): "parked",
    ("acknowledged", "park"): "parked",
    ("snoozed", "park"): "parked",
    ("parked", "reopen"): "acknowledged",
    ("open", "clear"): "cleared",
    ("open", "supersede"): "superseded",
    ("open", "close"): "closed",
    ("acknowledged", "close"): "closed",
    ("snoozed", "close"): "closed",
    ("parked", "close"): "closed",
}

URGENCY: Final = (
    "red_flag",
    "confirmed",
    "likely_lost",
    "step",
    "not_assessed",
    "watch",
    "call_me",
    "review",
    "no_response",
)
"""Levels of loss, and kinds of the other alerts: the most urgent first. Any other kind comes after them."""


def urgency(kind: str, level: str | None) -> int:
    """The place of an alert among others; lower is more urgent.

    >>> urgency("loss", "confirmed") < urgency("step", None) < urgency("loss", "watch")
    True
    """
    word = level or kind
    return URGENCY.index(word) if word in URGENCY else len(URGENCY)


# A red flag is never merged, snoozed, outranked or cleared; a booking does not park it. A person closes it.
RED_FLAG_NEVER = ("snooze", "park", "clear", "supersede")


def after(status: str, action: str, *, kind: str) -> str:
    """The status that `action` leads to.

    Raises:
        Refusal: `alert_wrong_state` when this alert cannot take the action now.

    >>> after("open", "acknowledge", kind="loss")
    'acknowledged'
    >>> may("open", "snooze", kind="red_flag")
    False
    """
    if not may(status, action, kind=kind):
        why = "a red flag stays until a named person closes it" if kind == "red_flag" else f"it is {status}"
        raise Refusal(
            "alert_wrong_state", f"This alert cannot take '{action}' now: {why}. Reload it and look again."
        )
    return AFTER[status, action]


def may(status: str, action: str, *, kind: str) -> bool:
    """Whether an alert of this kind and status can take the action."""
    if kind == "red_flag" and action in RED_FLAG_NEVER:
        return False
    return (status, action) in AFTER


def answered_by_booking(status: str, *, kind: str) -> bool:
    """Whether re-treatment under way answers this alert: a loss, a review or a missing response.

    A step does not wait for it: an abrupt rise may be an injury or an infection.

    >>> answered_by_booking("open", kind="loss"), answered_by_booking("open", kind="step")
    (True, False)
    """
    return kind in ("loss", "review", "no_response") and may(status, "park", kind=kind)
