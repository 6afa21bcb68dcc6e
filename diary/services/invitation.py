"""What an enrolment code opens, read before the patient agrees: who invites, and from which zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services.clinics import the_clinic
from diary.services.secrets import code_digest
from diary.storage.patients import code_presented
from diary.storage.protocols import zones_of
from diary.storage.tables.patient import EnrolmentCode
from diary.storage.unit import Scope, enter, present, scope_of


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who invites, and the zone that the clinic lives in now."""

    clinic: str
    zone: str


def invitation(session: Session, code: str, *, secret_keys: Sequence[str], now: datetime) -> Invitation:
    """Read what a code opens, without using it up; `enrolment.redeem` decides again, and finally.

    Runs in a unit that has entered no clinic yet: the code says which one.

    Raises:
        Refusal: code_wrong, code_used, code_expired.
    """
    found = presented_code(session, code, secret_keys=secret_keys)
    check_open(found, now=now)
    enter(session, Scope(found.clinic_id, "patient", request_id=scope_of(session).request_id))
    zone = [name for since_at, name in zones_of(session, found.clinic_id) if since_at <= now][-1]
    return Invitation(the_clinic(session).name, zone)


def presented_code(session: Session, code: str, *, secret_keys: Sequence[str]) -> EnrolmentCode:
    """The code that was typed in, made under any of the service's secrets.

    Raises:
        Refusal: code_wrong.
    """
    for secret_key in secret_keys:
        digest = code_digest(code, secret_key)
        present(session, digest)
        found = code_presented(session, digest)
        if found is not None:
            return found
    raise Refusal(
        "code_wrong", "This code is not known. Check each character, or ask the clinic for a new code."
    )


def check_open(code: EnrolmentCode, *, now: datetime) -> None:
    """Refuse a code that opens nothing any more.

    Raises:
        Refusal: code_used, code_expired.
    """
    if code.redeemed_at is not None:
        raise Refusal("code_used", "This code was already used. Ask the clinic for a new one.")
    if code.revoked_at is not None or now >= code.expires_at:
        raise Refusal("code_expired", "This code has ended. Ask the clinic for a new one.")
