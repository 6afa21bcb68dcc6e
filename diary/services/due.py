"""Whether a message to a patient still has its point when its turn comes."""

from sqlalchemy.orm import Session

from diary.storage.bookings import booking_by_id
from diary.storage.tables.outbox import Message
from diary.storage.tables.patient import Patient


def is_needless(session: Session, message: Message, patient: Patient) -> bool:
    """Nobody who is not followed hears anything; of an offer, only while it stands."""
    if patient.follow_state != "followed":
        return True
    if message.kind == "offer" and message.booking_id is not None:
        return booking_by_id(session, message.booking_id).state != "offered"
    return False
