"""A phone joins by a code from the clinic: three pages, one typed field, no password."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from diary.phone.languages.english import ENGLISH
from diary.phone.speaking import CONSENT_KEYS, CONSENT_VERSION
from diary.services.attempts import ENROLMENTS_PER_ADDRESS
from diary.services.enrolment import CODE_LIFE, DEVICES_MAX
from diary.services.patients import stop
from diary.storage.patients import patient_by_id
from diary.storage.tables.patient import Consent, Device, EnrolmentCode
from tests.phone.phone_clinic import ANYWHERE, Phone, PhoneClinic, hidden, text_of
from tests.phone.phones import smart_phone

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_a_phone_joins_by_code_and_consent_and_is_signed_in(clinic: PhoneClinic):
    patient_id = clinic.admit()
    phone = Phone(clinic.client())

    joined = phone.join(clinic.code(patient_id))

    assert (joined.status_code, joined.location) == (303, "/app/ready")
    ready = phone.get("/app/ready").text
    assert "You are in" in ready
    assert 'href="/app/reminders"' in ready, "no phone reminds by itself: its patient says when"
    assert "What was your average pain in your right hand and arm" in text_of(phone.get("/app/").text)
    assert [device.patient_id for device in clinic.rows(Device)] == [patient_id]


def test_the_phone_stays_signed_in_for_400_days_by_a_cookie_that_no_script_reads(clinic: PhoneClinic):
    joined = Phone(clinic.client()).join(clinic.code(clinic.admit()))

    [cookie] = [line for line in joined.headers.getlist("Set-Cookie") if line.startswith("__Host-device=dv_")]
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=34560000"} <= set(cookie.split("; "))


def test_each_saved_answer_gives_the_phone_400_more_days(clinic: PhoneClinic):
    saved = clinic.phone(clinic.admit()).answer(7)

    [cookie] = saved.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-device=dv_")
    assert "Max-Age=34560000" in cookie


def test_the_consent_names_the_clinic_and_is_stored_with_its_version_and_moment(clinic: PhoneClinic):
    patient_id = clinic.admit()
    code = clinic.code(patient_id)
    phone = Phone(clinic.client())
    page = phone.post("/app/join", {**phone.form("/app/join"), "code": code})

    assert "Join Pain Centre Leiden?" in page.text
    assert all(ENGLISH.say(key) in text_of(page.text) for key in CONSENT_KEYS)
    assert clinic.rows(Consent) == []

    phone.post("/app/join/agree", {**hidden(page.text), "place": "Europe/Amsterdam"})

    [consent] = clinic.rows(Consent)
    assert (consent.patient_id, consent.text_version, consent.locale) == (patient_id, CONSENT_VERSION, "en")
    assert consent.given_at == clinic.clock()


def test_looking_at_the_consent_does_not_use_the_code_up(clinic: PhoneClinic):
    code = clinic.code(clinic.admit())
    for _ in range(2):
        phone = Phone(clinic.client())
        assert phone.post("/app/join", {**phone.form("/app/join"), "code": code}).status_code == 200

    assert clinic.rows(EnrolmentCode)[0].redeemed_at is None
    assert Phone(clinic.client()).join(code).status_code == 303


def test_small_letters_a_dash_and_spaces_are_forgiven(clinic: PhoneClinic):
    code = clinic.code(clinic.admit())

    assert Phone(clinic.client()).join(f" {code[:4].lower()}-{code[4:].lower()} ").status_code == 303


def test_the_clinics_zone_is_offered_and_another_can_be_chosen(clinic: PhoneClinic):
    patient_id = clinic.admit()
    clinic.clock.moment += timedelta(days=1)
    code = clinic.code(patient_id)
    phone = Phone(clinic.client())
    page = phone.post("/app/join", {**phone.form("/app/join"), "code": code})

    assert "<option selected>Europe/Amsterdam\n" in page.text
    assert "<option>America/New York\n" in page.text

    phone.post("/app/join/agree", {**hidden(page.text), "place": "America/New York"})

    assert clinic.patient(patient_id).zone == "America/New_York"


def test_a_place_that_is_none_is_asked_again_and_the_code_is_not_used_up(clinic: PhoneClinic):
    code = clinic.code(clinic.admit())
    phone = Phone(clinic.client())

    refused = phone.join(code, place="Atlantis/Capital")

    assert refused.status_code == 422
    assert ENGLISH.say("error.zone") in refused.text
    assert phone.join(code).status_code == 303


@pytest.mark.parametrize("typed", ["", "ABC", "0OIL1U00", "ABCD\x00FGH", "ＡＢＣＤＥＦＧＨ"])
def test_what_cannot_be_a_code_is_asked_for_again(sqlite_clinic: PhoneClinic, typed: str):
    page = Phone(sqlite_clinic.client()).join(typed)

    assert page.status_code == 422
    assert ENGLISH.say("error.code") in page.text
    assert "<title>Error: " in page.text


def test_a_wrong_code_says_to_check_it_and_keeps_what_was_typed(clinic: PhoneClinic):
    clinic.code(clinic.admit())

    page = Phone(clinic.client()).join("ABCD-EFGH")

    assert page.status_code == 422
    assert ENGLISH.say("error.code_wrong") in page.text
    assert 'value="ABCD-EFGH"' in page.text


def test_a_code_pairs_one_phone_once(clinic: PhoneClinic):
    code = clinic.code(clinic.admit())
    assert Phone(clinic.client()).join(code).status_code == 303

    phone = Phone(clinic.client())
    second = phone.post("/app/join", {**phone.form("/app/join"), "code": code})

    assert second.status_code == 409
    assert ENGLISH.say("error.code_used") in second.text
    assert "Pain Centre Leiden" not in second.text
    assert len(clinic.rows(Device)) == 1


def test_a_code_that_is_used_between_the_two_pages_is_refused(clinic: PhoneClinic):
    code = clinic.code(clinic.admit())
    slow = Phone(clinic.client())
    page = slow.post("/app/join", {**slow.form("/app/join"), "code": code})
    assert Phone(clinic.client()).join(code).status_code == 303

    refused = slow.post("/app/join/agree", {**hidden(page.text), "place": "Europe/Amsterdam"})

    assert refused.status_code == 409
    assert ENGLISH.say("error.code_used") in refused.text


def test_a_code_ends_after_72_hours(clinic: PhoneClinic):
    code = clinic.code(clinic.admit())
    clinic.clock.moment += CODE_LIFE
    phone = Phone(clinic.client())
    page = phone.post("/app/join", {**phone.form("/app/join"), "code": code})

    assert page.status_code == 409
    assert ENGLISH.say("error.code_expired") in page.text


def test_guessing_codes_is_stopped_for_an_hour_even_with_the_right_one(clinic: PhoneClinic):
    code = clinic.code(clinic.admit())
    phone = Phone(clinic.client())
    form = phone.form("/app/join")
    for _ in range(ENROLMENTS_PER_ADDRESS):
        assert phone.post("/app/join", {**form, "code": "ABCDEFGH"}).status_code == 422

    refused = phone.post("/app/join", {**form, "code": code})

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) == 3600
    assert ENGLISH.say("error.too_many_attempts", minutes=60) in refused.text

    clinic.clock.moment += timedelta(hours=1)
    assert phone.join(code).status_code == 303


def test_a_sixth_phone_is_refused_with_what_to_do(clinic: PhoneClinic):
    patient_id = clinic.admit()
    for _ in range(DEVICES_MAX):
        clinic.phone(patient_id)
        clinic.clock.moment += timedelta(hours=1)

    page = Phone(clinic.client()).join(clinic.code(patient_id))

    assert page.status_code == 409
    assert ENGLISH.say("error.too_many_devices") in page.text


def test_a_phone_that_keeps_no_cookies_is_told_before_its_code_is_used_up(clinic: PhoneClinic):
    code = clinic.code(clinic.admit())
    phone = Phone(clinic.app.test_client(use_cookies=False))

    page = phone.join(code)

    assert page.status_code == 403
    assert ENGLISH.say("error.cookies") in page.text
    assert Phone(clinic.client()).join(code).status_code == 303


def test_a_page_elsewhere_cannot_make_a_phone_join(clinic: PhoneClinic):
    code = clinic.code(clinic.admit())
    phone = Phone(clinic.client())
    phone.get("/app/join")

    refused = phone.post("/app/join/agree", {"code": code, "place": "Europe/Amsterdam"})

    assert refused.status_code == 403
    assert clinic.rows(Device) == []


def test_a_phone_that_is_signed_in_goes_from_the_join_page_to_today(clinic: PhoneClinic):
    assert clinic.phone(clinic.admit()).get("/app/join").location == "/app/"


def test_a_phone_whose_session_has_ended_can_join_again(clinic: PhoneClinic):
    patient_id = clinic.admit()
    client = clinic.client()
    client.set_cookie("__Host-device", "dv_from-another-time", domain="diary.example.org")
    phone = Phone(client)

    assert phone.get("/app/").status_code == 401
    assert "This phone is not signed in" in phone.get("/app/").text
    assert phone.join(clinic.code(patient_id)).status_code == 303
    assert phone.get("/app/").status_code == 200


def test_a_new_phone_is_led_from_any_page_to_joining(clinic: PhoneClinic):
    phone = Phone(clinic.client())

    assert {phone.get(path).location for path in ("/app/", "/app/days", "/app/help", "/app/settings")} == {
        "/app/join"
    }


def test_the_ready_page_gives_way_to_today_once_there_is_an_answer(clinic: PhoneClinic):
    phone = clinic.phone(clinic.admit())
    assert phone.get("/app/ready").status_code == 200

    phone.answer(4)

    assert phone.get("/app/ready").location == "/app/"


def test_a_patient_who_is_no_longer_followed_reads_that_the_diary_has_ended(clinic: PhoneClinic):
    patient_id = clinic.admit()
    phone = clinic.phone(patient_id)
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        stop(session, patient, reason="withdrew", note=None, now=clinic.clock())

    page = phone.get("/app/")

    assert page.status_code == 409
    assert "This diary has ended" in page.text
    assert "+31 71 000 00 00" in page.text
    assert ANYWHERE not in page.text


def test_a_link_with_the_code_behind_it_spares_typing_and_the_code_leaves_the_address(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    patient_id = sqlite_clinic.admit()
    code = sqlite_clinic.code(patient_id)
    sqlite_clinic.clock.moment += timedelta(minutes=1)
    with (
        sqlite_clinic.served() as base,
        smart_phone(chromium, sqlite_clinic, base=base, zone="America/New_York") as phone,
    ):
        phone.page.goto(f"{base}/app/join#{code}")
        phone.until("location.hash === ''")
        assert phone.page.get_by_label("Your code").input_value() == code
        for name in ("Next", "I agree"):
            with phone.page.expect_navigation():
                phone.press(name)
        phone.sees("You are in")
        phone.press("Start", role="link")
        phone.sees("What was your average pain")
    assert sqlite_clinic.patient(patient_id).zone == "America/New_York"
