"""The demo's way in: one link, signed in, for a sandbox whose operator made a key for it."""

import hmac
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services.sandbox import installation
from diary.services.staff import SignedIn, open_session
from diary.storage.staff import staff_presented
from diary.storage.unit import present

# Whom each link signs in; the demo opens these accounts. `.example` belongs to nobody (RFC 2606).
DEMO_EMAILS: Final = {
    "nurse": "nurse@clinic.example",
    "physician": "physician@clinic.example",
    "coordinator": "coordinator@trial.example",
}


def enter_demo(session: Session, *, who: str, key: str, expected_key: str | None, now: datetime) -> SignedIn:
    """A session of one of the demo's own people, in a unit that has entered no clinic yet.

    Raises:
        Refusal: not_found, alike for a live database, a missing or wrong key, and anybody else.
    """
    known = bool(expected_key) and hmac.compare_digest(key.encode(), (expected_key or "").encode())
    if not known or who not in DEMO_EMAILS or installation(session).kind != "sandbox":
        raise _no_such_page()
    present(session, DEMO_EMAILS[who])
    person = staff_presented(session, DEMO_EMAILS[who])
    if person is None or person.disabled_at is not None:
        raise _no_such_page()
    return open_session(session, person, now=now, way="demo")


def _no_such_page() -> Refusal:
    return Refusal("not_found", "There is no such page.")
