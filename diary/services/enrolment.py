"""Pairs a phone with a patient: a one-time code from the clinic, exchanged for a device token."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services import audit
from diary.services.invitation import check_open, presented_code
from diary.services.own_limits import check_often
from diary.services.reach import unsubscribe
from diary.services.secrets import DEVICE, code_digest, new_code, new_token, token_digest
from diary.services.zones import note_zone
from diary.storage.ids import new_uid
from diary.storage.patients import codes_of, lock_code, patient_by_id
from diary.storage.tables.patient import Consent, Device, EnrolmentCode, Patient
from diary.storage.unit import Scope, clinic_of, enter, own, scope_of

CODE_LIFE = timedelta(hours=72)
DEVICES_MAX = 5


@dataclass(frozen=True, slots=True)
class Phone:
    """What a phone says of itself when it enrols."""

    zone: str
    locale: str
    consent_version: str
    label: str | None = None
    platform: str | None = None
    client_version: str | None = None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A paired phone; the token is shown this once."""

    patient: Patient
    device: Device
    token: str


def make_code(session: Session, patient: Patient, *, secret_key: str, now: datetime) -> tuple[str, datetime]:
    """A new one-time code for this patient and when it ends; earlier unused codes end now."""
    if patient.follow_state == "stopped":
        raise Refusal(
            "patient_not_followed", "This patient is no longer followed. Follow again, then enrol a phone."
        )
    end_codes(session, patient.id, now=now)
    code = new_code()
    session.add(
        EnrolmentCode(
            clinic_id=clinic_of(session),
            patient_id=patient.id,
            code_hash=code_digest(code, secret_key),
            created_at=now,
            expires_at=now + CODE_LIFE,
        )
    )
    audit.note_patient(session, "enrolment.code", patient, now=now)
    return code, now + CODE_LIFE


def make_own_code(
    session: Session, patient: Patient, *, secret_key: str, now: datetime
) -> tuple[str, datetime]:
    """The same, made on a phone that is signed in: for another phone, or the app on the home screen.

    Raises:
        Refusal: patient_not_followed, asked_too_often.
    """
    check_often((code.created_at for code in codes_of(session, patient.id)), now=now)
    return make_code(session, patient, secret_key=secret_key, now=now)


def end_codes(session: Session, patient_id: int, *, now: datetime) -> None:
    """What was not used yet opens nothing any more."""
    unused = own(session, EnrolmentCode).where(
        EnrolmentCode.patient_id == patient_id,
        EnrolmentCode.redeemed_at.is_(None),
        EnrolmentCode.revoked_at.is_(None),
    )
    for code in session.scalars(unused):
        code.revoked_at = now


def redeem(
    session: Session, code: str, phone: Phone, *, secret_keys: Sequence[str], now: datetime
) -> Enrolled:
    """Exchange a code for a device token, and store the consent given on the phone.

    Runs in a unit that has entered no clinic yet: the code says which one.

    Raises:
        Refusal: code_wrong, code_used, code_expired, too_many_devices.
    """
    found = presented_code(session, code, secret_keys=secret_keys)
    enter(session, Scope(found.clinic_id, "patient", request_id=scope_of(session).request_id))
    found = lock_code(session, found.id)
    check_open(found, now=now)
    patient = patient_by_id(session, found.patient_id, lock=True)
    enter(session, Scope(found.clinic_id, "patient", patient.id, "patient", scope_of(session).request_id))
    token = f"{new_token(DEVICE)}.{new_token('')}"
    device = _pair(session, patient, phone, token, now=now)
    found.redeemed_at, found.device_id = now, device.id
    session.flush()
    audit.note(
        session, "enrolment.redeem", now=now, object="device", object_uid=device.uid, patient_id=patient.id
    )
    return Enrolled(patient, device, token)


def revoke_device(session: Session, device_id: int, *, now: datetime) -> None:
    """The phone can no longer sign in; what it already sent stays."""
    device = session.scalars(own(session, Device).where(Device.id == device_id)).one()
    device.revoked_at = device.revoked_at or now
    unsubscribe(session, device.id, now=now, reason="signed out")
    audit.note(
        session,
        "device.revoke",
        now=now,
        object="device",
        object_uid=device.uid,
        patient_id=device.patient_id,
    )


def _pair(session: Session, patient: Patient, phone: Phone, token: str, *, now: datetime) -> Device:
    active = own(session, Device).where(Device.patient_id == patient.id, Device.revoked_at.is_(None))
    if len(session.scalars(active).all()) >= DEVICES_MAX:
        raise Refusal(
            "too_many_devices", f"{DEVICES_MAX} phones are already paired. Ask the clinic to remove one."
        )
    device = Device(
        clinic_id=clinic_of(session),
        uid=new_uid(now),
        patient_id=patient.id,
        token_hash=token_digest(token),
        label=phone.label,
        platform=phone.platform,
        client_version=phone.client_version,
        enrolled_at=now,
        last_seen_at=now,
    )
    session.add(device)
    session.add(
        Consent(
            clinic_id=clinic_of(session),
            patient_id=patient.id,
            text_version=phone.consent_version,
            locale=phone.locale,
            given_at=now,
        )
    )
    session.flush()
    note_zone(session, patient, phone.zone, since_at=now)
    patient.locale = phone.locale
    return device
