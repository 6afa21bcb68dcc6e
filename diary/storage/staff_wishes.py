"""Queries of what staff want to be mailed, and whether mails to them come back."""

from sqlalchemy.orm import Session

from diary.storage.tables.outbox import Delivery
from diary.storage.tables.staff import StaffWish
from diary.storage.unit import own


def wishes(session: Session) -> dict[int, StaffWish]:
    """By the person's id; who never chose has none."""
    return {wish.staff_id: wish for wish in session.scalars(own(session, StaffWish))}


def wish_of(session: Session, staff_id: int) -> StaffWish | None:
    """What this person chose."""
    return session.scalars(own(session, StaffWish).where(StaffWish.staff_id == staff_id)).one_or_none()


def newest_result(session: Session, staff_id: int) -> str | None:
    """What a mail server last said for good of a mail to this person, whoever's work it was about."""
    said = own(session, Delivery).with_only_columns(Delivery.result)
    said = said.where(Delivery.staff_id == staff_id, Delivery.result.in_(("delivered", "refused")))
    return session.scalar(said.order_by(Delivery.id.desc()).limit(1))
