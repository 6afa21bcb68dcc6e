"""Queries of where people and programs can be reached."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from diary.storage.tables.outbox import Message
from diary.storage.tables.reach import PushSubscription, Webhook
from diary.storage.unit import clinic_of, own

SUBSCRIPTIONS_MAX = 10
"""Of one patient: more than that is a phone that forgets; the oldest ends."""


def live_subscriptions(session: Session, patient_ids: Sequence[int]) -> list[PushSubscription]:
    """Phones of these patients that take notes, oldest first."""
    statement = own(session, PushSubscription).where(
        PushSubscription.patient_id.in_(patient_ids), PushSubscription.ended_at.is_(None)
    )
    return list(session.scalars(statement.order_by(PushSubscription.id)))


def subscription_at(session: Session, endpoint: str) -> PushSubscription | None:
    """The subscription with this address, live or ended."""
    return session.scalars(
        own(session, PushSubscription).where(PushSubscription.endpoint == endpoint)
    ).one_or_none()


def subscriptions_at(session: Session, endpoints: Sequence[str]) -> list[PushSubscription]:
    """Those with these addresses, live or ended."""
    return list(
        session.scalars(own(session, PushSubscription).where(PushSubscription.endpoint.in_(endpoints)))
    )


def subscriptions_of_device(session: Session, device_id: int) -> list[PushSubscription]:
    """Those of one phone that are live."""
    statement = own(session, PushSubscription).where(
        PushSubscription.device_id == device_id, PushSubscription.ended_at.is_(None)
    )
    return list(session.scalars(statement))


def live_webhooks(session: Session) -> list[Webhook]:
    """Addresses of the clinic that are told what happens."""
    return list(session.scalars(own(session, Webhook).where(Webhook.ended_at.is_(None)).order_by(Webhook.id)))


def webhooks(session: Session) -> list[Webhook]:
    """All of them, ended ones too."""
    return list(session.scalars(own(session, Webhook).order_by(Webhook.id)))


def webhook_by_uid(session: Session, uid: str) -> Webhook | None:
    """One of the clinic's webhooks."""
    return session.scalars(own(session, Webhook).where(Webhook.uid == uid)).one_or_none()


def webhooks_by_id(session: Session, ids: Sequence[int]) -> dict[int, Webhook]:
    """Those webhooks, by id."""
    return {one.id: one for one in session.scalars(own(session, Webhook).where(Webhook.id.in_(ids)))}


def cancel_events(session: Session, webhook_id: int, *, now: datetime) -> None:
    """What waits for a webhook goes nowhere any more."""
    session.execute(
        update(Message)
        .where(
            Message.clinic_id == clinic_of(session),
            Message.webhook_id == webhook_id,
            Message.state.in_(("new", "taken")),
        )
        .values(state="cancelled", ended_at=now, next_try_at=None, owner=None, lease_until_at=None)
    )


def replay_events(session: Session, webhook_id: int, *, since_at: datetime, now: datetime) -> int:
    """Send again what a webhook was told since a moment, or was not; how many."""
    replayed = session.execute(
        update(Message)
        .where(
            Message.clinic_id == clinic_of(session),
            Message.webhook_id == webhook_id,
            Message.created_at >= since_at,
            Message.state.not_in(("new", "taken")),
        )
        .values(state="new", ended_at=None, next_try_at=now, created_at=now, tries=0)
        .returning(Message.id)
    )
    return len(replayed.all())
