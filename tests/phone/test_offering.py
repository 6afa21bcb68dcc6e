"""A date that the clinic offers is answered by one tap: I can, I cannot, or call me first."""

from typing import TYPE_CHECKING

import pytest

from diary.services import bookings
from diary.storage.bookings import live_booking_of
from diary.storage.patients import patient_by_id
from diary.storage.tables.alert import Alert
from tests.little_clinic import a_regimen
from tests.phone.offers import offer
from tests.phone.phone_clinic import PhoneClinic, text_of
from tests.phone.phones import smart_phone

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def state(clinic: PhoneClinic, patient_id: int) -> str | None:
    """Where the booking stands."""
    with clinic.unit() as session:
        booking = live_booking_of(session, patient_id)
        return booking.state if booking is not None else None


@pytest.mark.parametrize(
    ("answer", "leads_to", "says"),
    [
        ("can", "accepted", "You said that you can come."),
        ("cannot", "declined", "You said that you cannot come."),
    ],
)
def test_an_offer_is_shown_with_its_days_and_answered(
    clinic: PhoneClinic, answer: str, leads_to: str, says: str
):
    patient_id = clinic.admit()
    phone = clinic.phone(patient_id)
    offer(clinic, patient_id)
    page = text_of(phone.get("/app/offer").text)
    assert "Monday 7 December to Friday 11 December" in page
    assert "ketamine" not in page.lower()

    sent = phone.post("/app/offer", {**phone.form("/app/offer"), "answer": answer})

    assert (sent.status_code, state(clinic, patient_id)) == (303, leads_to)
    assert says in text_of(phone.get(sent.location).text)


def test_call_me_first_leaves_the_offer_open_and_reaches_staff(clinic: PhoneClinic):
    patient_id = clinic.admit()
    phone = clinic.phone(patient_id)
    offer(clinic, patient_id)
    sent = phone.post("/app/offer", {**phone.form("/app/offer"), "answer": "call"})
    assert sent.location == "/app/call"
    assert state(clinic, patient_id) == "offered"
    assert [alert.kind for alert in clinic.rows(Alert)] == ["call_me"]


def test_days_that_the_clinic_changed_meanwhile_are_shown_again_and_not_agreed_to(clinic: PhoneClinic):
    patient_id = clinic.admit()
    phone = clinic.phone(patient_id)
    offer(clinic, patient_id)
    seen = phone.form("/app/offer")
    offer(clinic, patient_id, later_days=7)
    sent = phone.post("/app/offer", {**seen, "answer": "can"})
    assert state(clinic, patient_id) == "offered"
    assert "Your clinic changed this. Nothing was sent." in text_of(phone.get(sent.location).text)


def test_another_patients_offer_is_neither_shown_nor_answered(clinic: PhoneClinic):
    patient_id, other_id = clinic.admit(), clinic.admit("P-0043")
    phone, other = clinic.phone(patient_id), clinic.phone(other_id)
    offer(clinic, patient_id)
    seen = phone.form("/app/offer")
    assert "There is no date to answer now." in text_of(other.get("/app/offer").text)
    other.post(
        "/app/offer", {**other.form("/app/"), **{k: seen[k] for k in ("booking", "version")}, "answer": "can"}
    )
    assert state(clinic, patient_id) == "offered"


def test_a_booking_that_staff_still_work_on_is_not_told(clinic: PhoneClinic):
    patient_id = clinic.admit()
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        bookings.request_booking(
            session, patient, regimen=a_regimen(session), alert=None, note=None, now=clinic.clock()
        )
    assert "There is no date to answer now." in text_of(clinic.phone(patient_id).get("/app/offer").text)


def test_who_opens_the_diary_sees_the_offer_and_answers_it_by_tapping(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    patient_id = sqlite_clinic.admit()
    with sqlite_clinic.served() as base, smart_phone(chromium, sqlite_clinic, base=base) as phone:
        phone.settle_in(patient_id)
        offer(sqlite_clinic, patient_id)
        phone.open()
        phone.sees("Your clinic offers you a date.")
        phone.answer(7)
        phone.press("Your clinic offers you a date.", role="link")
        phone.press("I can")
        phone.sees("You said that you can come.")
    assert state(sqlite_clinic, patient_id) == "accepted"
