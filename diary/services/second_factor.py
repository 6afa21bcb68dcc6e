"""The second factor of a person: an authenticator app's codes, and recovery codes for a lost phone."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from config.words import ENROLMENT_CODE_ALPHABET
from diary.domain.errors import Refusal
from diary.domain.totp import SECRET_BYTES, step_shown
from diary.services import audit
from diary.services.sealing import seal, unseal
from diary.services.secrets import token_digest
from diary.storage.signing import (
    authenticator_of,
    forget_recovery_codes,
    passkeys_of,
    unused_recovery_codes,
)
from diary.storage.staff import hold_staff
from diary.storage.tables.signing import Authenticator, RecoveryCode
from diary.storage.tables.staff import Staff
from diary.storage.unit import clinic_of

# 16 characters of 30: 78 bits, so that a plain digest is enough.
RECOVERY_CODES: Final = 10
RECOVERY_LENGTH: Final = 16
RECOVERY_GROUP: Final = 4


def has_second_factor(session: Session, staff_id: int) -> bool:
    """Whether a password alone signs this person in no more."""
    return authenticator_of(session, staff_id) is not None or bool(passkeys_of(session, staff_id))


def draw_secret(person: Staff, *, secret_key: str) -> tuple[bytes, str]:
    """A new secret for an app, and the same sealed, for the form that brings it back with the first code."""
    secret = secrets.token_bytes(SECRET_BYTES)
    return secret, seal(secret, about=_about(person), secret_key=secret_key)


def unsealed(person: Staff, sealed: str, *, secret_keys: Sequence[str]) -> bytes | None:
    """The secret that a form brings back; None when it is no seal of ours for this person."""
    return unseal(sealed, about=_about(person), secret_keys=secret_keys)


def set_authenticator(
    session: Session, person: Staff, *, sealed: str, code: str, secret_keys: Sequence[str], now: datetime
) -> None:
    """From now on this app's codes count, and those of an earlier one no more.

    Raises:
        Refusal: second_factor_failed, when the code is not this secret's.
    """
    secret = unsealed(person, sealed, secret_keys=secret_keys)
    step = secret and step_shown(secret, _tidy(code), now=now, after=0)
    if not secret or not step:
        raise Refusal(
            "second_factor_failed",
            "This is not the code that the app shows now. Wait for the next, and check the phone's clock.",
            pointer="/code",
        )
    hold_staff(session, person.id)
    known = authenticator_of(session, person.id)
    if known is not None:
        session.delete(known)
        session.flush()
    session.add(
        Authenticator(
            clinic_id=clinic_of(session),
            staff_id=person.id,
            sealed_secret=seal(secret, about=_about(person), secret_key=secret_keys[0]),
            last_step=step,
            created_at=now,
        )
    )
    audit.note(session, "staff.authenticator", now=now, object="staff", object_uid=person.uid)


def remove_authenticator(session: Session, person: Staff, *, now: datetime) -> None:
    """Its codes count no more."""
    known = authenticator_of(session, person.id)
    if known is not None:
        session.delete(known)
        session.flush()
        audit.note(session, "staff.authenticator_remove", now=now, object="staff", object_uid=person.uid)
        forget_what_stood_in(session, person)


def remove_factors(session: Session, person: Staff, *, now: datetime) -> None:
    """The person lost phone and codes: none of it counts any more, and they set up anew."""
    known = [authenticator_of(session, person.id), *passkeys_of(session, person.id)]
    for factor in known:
        if factor is not None:
            session.delete(factor)
    forget_recovery_codes(session, person.id)
    audit.note(session, "staff.factors_remove", now=now, object="staff", object_uid=person.uid)


def check_code(
    session: Session, person: Staff, code: str, *, secret_keys: Sequence[str], now: datetime
) -> None:
    """The code of the app, or a recovery code; each is good once. The caller counts tries before.

    Runs in a writing unit that holds the person's account, so that of two who send one code at once only the
    first is let in.

    Raises:
        Refusal: second_factor_failed.
    """
    given = _tidy(code)
    if not _shown_by_app(session, person, given, secret_keys=secret_keys, now=now):
        _use_recovery_code(session, person, given, now=now)


def new_recovery_codes(session: Session, person: Staff, *, now: datetime) -> list[str]:
    """Ten codes, shown this once; earlier ones are good no more."""
    hold_staff(session, person.id)
    forget_recovery_codes(session, person.id)
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(
            clinic_id=clinic_of(session),
            staff_id=person.id,
            code_hash=token_digest(_tidy(code)),
            created_at=now,
        )
        for code in codes
    )
    audit.note(session, "staff.recovery_codes", now=now, object="staff", object_uid=person.uid)
    return codes


def reseal(session: Session, person: Staff, *, secret_keys: Sequence[str]) -> bool:
    """Seal the app's secret under the service's newest one; whether there was anything to seal."""
    known = authenticator_of(session, person.id)
    secret = known and unseal(known.sealed_secret, about=_about(person), secret_keys=secret_keys)
    if known is None or not secret:
        return False
    known.sealed_secret = seal(secret, about=_about(person), secret_key=secret_keys[0])
    return True


def forget_what_stood_in(session: Session, person: Staff) -> None:
    """Recovery codes stand in for a second factor; without one they would be a second password."""
    if not has_second_factor(session, person.id):
        forget_recovery_codes(session, person.id)


def _shown_by_app(
    session: Session, person: Staff, given: str, *, secret_keys: Sequence[str], now: datetime
) -> bool:
    known = authenticator_of(session, person.id)
    if known is None:
        return False
    secret = unseal(known.sealed_secret, about=_about(person), secret_keys=secret_keys)
    step = secret and step_shown(secret, given, now=now, after=known.last_step)
    if not secret or not step:
        return False
    known.last_step = step
    known.sealed_secret = seal(secret, about=_about(person), secret_key=secret_keys[0])
    return True


def _use_recovery_code(session: Session, person: Staff, given: str, *, now: datetime) -> None:
    digest = token_digest(given)
    for code in unused_recovery_codes(session, person.id):
        if secrets.compare_digest(code.code_hash, digest):
            code.used_at = now
            audit.note(session, "staff.recovery_used", now=now, object="staff", object_uid=person.uid)
            return
    raise Refusal(
        "second_factor_failed",
        "This code is not right, or was used already. Wait for the app's next one, or use a recovery code.",
        pointer="/code",
    )


def _recovery_code() -> str:
    letters = "".join(secrets.choice(ENROLMENT_CODE_ALPHABET) for _ in range(RECOVERY_LENGTH))
    return "-".join(letters[at : at + RECOVERY_GROUP] for at in range(0, RECOVERY_LENGTH, RECOVERY_GROUP))


def _tidy(code: str) -> str:
    """As it was typed, without what people put between the characters."""
    return code.replace(" ", "").replace("-", "").upper()


def _about(person: Staff) -> str:
    return f"authenticator:{person.uid}"
