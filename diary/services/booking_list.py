"""The list of bookings: those under way first by how soon they need somebody, then what has ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, case, select
from sqlalchemy.orm import Session

from diary.domain.booking_states import LIVE
from diary.services import audit
from diary.storage.beside import identities_of
from diary.storage.tables.booking import Booking
from diary.storage.tables.course import Regimen
from diary.storage.tables.patient import Patient
from diary.storage.unit import clinic_of

PAGE_ROWS: Final = 50


@dataclass(frozen=True, slots=True)
class BookingRow:
    """A booking, whose, and of what."""

    booking: Booking
    patient: Patient
    name: str | None
    regimen: str


@dataclass(frozen=True, slots=True)
class BookingList:
    """One page; `more` says that another follows."""

    rows: tuple[BookingRow, ...]
    page: int
    more: bool


def booking_list(session: Session, *, page: int, names: bool, now: datetime) -> BookingList:
    """Bookings under way with the earliest days first, those without days after them, then the ended ones."""
    page = max(1, page)
    ended = case((Booking.state.in_(LIVE), 0), else_=1)
    statement = (
        select(Booking, Patient, Regimen.name)
        .join(Patient, and_(Patient.clinic_id == Booking.clinic_id, Patient.id == Booking.patient_id))
        .join(Regimen, and_(Regimen.clinic_id == Booking.clinic_id, Regimen.id == Booking.regimen_id))
        .where(Booking.clinic_id == clinic_of(session))
        .order_by(ended, Booking.offered_first_day.is_(None), Booking.offered_first_day, Booking.id.desc())
        .offset((page - 1) * PAGE_ROWS)
        .limit(PAGE_ROWS + 1)
    )
    found = session.execute(statement).all()
    identities = identities_of(session, [row[1].id for row in found]) if names else {}
    pseudonyms = [row[1].pseudonym for row in found]
    audit.note_list(session, "bookings", pseudonyms, named=bool(identities), now=now)
    known = {patient_id: identity.name for patient_id, identity in identities.items()}
    rows = [BookingRow(row[0], row[1], known.get(row[1].id), row[2]) for row in found[:PAGE_ROWS]]
    return BookingList(tuple(rows), page, more=len(found) > PAGE_ROWS)
