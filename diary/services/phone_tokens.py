"""Renews a phone's token now and then: a copy of an old one opens nothing, and no lost answer locks out.

The token before goes on until the newest has come back, however long the phone is offline. Both begin alike,
and from that the secret of a page is made: what a phone keeps for offline goes on with either.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Update, update
from sqlalchemy.orm import Session

from diary.services import audit
from diary.services.secrets import new_token, token_digest
from diary.storage.patients import DeviceRow
from diary.storage.tables.patient import Device
from diary.storage.unit import clinic_of

RENEWED_EVERY: Final = timedelta(days=30)


def is_due(device: DeviceRow, *, now: datetime) -> bool:
    """Whether the token has served for so long."""
    return now - (device.renewed_at or device.enrolled_at) >= RENEWED_EVERY


def renew(session: Session, device: DeviceRow, token: str, *, now: datetime) -> str:
    """Another token for the phone that presented this one; the unit holds its patient.

    Whoever presents the one before has not got the newest: that one ends, and the one before goes on.
    """
    renewed = f"{token.partition('.')[0]}.{new_token('')}"
    values = {"token_hash": token_digest(renewed), "renewed_at": now, "last_seen_at": now}
    if device.token_hash == token_digest(token):
        values["previous_hash"] = device.token_hash
    session.execute(_of(session, device).values(**values))
    audit.note(
        session,
        "device.renew",
        now=now,
        object="device",
        object_uid=device.uid,
        patient_id=device.patient_id,
    )
    return renewed


def settle(session: Session, device: DeviceRow, token: str) -> None:
    """The newest has come back, hours after it was made: the one before ends."""
    if device.renewed_at is not None and device.token_hash == token_digest(token):
        session.execute(_of(session, device).values(previous_hash=None))


def _of(session: Session, device: DeviceRow) -> Update:
    return update(Device).where(Device.clinic_id == clinic_of(session), Device.id == device.id)
