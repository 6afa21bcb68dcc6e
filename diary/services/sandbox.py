"""The sandbox clock: a row that people may move forward, so that twelve weeks pass in seconds."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.storage.base import table_of
from diary.storage.prepared import Prepared
from diary.storage.tables.clinic import Installation

FARTHEST: Final = timedelta(days=400)
READ_AFRESH: Final = {"populate_existing": True}


class Here(NamedTuple):
    """What this database is, and in a sandbox what time it is here and where its clock is going."""

    kind: str
    clock_at: datetime | None
    target_at: datetime | None


_HERE: Final = Prepared(select(*(table_of(Installation).c[name] for name in Here._fields)))


def installation(session: Session) -> Here:
    """What this database is.

    Raises:
        Refusal: not_set_up, when the database holds no installation yet.
    """
    found = _HERE.rows(session)
    if not found:
        raise Refusal("not_set_up", "This database was never set up. Run 'python -m diary setup'.")
    return Here(*found[0])


def now_in(session: Session, real_now: datetime) -> datetime:
    """The time that counts here: the sandbox's own, or the real one."""
    clock_at = installation(session).clock_at
    return clock_at if clock_at is not None else real_now


def ask_to_advance(session: Session, *, to: datetime) -> Here:
    """Set where the sandbox clock shall go. The scheduler process moves it there, stopping at every night.

    Raises:
        Refusal: sandbox_only; clock_backwards; clock_too_far.
    """
    found = session.scalars(select(Installation).with_for_update(), execution_options=READ_AFRESH).one()
    if found.kind != "sandbox" or found.clock_at is None:
        raise Refusal("sandbox_only", "Only a sandbox has a clock that can be moved.")
    if to <= max(found.clock_at, found.target_at or found.clock_at):
        raise Refusal(
            "clock_backwards", f"The sandbox clock only goes forward. Choose a moment after {found.clock_at}."
        )
    if to > found.clock_at + FARTHEST:
        raise Refusal("clock_too_far", f"At most {FARTHEST.days} days at a time.")
    found.target_at = to
    return Here(found.kind, found.clock_at, to)


def move_clock(session: Session, *, to: datetime) -> bool:
    """Put the clock at its next stop; at its target it rests. False where another process was quicker."""
    found = session.scalars(select(Installation).with_for_update(), execution_options=READ_AFRESH).one()
    assert found.clock_at is not None
    if to < found.clock_at:
        return False
    found.clock_at = to
    if found.target_at is not None and to >= found.target_at:
        found.target_at = None
    session.flush()
    return True
