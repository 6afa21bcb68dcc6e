"""What becomes of a message after a try: delivered, tried again at a moment, or given up in a named state."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

Result = Literal["delivered", "later", "refused", "gone"]
"""Of one try. `later`: the other side may take it another time; `refused`: never this one; `gone`: nobody is
there any more, and never will be."""

# A server that greylists takes a message within minutes; one that is down is asked twice an hour.
WAITS_MIN: Final = (1, 2, 5, 10, 15, 30)
# Tries of many messages that failed together are spread, by up to a fifth.
JITTER: Final = 0.2
# As long as mail servers themselves try (RFC 5321, 4.5.4.1). By then the alert has long been told to others.
GIVE_UP_AFTER: Final = timedelta(days=5)
WEBHOOK_GIVE_UP_AFTER: Final = timedelta(days=3)
WAIT_ASKED_FOR_MAX: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Tried:
    """What one try by one channel came to; the detail is a code or the name of an error, and no address."""

    result: Result
    detail: str | None = None
    wait_s: float | None = None
    """How long the other side asks to be left alone (Retry-After)."""
    away: bool = False
    """Nobody answered there: whatever else goes to the same destination waits, too."""


@dataclass(frozen=True, slots=True)
class Fate:
    """Where a message stands after a try: in an ended state, or `new` with the moment of its next try."""

    state: str
    next_try_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a message's fate hangs on, besides what its channels said."""

    tries: int
    """This one included."""
    created_at: datetime
    expires_at: datetime | None
    give_up_after: timedelta = GIVE_UP_AFTER
    spread: float = 0.5
    """From 0 to 1, and the message's own."""


def fate(tried: list[Tried], attempt: Attempt, *, now: datetime) -> Fate:
    """One channel that took it is enough; with none left that may, it ends.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 8, 3, 12, tzinfo=UTC)
    >>> fate([Tried("later", "451")], Attempt(1, noon, None), now=noon).next_try_at - noon
    datetime.timedelta(seconds=60)
    >>> fate([Tried("gone"), Tried("delivered")], Attempt(1, noon, None), now=noon)
    Fate(state='delivered', next_try_at=None)
    """
    if any(one.result == "delivered" for one in tried):
        return Fate("delivered")
    later = [one for one in tried if one.result == "later"]
    if not later:
        return Fate("permanent_failure")
    wait = _wait(attempt.tries, spread=attempt.spread)
    asked_for = max((one.wait_s or 0.0 for one in later), default=0.0)
    wait = max(wait, min(timedelta(seconds=asked_for), WAIT_ASKED_FOR_MAX))
    next_try_at = now + wait
    if attempt.expires_at is not None and next_try_at >= attempt.expires_at:
        return Fate("expired")
    if next_try_at - attempt.created_at > attempt.give_up_after:
        return Fate("technical_failure")
    return Fate("new", next_try_at)


def _wait(tries: int, *, spread: float) -> timedelta:
    minutes = WAITS_MIN[min(tries, len(WAITS_MIN)) - 1]
    return timedelta(minutes=minutes * (1 + JITTER * (2 * spread - 1)))
