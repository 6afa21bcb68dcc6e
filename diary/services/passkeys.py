"""Passkeys (WebAuthn): made, used to sign in without a password, named and removed.

A passkey asks its person for a finger, a face or a PIN, and signs for this address alone: it takes the place
of the password and of the second factor.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services import audit
from diary.services.second_factor import forget_what_stood_in
from diary.services.sign_in_steps import Begun, begin_step, finish_step
from diary.services.sign_ins import facts_of, person_of
from diary.services.staff import SignedIn, act_as, open_session
from diary.storage.ids import new_uid
from diary.storage.signing import passkey_by_uid, passkey_presented, passkeys_of
from diary.storage.staff import hold_staff
from diary.storage.tables.signing import Passkey
from diary.storage.tables.staff import Staff
from diary.storage.unit import clinic_of, present

PASSKEYS_MAX: Final = 10
NAME: Final = "Pain diary"


@dataclass(frozen=True, slots=True)
class Site:
    """The address that passkeys are made for; they sign for no other."""

    host: str
    origin: str

    @classmethod
    def at(cls, public_url: str) -> Self:
        """The site at the address that staff open.

        >>> Site.at("https://diary.example.org:8443")
        Site(host='diary.example.org', origin='https://diary.example.org:8443')
        """
        return cls(urlsplit(public_url).hostname or "", public_url)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the browser hands to the authenticator, and the step that its answer comes back with."""

    step: Begun
    options: dict[str, Any]


def ask_for_new(session: Session, person: Staff, *, site: Site, now: datetime) -> Asked:
    """Begin to make a passkey of this person.

    Raises:
        Refusal: too_many_passkeys.
    """
    from webauthn import generate_registration_options, options_to_json  # noqa: PLC0415 - see tests/house/rooms.py
    from webauthn.helpers.structs import (  # noqa: PLC0415
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    known = passkeys_of(session, person.id)
    if len(known) >= PASSKEYS_MAX:
        raise Refusal("too_many_passkeys", f"You have {PASSKEYS_MAX} passkeys. Remove one first.")
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=NAME,
        user_id=person.uid.encode(),
        user_name=person.email,
        user_display_name=person.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=_bytes(one.credential_id)) for one in known],
    )
    facts = facts_of(person) | {"challenge": _text(options.challenge)}
    return Asked(begin_step(session, "passkey_new", facts, now=now), json.loads(options_to_json(options)))


def add(
    session: Session,
    person: Staff,
    *,
    step: str,
    credential: Mapping[str, Any],
    name: str,
    site: Site,
    now: datetime,
) -> Passkey:
    """Keep the passkey that the browser made.

    Raises:
        Refusal: passkey_failed, also for a step that took too long or is another's; too_many_passkeys.
    """
    from webauthn import verify_registration_response  # noqa: PLC0415

    with _refusing():
        facts = finish_step(session, step, "passkey_new", now=now)
        assert (facts["staff"], facts["clinic"]) == (person.id, person.clinic_id), "begun by somebody else"
        made = verify_registration_response(
            credential=dict(credential),
            expected_challenge=_bytes(facts["challenge"]),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    hold_staff(session, person.id)
    credential_id = _text(made.credential_id)
    if len(passkeys_of(session, person.id)) >= PASSKEYS_MAX:
        raise Refusal("too_many_passkeys", f"You have {PASSKEYS_MAX} passkeys. Remove one first.")
    passkey = Passkey(
        clinic_id=clinic_of(session),
        uid=new_uid(now),
        staff_id=person.id,
        credential_id=credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=name,
        synced=made.credential_backed_up,
        created_at=now,
        last_used_at=None,
    )
    session.add(passkey)
    session.flush()
    audit.note(session, "staff.passkey", now=now, object="passkey", object_uid=passkey.uid)
    return passkey


def ask_for_known(session: Session, *, site: Site, now: datetime) -> Asked:
    """Begin to sign in: whoever has a passkey of this address answers, and says by it who they are."""
    from webauthn import generate_authentication_options, options_to_json  # noqa: PLC0415
    from webauthn.helpers.structs import UserVerificationRequirement  # noqa: PLC0415

    options = generate_authentication_options(
        rp_id=site.host, user_verification=UserVerificationRequirement.REQUIRED
    )
    step = begin_step(session, "passkey", {"challenge": _text(options.challenge)}, now=now)
    return Asked(step, json.loads(options_to_json(options)))


def sign_in(
    session: Session,
    *,
    step: str,
    credential: Mapping[str, Any],
    site: Site,
    now: datetime,
    client: str | None,
) -> SignedIn:
    """A session of the person whose passkey signed, in a unit that has entered no clinic yet.

    A count that falls is refused: the key was copied. Keys that are synced count nothing, and stay at 0.

    Raises:
        Refusal: sign_in_again; passkey_failed; sign_in_failed.
    """
    from webauthn import verify_authentication_response  # noqa: PLC0415

    facts = finish_step(session, step, "passkey", now=now)
    credential_id = credential.get("id")
    if not isinstance(credential_id, str):
        raise _failed()
    present(session, credential_id)
    passkey = passkey_presented(session, credential_id)
    if passkey is None:
        raise _failed()
    person = person_of(session, {"clinic": passkey.clinic_id, "staff": passkey.staff_id})
    act_as(session, person)
    session.refresh(passkey)
    with _refusing():
        verified = verify_authentication_response(
            credential=dict(credential),
            expected_challenge=_bytes(facts["challenge"]),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    passkey.sign_count, passkey.last_used_at = verified.new_sign_count, now
    passkey.synced = verified.credential_backed_up
    return open_session(session, person, now=now, way="passkey", client=client)


def rename(session: Session, person: Staff, uid: str, name: str) -> None:
    """What the person calls it.

    Raises:
        Refusal: not_found.
    """
    _own(session, person, uid).name = name


def remove(session: Session, person: Staff, uid: str, *, now: datetime) -> None:
    """It opens nothing any more, wherever it is kept.

    Raises:
        Refusal: not_found.
    """
    passkey = _own(session, person, uid)
    session.delete(passkey)
    session.flush()
    audit.note(session, "staff.passkey_remove", now=now, object="passkey", object_uid=uid)
    forget_what_stood_in(session, person)


def _own(session: Session, person: Staff, uid: str) -> Passkey:
    found = passkey_by_uid(session, person.id, uid)
    if found is None:
        raise Refusal("not_found", "There is no such passkey of yours.")
    return found


@contextmanager
def _refusing() -> Iterator[None]:
    """An answer that is not as it must be; made-up ones break the parsers of CBOR and JSON in many ways."""
    try:
        yield
    except Exception:
        raise _failed() from None


def _failed() -> Refusal:
    return Refusal("passkey_failed", "This passkey was not accepted. Try again, or use your password.")


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
