"""Queries of what staff want to be mailed, and whether mails to them come back."""

from sqlalchemy.orm import Session

from diary.storage.tables.outbox import Message
from diary.storage.tables.staff import StaffWish
from diary.storage.unit import own


def wishes(session: Session) -> dict[int, StaffWish]:
    """By the person's id; who never chose has none."""
    return {wish.staff_id: wish for wish in session.scalars(own(session, StaffWish))}


def wish_of(session: Session, staff_id: int) -> StaffWish | None:
    """What this person chose."""
    return session.scalars(own(session, StaffWish).where(StaffWish.staff_id == staff_id)).one_or_none()


def newest_fate(session: Session, staff_id: int) -> str | None:
    """How the newest message to this person alone ended that reached a mail server."""
    ended = own(session, Message).with_only_columns(Message.state)
    ended = ended.where(
        Message.staff_id == staff_id, Message.state.in_(("delivered", "permanent_failure"))
    ).order_by(Message.ended_at.desc(), Message.id.desc())
    return session.scalar(ended.limit(1))
