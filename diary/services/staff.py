"""Accounts of staff, their passwords and sessions, and the keys of machines."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.domain.weak_passwords import is_common
from diary.services import audit
from diary.services.secrets import KEY_LIVE, KEY_TEST, STAFF, new_token, token_digest
from diary.storage.ids import new_uid
from diary.storage.staff import hold_staff, open_sessions, staff_presented
from diary.storage.tables.staff import IntegrationKey, Staff, StaffSession
from diary.storage.unit import Scope, clinic_of, enter, own, present, scope_of

# OWASP's second profile: 52-93 ms here, where argon2-cffi's own default took 370-650 ms on shared cores.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# What an unknown name is checked against, so that it takes as long as a known one.
NOBODY = HASHER.hash("nobody has this password")

PASSWORD_LENGTH_MIN = 15
PASSWORD_LENGTH_MAX = 200
SESSION_LIFE = timedelta(hours=12)
SESSION_IDLE = timedelta(minutes=30)
SEEN_EVERY = timedelta(minutes=1)
# A ward's computers, a tablet and a program or two; past it a stolen password cannot gather sessions unseen.
SESSIONS_MAX = 10


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session; the token is shown this once."""

    staff: Staff
    token: str
    expires_at: datetime


def add_staff(
    session: Session, *, email: str, name: str, role: str, password: str | None, now: datetime
) -> Staff:
    """A person's own account; without a password, nobody signs in before one is set.

    Raises:
        Refusal: email_taken; password_too_short; password_too_long; password_common.
    """
    email = email.lower()
    present(session, email)
    if staff_presented(session, email) is not None:
        raise Refusal("email_taken", "Somebody already signs in with this e-mail address.", pointer="/email")
    person = Staff(
        clinic_id=clinic_of(session),
        uid=new_uid(now),
        email=email,
        name=name,
        role=role,
        password_hash=None if password is None else hashed(password, about=(email, name)),
        created_at=now,
    )
    session.add(person)
    session.flush()
    audit.note(session, "staff.add", now=now, object="staff", object_uid=person.uid, detail={"role": role})
    return person


def hashed(password: str, *, about: Sequence[str], pointer: str = "/password") -> str:
    """What is stored in a new password's place.

    Args:
        password: as it was typed.
        about: what is known of the account, which makes no password.
        pointer: where it stands in what was sent.

    Raises:
        Refusal: password_too_short; password_too_long; password_common.
    """
    if len(password) < PASSWORD_LENGTH_MIN:
        raise Refusal(
            "password_too_short",
            f"Use at least {PASSWORD_LENGTH_MIN} characters: four or five words do well.",
            pointer=pointer,
        )
    if len(password) > PASSWORD_LENGTH_MAX:
        raise Refusal("password_too_long", f"Use at most {PASSWORD_LENGTH_MAX} characters.", pointer=pointer)
    if is_common(password, about=about):
        raise Refusal(
            "password_common",
            "This is among the first that are guessed. Use four or five words that do not belong together.",
            pointer=pointer,
        )
    return HASHER.hash(_composed(password))


def check_password(session: Session, *, email: str, password: str) -> Staff:
    """Whose name and password these are. A wrong name and a wrong password look and last alike.

    Runs in a reading unit that has entered no clinic, since it lasts: no lock is held meanwhile. The caller
    counts attempts before.

    Raises:
        Refusal: sign_in_failed.
    """
    email = email.lower()
    present(session, email)
    person = staff_presented(session, email)
    try:
        HASHER.verify(person.password_hash or NOBODY if person else NOBODY, _composed(password))
    except VerificationError:
        person = None
    if person is None or person.password_hash is None or person.disabled_at is not None:
        raise sign_in_failed()
    return person


def sign_in_failed() -> Refusal:
    """The one answer to whoever may not come in, whatever the reason."""
    return Refusal(
        "sign_in_failed", "E-mail address and password do not match. Try again, or ask your admin."
    )


def act_as(session: Session, person: Staff) -> None:
    """From here on the unit acts for this person, whose account nobody else changes meanwhile.

    Raises:
        Refusal: sign_in_failed, for an account that ended since the password was looked at.
    """
    enter(session, Scope(person.clinic_id, "staff", person.id, person.role, scope_of(session).request_id))
    if hold_staff(session, person.id).disabled_at is not None:
        raise sign_in_failed()


def open_session(
    session: Session, person: Staff, *, now: datetime, way: str = "password", client: str | None = None
) -> SignedIn:
    """A session of this person, in a unit that has entered no clinic yet.

    A person has so many at once; one more ends the oldest.

    Args:
        way: what the person proved; a word of SIGN_IN_WAYS.
        client: browser and system, for the list of sessions.
    """
    act_as(session, person)
    for oldest in open_sessions(session, person.id, now=now, idle=SESSION_IDLE)[SESSIONS_MAX - 1 :]:
        sign_out(session, oldest, now=now)
    token = new_token(STAFF)
    session.add(
        StaffSession(
            clinic_id=person.clinic_id,
            uid=new_uid(now),
            staff_id=person.id,
            token_hash=token_digest(token),
            way=way,
            client=client,
            created_at=now,
            last_seen_at=now,
            expires_at=now + SESSION_LIFE,
        )
    )
    audit.note(session, "session.open", now=now, object="staff", object_uid=person.uid, detail={"way": way})
    return SignedIn(person, token, now + SESSION_LIFE)


def sign_in(session: Session, *, email: str, password: str, now: datetime) -> SignedIn:
    """Both in one unit, where nobody waits for it.

    Raises:
        Refusal: sign_in_failed.
    """
    return open_session(session, check_password(session, email=email, password=password), now=now)


def still_open(found: StaffSession, person: Staff, *, now: datetime) -> bool:
    """Whether a session may go on: not ended, not too old, not idle, its person not disabled."""
    return (
        found.ended_at is None
        and person.disabled_at is None
        and now < found.expires_at
        and now - found.last_seen_at < SESSION_IDLE
    )


def sign_out(session: Session, found: StaffSession, *, now: datetime) -> None:
    """End this session."""
    found.ended_at = now
    audit.note(session, "session.end", now=now, object="session", object_uid=found.uid)


def make_key(
    session: Session, *, name: str, kind: str, scopes: list[str], now: datetime
) -> tuple[IntegrationKey, str]:
    """A machine's key for this clinic; shown this once."""
    prefix = KEY_TEST if kind == "test" else KEY_LIVE
    secret = new_token(prefix)
    key = IntegrationKey(
        clinic_id=clinic_of(session),
        uid=new_uid(now),
        name=name,
        kind=kind,
        prefix=secret[: len(prefix) + 4],
        secret_hash=token_digest(secret),
        scopes=scopes,
        created_at=now,
    )
    session.add(key)
    session.flush()
    audit.note(session, "key.make", now=now, object="key", object_uid=key.uid, detail={"kind": kind})
    return key, secret


def sessions_of(session: Session, staff_id: int) -> list[StaffSession]:
    """Every session of a person that was not ended."""
    statement = own(session, StaffSession).where(
        StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None)
    )
    return list(session.scalars(statement))


def _composed(password: str) -> str:
    """An accent is one character or two, as the keyboard has it: the same to whoever types it."""
    return unicodedata.normalize("NFC", password)
