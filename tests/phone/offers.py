"""A clinic offers a patient days for the treatment, by the shortest way there."""

from datetime import timedelta

from diary.services import bookings
from diary.storage.bookings import live_booking_of
from diary.storage.patients import patient_by_id
from tests.little_clinic import a_regimen
from tests.phone.phone_clinic import TODAY, PhoneClinic

FIRST, LAST = TODAY + timedelta(days=16), TODAY + timedelta(days=20)


def offer(clinic: PhoneClinic, patient_id: int, *, later_days: int = 0) -> None:
    """The clinic offers days, or other days than before."""
    with clinic.unit(write=True) as session:
        booking = live_booking_of(session, patient_id, lock=True)
        if booking is None:
            patient = patient_by_id(session, patient_id, lock=True)
            booking = bookings.request_booking(
                session, patient, regimen=a_regimen(session), alert=None, note=None, now=clinic.clock()
            )
            bookings.authorise(session, booking, reference="A-17", expires_on=None, now=clinic.clock())
        first, last = (day + timedelta(days=later_days) for day in (FIRST, LAST))
        bookings.offer(
            session, booking, first_day=first, last_day=last, override_reason=None, now=clinic.clock()
        )
