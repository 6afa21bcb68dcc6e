"""Counts tries at a door in the database, so that every worker counts alike."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Engine, case
from sqlalchemy.dialects import postgresql, sqlite

from diary.domain.errors import Refusal
from diary.storage.tables.staff import AttemptCount

INSERT: dict[str, Callable[..., Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


# In a quarter of an hour. A colleague mistypes three times and a ward shares an address; a guesser needs
# thousands.
SIGN_IN_WINDOW_S: Final = 15 * 60
SIGN_INS_PER_ACCOUNT: Final = 10
SIGN_INS_PER_ADDRESS: Final = 50


def count_sign_in(engine: Engine, *, email: str, address: str | None, now: datetime) -> None:
    """Count one try to sign in, by account and by network address, whichever door it came to.

    Raises:
        Refusal: too_many_attempts.
    """
    account = hashlib.sha256(email.lower().encode()).hexdigest()[:32]
    for door, limit in (
        (f"signin:{account}", SIGN_INS_PER_ACCOUNT),
        (f"signin:{address}", SIGN_INS_PER_ADDRESS),
    ):
        count_attempt(engine, door, limit=limit, window_s=SIGN_IN_WINDOW_S, now=now)


def count_attempt(engine: Engine, door: str, *, limit: int, window_s: int, now: datetime) -> None:
    """Count one try, in a transaction of its own so that a refused request still counts.

    Raises:
        Refusal: too_many_attempts, with `retry_after_s`.
    """
    ends_at = now + timedelta(seconds=window_s)
    over = AttemptCount.window_ends_at <= now
    statement = (
        INSERT[engine.dialect.name](AttemptCount)
        .values(door=door, attempts=1, window_ends_at=ends_at)
        .on_conflict_do_update(
            index_elements=["door"],
            set_={
                "attempts": case((over, 1), else_=AttemptCount.attempts + 1),
                "window_ends_at": case((over, ends_at), else_=AttemptCount.window_ends_at),
            },
        )
        .returning(AttemptCount.attempts, AttemptCount.window_ends_at)
    )
    with engine.begin() as connection:
        row = connection.execute(statement).one()
    if row.attempts > limit:
        wait_s = max(1, int((row.window_ends_at - now).total_seconds()))
        raise Refusal(
            "too_many_attempts",
            f"Too many tries. Wait {wait_s} seconds, then try again.",
            facts={"retry_after_s": wait_s},
        )
