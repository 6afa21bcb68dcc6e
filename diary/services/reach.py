"""Phones that agreed to be sent notes: they come, they answer, and one day they are gone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from diary.domain.delivery import Tried
from diary.domain.errors import Refusal
from diary.gateways.outbound import fault_of
from diary.services import audit
from diary.services.reminders import begin_reminding
from diary.storage.patients import Diarist
from diary.storage.reach import (
    SUBSCRIPTIONS_MAX,
    live_subscriptions,
    subscription_at,
    subscriptions_at,
    subscriptions_of_device,
)
from diary.storage.tables.reach import PushSubscription
from diary.storage.unit import clinic_of

# One phone maker answers 403 for a phone that is gone, but also where our token was bad.
REFUSED_MAX: Final = 3
KEY_CHARACTERS: Final = {"p256dh": 87, "auth": 22}


def subscribe(
    session: Session,
    patient: Diarist,
    *,
    device_id: int,
    endpoint: str,
    p256dh: str,
    auth: str,
    now: datetime,
) -> PushSubscription:
    """From now on notes go to this browser of the patient's phone, and to no earlier one of the same phone.

    Raises:
        Refusal: push_not_usable.
    """
    keys = {"p256dh": p256dh.rstrip("="), "auth": auth.rstrip("=")}
    sound = all(len(keys[name]) == length for name, length in KEY_CHARACTERS.items())
    if fault_of(endpoint) is not None or not sound or not "".join(keys.values()).isascii():
        raise Refusal("push_not_usable", "This browser gave no address that notes could be sent to.")
    for earlier in subscriptions_of_device(session, device_id):
        if earlier.endpoint != endpoint:
            _end(earlier, "replaced", now=now)
    for oldest in live_subscriptions(session, [patient.id])[: -(SUBSCRIPTIONS_MAX - 1)]:
        _end(oldest, "too many", now=now)
    found = subscription_at(session, endpoint)
    if found is None:
        found = PushSubscription(clinic_id=clinic_of(session), endpoint=endpoint, created_at=now)
        session.add(found)
    found.patient_id, found.device_id = patient.id, device_id
    found.p256dh, found.auth = keys["p256dh"], keys["auth"]
    found.refused_times, found.ended_at, found.end_reason = 0, None, None
    session.flush()
    begin_reminding(session, patient, now=now)
    audit.note(session, "push.subscribe", now=now, object="patient", patient_id=patient.id)
    return found


def unsubscribe(session: Session, device_id: int, *, now: datetime, reason: str = "asked") -> None:
    """No more notes to this phone."""
    for found in subscriptions_of_device(session, device_id):
        _end(found, reason, now=now)
    session.flush()


def note_pushes(session: Session, tries: Sequence[tuple[str, Tried]], *, now: datetime) -> None:
    """What tries say of the phones at these endpoints: one that is gone is never tried again."""
    phones = {one.endpoint: one for one in subscriptions_at(session, sorted({end for end, _ in tries}))}
    for endpoint, tried in tries:
        found = phones.get(endpoint)
        if found is not None and found.ended_at is None:
            _learn(found, tried, now=now)


def _learn(found: PushSubscription, tried: Tried, *, now: datetime) -> None:
    if tried.result == "gone":
        _end(found, tried.detail or "gone", now=now)
    elif tried.result == "delivered":
        found.refused_times = 0
    elif tried.result == "refused":
        found.refused_times += 1
        if found.refused_times >= REFUSED_MAX:
            _end(found, f"refused {tried.detail}", now=now)


def _end(found: PushSubscription, reason: str, *, now: datetime) -> None:
    found.ended_at, found.end_reason = now, reason
