"""A patient takes a break, goes on, or stops: messages, offers, links and the consent end at once."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from diary.phone.languages.english import ENGLISH
from diary.services import enrolment
from diary.services.own_limits import TIMES_MAX
from diary.storage.bookings import live_booking_of
from diary.storage.tables.outbox import Message
from diary.storage.tables.patient import Consent, PatientFollow
from tests.phone.offers import offer
from tests.phone.phone_clinic import TODAY, Phone, PhoneClinic, text_of
from tests.phone.phones import smart_phone

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def pause(phone: Phone, chosen: str):
    """Press one of the buttons."""
    return phone.post("/app/pause", {**phone.form("/app/pause"), "pause": chosen})


def test_a_break_is_taken_until_a_day_and_ended_again(clinic: PhoneClinic, joined: tuple[int, Phone]):
    patient_id, phone = joined
    assert "Until Tuesday 24 November" in text_of(phone.get("/app/pause").text)

    pause(phone, "3")

    assert "You have a break until Tuesday 24 November" in text_of(phone.get("/app/pause").text)
    assert clinic.patient(patient_id).follow_state == "paused"
    newest = clinic.rows(PatientFollow)[-1]
    assert (newest.until_day, newest.actor_kind) == (TODAY + timedelta(days=3), "patient")
    phone.answer(4)
    assert clinic.standing(patient_id) == {TODAY: 4}, "who wants to answer can"

    pause(phone, "go_on")
    assert clinic.patient(patient_id).follow_state == "followed"


@pytest.mark.parametrize("chosen", ["2", "365", "", "stopped"])
def test_a_break_of_a_length_that_was_not_offered_is_refused(sqlite_clinic: PhoneClinic, chosen: str):
    patient_id = sqlite_clinic.admit()
    assert pause(sqlite_clinic.phone(patient_id), chosen).status_code == 422
    assert sqlite_clinic.patient(patient_id).follow_state == "followed"


def test_breaks_are_not_taken_and_ended_without_end(sqlite_clinic: PhoneClinic):
    phone = sqlite_clinic.phone(sqlite_clinic.admit())
    for _ in range(TIMES_MAX // 2):
        for chosen in ("1", "go_on"):
            sqlite_clinic.clock.moment += timedelta(seconds=1)
            assert pause(phone, chosen).status_code == 303
    assert pause(phone, "1").status_code == 429


def test_stopping_is_asked_once_and_ends_what_waits_but_not_the_record(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    patient_id, phone = joined
    phone.answer(6)
    offer(clinic, patient_id)
    asked = phone.get("/app/stop")
    assert ENGLISH.say("stop.care") in text_of(asked.text)
    assert clinic.patient(patient_id).follow_state == "followed", "looking stops nothing"

    stopped = phone.get(phone.post("/app/stop", phone.form("/app/stop")).location)

    assert ENGLISH.say("stop.done_title") in stopped.text
    assert clinic.patient(patient_id).follow_state == "stopped"
    assert [row.withdrawn_at is not None for row in clinic.rows(Consent)] == [True]
    assert [row.stop_reason for row in clinic.rows(PatientFollow)] == [None, "withdrew"]
    with clinic.unit() as session:
        assert live_booking_of(session, patient_id) is None
    assert {row.state for row in clinic.rows(Message) if row.patient_id == patient_id} <= {"cancelled"}
    assert "Sat 21 Nov 6" in text_of(phone.get("/app/days").text)
    assert phone.get("/app/download/diary.csv").status_code == 200
    assert "This diary has ended" in phone.get(f"/app/days/{TODAY}/change").text
    token = phone.form("/app/days")
    back = phone.post("/app/pause", {**token, "pause": "go_on"})
    assert back.status_code == 409, "who stopped comes back by way of the clinic"
    phone.post("/app/stop", token)
    assert len(clinic.rows(PatientFollow)) == 2, "again, it changes nothing"


def test_a_code_for_another_phone_works_once_and_ten_a_day_are_enough(clinic: PhoneClinic):
    patient_id = clinic.admit()
    phone = clinic.phone(patient_id)
    page = phone.post("/app/another", phone.form("/app/another")).text
    code = page.split('class="typed" dir="ltr">')[1].split("<")[0]

    second = Phone(clinic.client())
    assert second.join(code).location == "/app/ready"
    second.answer(5)
    assert clinic.standing(patient_id) == {TODAY: 5}
    assert Phone(clinic.client()).join(code).status_code == 409

    with clinic.unit(write=True) as session:
        patient = clinic.patient(patient_id)
        for _ in range(TIMES_MAX):
            enrolment.make_code(session, patient, secret_key="x" * 40, now=clinic.clock())
    assert phone.post("/app/another", phone.form("/app/another")).status_code == 429


def test_answers_that_wait_are_sent_before_anybody_stops(chromium: "Browser", sqlite_clinic: PhoneClinic):
    patient_id = sqlite_clinic.admit()
    with sqlite_clinic.served() as base, smart_phone(chromium, sqlite_clinic, base=base) as phone:
        phone.settle_in(patient_id)
        phone.open("/app/stop")
        phone.offline()
        tab = phone.context.new_page()
        tab.goto(f"{base}/app/")
        tab.locator(".scale label").nth(5).tap()
        tab.get_by_role("button", name="Save").tap()
        tab.get_by_text("Saved: 5").wait_for()
        phone.press("Stop taking part")
        phone.sees("Go where you have a signal. Then do this again.")
        phone.offline(off=False)
        phone.press("Stop taking part")
        phone.sees("You have stopped")
    assert sqlite_clinic.standing(patient_id) == {TODAY: 5}
    assert sqlite_clinic.patient(patient_id).follow_state == "stopped"
