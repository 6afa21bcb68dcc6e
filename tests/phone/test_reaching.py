"""Reaching the clinic: one button that is not urgent, and whom to call when it is."""

from datetime import timedelta

from diary.phone.languages.english import ENGLISH
from diary.services import alerts
from diary.storage.tables.alert import Alert
from tests.phone.phone_clinic import TODAY, PhoneClinic, at, text_of


def test_help_says_whom_to_call_when_they_answer_and_what_to_do_in_an_emergency(clinic: PhoneClinic):
    page = clinic.phone(clinic.admit()).get("/app/help").text

    said = text_of(page)
    assert "Call Pain Centre Leiden" in said
    assert "Monday to Friday, 9:00 to 17:00" in said
    assert "Call 112." in said
    assert ENGLISH.say("help.not_live") in said
    assert 'href="tel:+31710000000"' in page


def test_asking_for_a_call_reaches_staff_once_however_often_it_is_pressed(clinic: PhoneClinic):
    patient_id = clinic.admit()
    phone = clinic.phone(patient_id)
    form = phone.form("/app/call")

    for _ in range(3):
        assert phone.post("/app/call", form).location == "/app/call"

    [alert] = clinic.rows(Alert)
    assert (alert.kind, alert.patient_id, alert.status) == ("call_me", patient_id, "open")


def test_whoever_finds_a_closed_day_wrong_asks_for_a_call_about_the_days(sqlite_clinic: PhoneClinic):
    phone = sqlite_clinic.phone(sqlite_clinic.admit())
    assert 'href="/app/call?about=days"' in phone.get("/app/days").text
    said = text_of(phone.get("/app/call?about=days").text)
    assert ENGLISH.say("call.about_days") in said
    assert ENGLISH.say("call.what_days") in said

    phone.post("/app/call", phone.form("/app/call?about=days"))

    [alert] = sqlite_clinic.rows(Alert)
    assert (alert.kind, alert.facts) == ("call_me", {"wants": "diary"})


def test_the_page_says_that_it_is_not_urgent_and_when_the_clinic_is_open(clinic: PhoneClinic):
    said = text_of(clinic.phone(clinic.admit()).get("/app/call").text)

    assert ENGLISH.say("call.what") in said
    assert "Monday to Friday, 9:00 to 17:00" in said
    assert "Call 112." in said


def test_once_asked_the_page_says_since_when_until_staff_have_called(clinic: PhoneClinic):
    phone = clinic.phone(clinic.admit())
    phone.post("/app/call", phone.form("/app/call"))
    clinic.clock.moment = at(TODAY + timedelta(days=2))

    assert ENGLISH.say("call.asked", day="Saturday 21 November") in phone.get("/app/call").text

    with clinic.unit(write=True) as session:
        [alert] = clinic.rows(Alert)
        alerts.close(session, session.merge(alert), outcome="called", reason=None, now=clinic.clock())
    assert ENGLISH.say("call.ask") in phone.get("/app/call").text
    assert "You asked for a call on" not in phone.get("/app/call").text


def test_another_patients_call_is_not_shown(clinic: PhoneClinic):
    first, second = clinic.phone(clinic.admit("P-0001")), clinic.phone(clinic.admit("P-0002"))
    first.post("/app/call", first.form("/app/call"))

    assert "You asked for a call on" not in second.get("/app/call").text


def test_a_call_asked_without_the_sessions_token_reaches_nobody(clinic: PhoneClinic):
    phone = clinic.phone(clinic.admit())

    assert phone.post("/app/call", {}).status_code == 403
    assert clinic.rows(Alert) == []
