"""A phone's token is renewed by itself, no lost answer locks it out, and a patient locks another phone."""

from datetime import timedelta

from diary.phone.languages.english import ENGLISH
from diary.storage.tables.patient import Device
from tests.phone.phone_clinic import ANYWHERE, TODAY, Phone, PhoneClinic, text_of

COOKIE, HOST = "__Host-device", "diary.example.org"
MONTH = timedelta(days=31)


def token_of(phone: Phone) -> str:
    cookie = phone.client.get_cookie(COOKIE, domain=HOST)
    assert cookie is not None
    return str(cookie.value)


def with_token(clinic: PhoneClinic, token: str) -> Phone:
    """A browser that holds this token."""
    phone = Phone(clinic.client())
    phone.client.set_cookie(COOKIE, token, domain=HOST)
    return phone


def answers(clinic: PhoneClinic, token: str) -> int:
    """What an app gets that asks with this token."""
    headers = {"Authorization": f"Bearer {token}"}
    return clinic.client().get("/v1/me", base_url=ANYWHERE, headers=headers).status_code


def days_later(clinic: PhoneClinic, days: timedelta) -> None:
    clinic.clock.moment += days


def test_a_month_old_token_is_renewed_and_the_one_before_ends_once_the_new_one_came_back(clinic: PhoneClinic):
    phone = clinic.phone(clinic.admit())
    first = token_of(phone)
    phone.get("/app/offline")
    assert token_of(phone) == first
    form = phone.form("/app/settings")

    days_later(clinic, MONTH)
    assert phone.get("/app/offline").status_code == 200
    second = token_of(phone)
    assert second != first
    assert second.partition(".")[0] == first.partition(".")[0]
    # What the phone kept before goes on: the secret of its forms is the same.
    assert phone.post("/app/settings", {**form, "language": "en"}).status_code == 303
    assert answers(clinic, first) == 200, "an answer under way may still bring it back"
    days_later(clinic, timedelta(hours=7))
    assert phone.post("/app/settings", {**form, "language": "en"}).status_code == 303
    assert (answers(clinic, first), answers(clinic, second)) == (401, 200)
    [device] = clinic.rows(Device)
    assert device.previous_hash is None
    assert [token for token in (first, second) if token in str(vars(device))] == []


def test_an_answer_that_was_lost_locks_no_phone_out_however_long_it_is_offline(clinic: PhoneClinic):
    phone = clinic.phone(clinic.admit())
    first = token_of(phone)
    days_later(clinic, MONTH)
    phone.get("/app/offline")
    lost = token_of(phone)

    days_later(clinic, timedelta(days=200))
    waking = with_token(clinic, first)
    assert waking.get("/app/offline").status_code == 200
    third = token_of(waking)
    assert third not in (first, lost)
    assert (answers(clinic, lost), answers(clinic, first), answers(clinic, third)) == (401, 200, 200)


def test_a_phone_without_javascript_is_renewed_as_it_answers(sqlite_clinic: PhoneClinic):
    phone = sqlite_clinic.phone(sqlite_clinic.admit())
    first = token_of(phone)
    days_later(sqlite_clinic, MONTH)
    assert phone.answer(5, TODAY + MONTH).status_code == 303
    assert token_of(phone) != first
    assert phone.get("/app/").status_code == 200


def test_an_app_renews_its_token_itself_and_no_script_reads_a_cookies(sqlite_clinic: PhoneClinic):
    phone = sqlite_clinic.phone(sqlite_clinic.admit())
    first = token_of(phone)
    headers = {"Authorization": f"Bearer {first}"}
    made = sqlite_clinic.client().post("/v1/device/token", base_url=ANYWHERE, headers=headers)
    assert made.status_code == 201
    assert (answers(sqlite_clinic, first), answers(sqlite_clinic, made.json["token"])) == (200, 200)
    csrf = {"X-CSRF-Token": phone.form("/app/settings")["csrf"]}
    by_cookie = phone.client.post("/v1/device/token", base_url=ANYWHERE, headers=csrf)
    assert (by_cookie.status_code, "token" in by_cookie.json) == (401, False)


def test_a_patient_sees_the_own_phones_and_locks_one_that_is_not_theirs(sqlite_clinic: PhoneClinic):
    patient_id = sqlite_clinic.admit()
    mine, lost = sqlite_clinic.phone(patient_id), sqlite_clinic.phone(patient_id)
    theirs = sqlite_clinic.phone(sqlite_clinic.admit("P-2"))
    page = mine.get("/app/phones").text
    assert text_of(page).count(ENGLISH.say("phones.lock")) >= 1
    assert page.count('name="phone"') == 1
    others = {device.uid: device.patient_id for device in sqlite_clinic.rows(Device)}
    form = mine.form("/app/phones")
    for uid in others:
        if others[uid] != patient_id or uid == form["phone"]:
            assert mine.post("/app/phones", {**form, "phone": uid}).status_code == 303
    assert (mine.get("/app/").status_code, theirs.get("/app/").status_code) == (200, 200)
    assert lost.get("/app/").status_code == 401
    assert 'name="phone"' not in mine.get("/app/phones").text
