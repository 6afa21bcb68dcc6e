"""Taking back what one has just done with an alert: which acts, by whom, how soon, and what then stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from diary.domain.errors import Refusal

# The page offers it for 10 seconds; the rest is for the way there.
UNDO_WITHIN: Final = timedelta(seconds=15)
# What a booking parked is undone with the booking, and what a night did by nobody.
UNDOABLE: Final = ("acknowledge", "snooze", "close")
_MAKES_OWNER: Final = ("acknowledge", "snooze", "park")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to an alert."""

    at: datetime
    actor_kind: str
    actor_id: int | None
    action: str
    status_before: str | None


@dataclass(frozen=True, slots=True)
class Restored:
    """How the alert stood before."""

    status: str
    owner_id: int | None
    acknowledged_at: datetime | None


def undone(steps: Sequence[Step], *, staff_id: int, now: datetime) -> Restored:
    """What stands again once the last step is taken back.

    Args:
        steps: all that happened to the alert, first to last, what was undone included.
        staff_id: who wants it back.
        now: the moment of asking.

    Raises:
        Refusal: undo_not_possible: too late, of another's act or of one that cannot be taken back.
    """
    standing = _standing(steps)
    last = standing[-1]
    if (last.actor_kind, last.actor_id) != ("staff", staff_id) or last.action not in UNDOABLE:
        raise Refusal("undo_not_possible", "The last step was not yours, or it cannot be taken back.")
    if now - last.at > UNDO_WITHIN:
        seconds = int(UNDO_WITHIN.total_seconds())
        raise Refusal(
            "undo_not_possible", f"Undo works for {seconds} seconds. It stands; change it as it is now."
        )
    if last.status_before not in ("open", "acknowledged"):
        raise Refusal("undo_not_possible", f"An alert that was {last.status_before} is not put back so.")
    if last.status_before == "open":
        return Restored("open", None, None)
    before = standing[-2::-1]
    taken_at = next((step.at for step in before if step.action in ("acknowledge", "wake", "reopen")), last.at)
    owners = [step.actor_id for step in before if step.actor_kind == "staff" and step.action in _MAKES_OWNER]
    return Restored("acknowledged", owners[0] if owners else None, taken_at)


def _standing(steps: Sequence[Step]) -> list[Step]:
    """The steps without what was undone, and without notes."""
    kept: list[Step] = []
    for step in steps:
        if step.action == "undo":
            kept.pop()
        elif step.action not in ("note", "escalate"):
            kept.append(step)
    return kept
