"""Settings of one phone: the layout, the place, and signing out."""

import re
from datetime import timedelta

import pytest

from diary.phone.languages.english import ENGLISH
from diary.phone.preferences import COLOURS, LAYOUTS
from diary.storage.tables.patient import Device
from tests.phone.phone_clinic import TODAY, YESTERDAY, PhoneClinic, at


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_is_remembered_and_stored_with_each_answer_as_far_as_a_form_can_tell(
    sqlite_clinic: PhoneClinic, layout: str
):
    patient_id = sqlite_clinic.admit()
    phone = sqlite_clinic.phone(patient_id)

    phone.post("/app/settings", {**phone.form("/app/settings"), "language": "en", "layout": layout})

    assert f'class="scale {layout}"' in phone.get("/app/").text
    assert f'value="{layout}" checked' in phone.get("/app/settings").text
    phone.answer(4)
    assert [entry.layout for entry in sqlite_clinic.entries(patient_id)] == [
        "form" if layout == "row11" else layout
    ]


@pytest.mark.parametrize("layout", ["", "slider", "grid4 evil", "\x00"])
def test_a_layout_that_does_not_exist_is_the_usual_one(sqlite_clinic: PhoneClinic, layout: str):
    phone = sqlite_clinic.phone(sqlite_clinic.admit())

    phone.post("/app/settings", {**phone.form("/app/settings"), "language": "en", "layout": layout})

    assert 'class="scale grid4"' in phone.get("/app/").text


def test_dark_or_light_is_as_the_phone_is_set_until_the_patient_chooses(sqlite_clinic: PhoneClinic):
    phone = sqlite_clinic.phone(sqlite_clinic.admit())
    schemes, sheets = {}, {}
    for chosen in (*COLOURS, "pink"):
        phone.post("/app/settings", {**phone.form("/app/settings"), "language": "en", "colours": chosen})
        page = phone.get("/app/").text
        schemes[chosen] = re.findall(r'<meta name="color-scheme" content="(.*?)">', page)
        sheets[chosen] = re.findall(r'<link rel="stylesheet" href="/app/static/night.css[^"]*"(.*?)>', page)

    as_set = ' media="(prefers-color-scheme: dark)"'
    assert sheets == {"device": [as_set], "light": [], "dark": [""], "pink": [as_set]}
    assert schemes == {"device": ["light dark"], "light": ["light"], "dark": ["dark"], "pink": ["light dark"]}


def test_a_traveller_tells_the_phone_where_it_is_and_the_day_follows(clinic: PhoneClinic):
    clinic.clock.moment = at(TODAY, 10)
    patient_id = clinic.admit()
    phone = clinic.phone(patient_id)
    assert "Saturday 21 November" in phone.get("/app/").text

    clinic.clock.moment += timedelta(minutes=1)
    phone.post("/app/place", {**phone.form("/app/place"), "place": "Pacific/Pago Pago"})

    assert clinic.patient(patient_id).zone == "Pacific/Pago_Pago"
    assert "Friday 20 November" in phone.get("/app/").text
    assert "Pacific/Pago Pago" in phone.get("/app/settings").text
    phone.answer(5, YESTERDAY)
    [entry] = clinic.entries(patient_id)
    assert (entry.day, entry.zone, entry.answered_offset_min) == (YESTERDAY, "Pacific/Pago_Pago", -11 * 60)


def test_a_place_that_is_none_changes_nothing(clinic: PhoneClinic):
    patient_id = clinic.admit()
    phone = clinic.phone(patient_id)

    page = phone.post("/app/place", {**phone.form("/app/place"), "place": "../../etc/passwd"})

    assert page.status_code == 422
    assert ENGLISH.say("error.zone") in page.text
    assert clinic.patient(patient_id).zone == "Europe/Amsterdam"


def test_signing_out_ends_this_phone_and_leaves_the_other_and_all_answers(clinic: PhoneClinic):
    patient_id = clinic.admit()
    leaving, staying = clinic.phone(patient_id), clinic.phone(patient_id)
    leaving.answer(7)
    cookie = leaving.client.get_cookie("__Host-device", domain="diary.example.org")
    assert cookie is not None

    left = leaving.post("/app/leave", leaving.form("/app/leave"))

    assert left.location == "/app/left"
    assert ENGLISH.say("left.what") in leaving.get("/app/left").text
    assert leaving.get("/app/").location == "/app/join"
    assert "Saved: 7" in staying.get("/app/").text
    assert [device.revoked_at is None for device in clinic.rows(Device)] == [False, True]

    copied = clinic.client()
    copied.set_cookie("__Host-device", cookie.value, domain="diary.example.org")
    assert copied.get("/app/", base_url="https://diary.example.org").status_code == 401


def test_looking_at_the_sign_out_page_signs_nobody_out(clinic: PhoneClinic):
    phone = clinic.phone(clinic.admit())
    phone.get("/app/leave")

    assert phone.get("/app/").status_code == 200
