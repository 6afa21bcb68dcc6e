"""The way of a booking, from request to the recorded infusion: the one table behind every button."""

from diary.domain.errors import Refusal

LIVE = ("requested", "authorised", "waiting_list", "offered", "accepted", "confirmed", "declined")
# These leave the patient without a date: the alert comes back, with its age.
FAILED = ("refused", "cancelled", "no_show")

AFTER: dict[tuple[str, str], str] = {
    ("requested", "authorise"): "authorised",
    ("requested", "refuse"): "refused",
    ("authorised", "offer"): "offered",
    ("authorised", "wait"): "waiting_list",
    ("waiting_list", "offer"): "offered",
    ("offered", "offer"): "offered",
    ("offered", "accept"): "accepted",
    ("offered", "decline"): "declined",
    ("accepted", "decline"): "declined",
    ("declined", "offer"): "offered",
    ("declined", "wait"): "waiting_list",
    ("accepted", "confirm"): "confirmed",
    ("confirmed", "no_show"): "no_show",
    **{(state, "cancel"): "cancelled" for state in LIVE},
    **{(state, "complete"): "done" for state in LIVE},  # the infusion was given, whatever the papers say
}


def after(state: str, action: str) -> str:
    """The state that `action` leads to.

    Raises:
        Refusal: `booking_wrong_state` when the booking cannot take this step now.

    >>> after("requested", "authorise")
    'authorised'
    """
    if (state, action) not in AFTER:
        possible = ", ".join(actions(state)) or "nothing more"
        raise Refusal(
            "booking_wrong_state",
            f"A booking that is {state.replace('_', ' ')} cannot take '{action}'. Possible now: {possible}.",
        )
    return AFTER[state, action]


def actions(state: str) -> list[str]:
    """The steps a person can take from this state (the recorded infusion completes it by itself).

    >>> actions("requested")
    ['authorise', 'refuse', 'cancel']
    """
    return [action for from_state, action in AFTER if from_state == state and action != "complete"]
