"""A sign-in in two halves: what the first found is kept here for some minutes, and taken once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services.secrets import new_token, token_digest
from diary.storage.signing import sweep_steps, take_step
from diary.storage.tables.signing import SignInStep

STEP_LIFE: Final = timedelta(minutes=10)
# With each new step so many old ones go, so that they cannot gather.
SWEPT_MAX: Final = 20
PREFIX: Final = "st_"


@dataclass(frozen=True, slots=True)
class Begun:
    """A step under way; the token is what the second half comes with."""

    token: str
    expires_at: datetime


def begin_step(session: Session, purpose: str, facts: Mapping[str, Any], *, now: datetime) -> Begun:
    """Keep what the first half found. `facts` holds ids and random values, never a name."""
    sweep_steps(session, now=now, most=SWEPT_MAX)
    token = new_token(PREFIX)
    step = SignInStep(
        digest=token_digest(token), purpose=purpose, facts=dict(facts), expires_at=now + STEP_LIFE
    )
    session.add(step)
    session.flush()
    return Begun(token, step.expires_at)


def look_at_step(session: Session, token: str, purpose: str, *, now: datetime) -> dict[str, Any]:
    """What the first half kept, for whoever still has to decide.

    Raises:
        Refusal: sign_in_again.
    """
    return _good(session.get(SignInStep, token_digest(token)), purpose, now=now)


def finish_step(session: Session, token: str, purpose: str, *, now: datetime) -> dict[str, Any]:
    """What the first half kept; nobody gets it a second time.

    Raises:
        Refusal: sign_in_again.
    """
    return _good(take_step(session, token_digest(token)), purpose, now=now)


def _good(found: SignInStep | None, purpose: str, *, now: datetime) -> dict[str, Any]:
    if found is None or found.purpose != purpose or found.expires_at <= now:
        raise Refusal("sign_in_again", "This took too long, or was done already. Start again.")
    return found.facts
