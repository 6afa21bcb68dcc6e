"""Finds out who is asking: a phone, a person of staff, a machine, or nobody."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Request
from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services.secrets import DEVICE, KEY_LIVE, KEY_TEST, STAFF, token_digest
from diary.services.staff import SEEN_EVERY, still_open
from diary.storage.patients import DeviceRow, DiaristRow, device_presented, diarist_by_id
from diary.storage.staff import key_presented, session_presented, staff_by_id
from diary.storage.tables.staff import IntegrationKey, Staff, StaffSession
from diary.storage.unit import Scope, enter, present

STAFF_COOKIE = "__Host-staff"
DEVICE_COOKIE = "__Host-device"
CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF-Token"
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking, in which role; a phone comes with its patient, a person with the session."""

    role: str
    scope: Scope
    patient: DiaristRow | None = None
    device: DeviceRow | None = None
    staff: Staff | None = None
    session: StaffSession | None = None
    key: IntegrationKey | None = None


def presented_token(request: Request, cookie: str | None) -> tuple[str | None, bool]:
    """The token of this request, and whether it came by cookie: then a change needs the CSRF token."""
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ").strip(), False
    if cookie is not None and cookie in request.cookies:
        return request.cookies[cookie], True
    return None, False


def who_is_asking(
    session: Session, token: str | None, *, wall_now: datetime, request_id: str, lock: bool
) -> Caller:
    """Look the token up, enter its clinic, and say who it is.

    Args:
        lock: the unit writes. The phone's patient row is held until it ends, so that two phones cannot both
            be first; and that a person of staff was here is noted.

    Raises:
        Refusal: not_signed_in, for a token that is unknown, ended or revoked.
    """
    if token is None:
        return Caller(NOBODY, Scope(None, "system", request_id=request_id))
    digest = token_digest(token)
    present(session, digest)
    caller = None
    if token.startswith(DEVICE):
        caller = _phone(session, digest, request_id, lock=lock)
    elif token.startswith(STAFF):
        caller = _person(session, digest, wall_now, request_id, writes=lock)
    elif token.startswith((KEY_TEST, KEY_LIVE)):
        caller = _machine(session, digest, request_id)
    if caller is None:
        raise Refusal("not_signed_in", "Sign in again: this token is not known here, or it has ended.")
    return caller


def csrf_token(secret_key: str, token: str) -> str:
    """What a form of this session must send back: nobody without both secrets can make it.

    Of a phone's token the part before the point counts, which stays when the token is renewed.
    """
    kept = token.partition(".")[0]
    return hmac.new(secret_key.encode(), b"csrf:" + kept.encode(), hashlib.sha256).hexdigest()


def carries_csrf(request: Request, *, secret_keys: Sequence[str], token: str) -> bool:
    """Whether the request carries the CSRF token of this session, in a header or form field."""
    given = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
    return any(hmac.compare_digest(given.encode(), csrf_token(key, token).encode()) for key in secret_keys)


def check_csrf(request: Request, *, secret_keys: Sequence[str], token: str) -> None:
    """A change by cookie needs the session's own CSRF token in a header or form field.

    Raises:
        Refusal: csrf_failed.
    """
    if not carries_csrf(request, secret_keys=secret_keys, token=token):
        raise Refusal("csrf_failed", "This page was open too long. Go back, reload it, and try again.")


def _phone(session: Session, digest: str, request_id: str, *, lock: bool) -> Caller | None:
    device = device_presented(session, digest)
    if device is None or device.revoked_at is not None:
        return None
    scope = Scope(device.clinic_id, "patient", device.patient_id, "patient", request_id)
    enter(session, scope)
    patient = diarist_by_id(session, device.patient_id, lock=lock)
    return Caller("patient", scope, patient=patient, device=device)


def _person(
    session: Session, digest: str, wall_now: datetime, request_id: str, *, writes: bool
) -> Caller | None:
    found = session_presented(session, digest)
    if found is None:
        return None
    enter(session, Scope(found.clinic_id, "staff", found.staff_id, None, request_id))
    person = staff_by_id(session, found.staff_id)
    if not still_open(found, person, now=wall_now):
        return None
    # On SQLite a unit that begins to read and then writes is refused when somebody else wrote meanwhile.
    if writes and wall_now - found.last_seen_at >= SEEN_EVERY:
        found.last_seen_at = wall_now
    scope = Scope(found.clinic_id, "staff", person.id, person.role, request_id)
    enter(session, scope)
    return Caller(person.role, scope, staff=person, session=found)


def _machine(session: Session, digest: str, request_id: str) -> Caller | None:
    key = key_presented(session, digest)
    if key is None or key.revoked_at is not None:
        return None
    scope = Scope(key.clinic_id, "integration", key.id, "integration", request_id)
    enter(session, scope)
    return Caller("integration", scope, key=key)
