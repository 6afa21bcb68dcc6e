"""Tells other programs that something changed, and stops telling one that has not listened for days."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from diary.domain.delivery import WEBHOOK_GIVE_UP_AFTER, Tried
from diary.domain.errors import Refusal
from diary.gateways.outbound import fault_of
from diary.gateways.webhook import SECRET_PREFIX
from diary.services import audit, outbox
from diary.services.sandbox import installation
from diary.storage.base import table_of
from diary.storage.ids import new_uid
from diary.storage.reach import cancel_events, live_webhooks
from diary.storage.tables.outbox import Message
from diary.storage.tables.reach import Webhook
from diary.storage.unit import clinic_of

WEBHOOKS_MAX: Final = 20
SECRET_BYTES: Final = 32


def add_webhook(session: Session, *, url: str, now: datetime) -> Webhook:
    """Tell this address from now on. Its secret signs what is sent.

    Raises:
        Refusal: webhook_not_usable, limit_reached.
    """
    fault = fault_of(url, plain_here=installation(session).kind == "sandbox")
    if fault is not None:
        raise Refusal("webhook_not_usable", f"This address cannot be told: {fault}.")
    if len(live_webhooks(session)) >= WEBHOOKS_MAX:
        raise Refusal("limit_reached", f"A clinic has at most {WEBHOOKS_MAX} webhooks. Remove one first.")
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    webhook = Webhook(clinic_id=clinic_of(session), uid=new_uid(now), url=url, secret=secret, created_at=now)
    session.add(webhook)
    session.flush()
    audit.note(session, "webhook.add", now=now, object="webhook", object_uid=webhook.uid)
    return webhook


def end_webhook(session: Session, webhook: Webhook, *, reason: str, now: datetime) -> None:
    """Tell it no more; what waits for it is cancelled."""
    webhook.ended_at, webhook.end_reason = now, reason
    cancel_events(session, webhook.id, now=now)
    session.flush()
    audit.note(
        session, "webhook.end", now=now, object="webhook", object_uid=webhook.uid, detail={"reason": reason}
    )


def tell_programs(session: Session, kind: str, uids: Sequence[str], *, now: datetime) -> None:
    """One event a thing and webhook, in the transaction that changed it. It names the thing and says no more.

    Args:
        session: of the clinic.
        kind: what happened, of EVENT_TYPES.
        uids: of the alerts, or the bookings, that it happened to.
        now: when.
    """
    listening = live_webhooks(session) if uids else []
    thing = kind.partition(".")[0]
    rows = []
    for webhook in listening:
        for uid in uids:
            key = new_uid(now)
            rows.append(
                {
                    "clinic_id": clinic_of(session),
                    "uid": key,
                    "kind": "event",
                    "dedupe_key": f"event:{key}",
                    "webhook_id": webhook.id,
                    "event": {"type": kind, "timestamp": now.isoformat(), "data": {thing: uid}},
                    "state": "new",
                    "created_at": now,
                    "next_try_at": now,
                    "tries": 0,
                }
            )
    if rows:
        session.execute(insert(table_of(Message)), rows)


def note_event(session: Session, webhook: Webhook, tried: Tried, *, now: datetime) -> None:
    """What a try says of the webhook: one that has failed for three days is off, and the admins are told."""
    if webhook.ended_at is not None:
        return
    if tried.result == "delivered":
        webhook.failing_since_at = None
        return
    webhook.failing_since_at = webhook.failing_since_at or now
    gone = tried.result == "gone"
    if gone or now - webhook.failing_since_at >= WEBHOOK_GIVE_UP_AFTER:
        end_webhook(session, webhook, reason="gone" if gone else "failed", now=now)
        outbox.enqueue(session, outbox.Letter("operator", f"webhook:{webhook.uid}"), now=now)
