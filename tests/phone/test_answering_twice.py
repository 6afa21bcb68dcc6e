"""An answer sent again, changed, or given on two phones at once: stored once, and asked about first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from diary.phone.languages.english import ENGLISH
from tests.phone.phone_clinic import (
    ANYWHERE,
    TODAY,
    Phone,
    PhoneClinic,
    hidden,
    text_of,
)

OLDER = TODAY - timedelta(days=2)
TOMORROW = TODAY + timedelta(days=1)


def test_a_change_of_today_keeps_the_first_answer_and_shows_it_beside_the_question(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    patient_id, phone = joined
    phone.answer(7)
    clinic.clock.moment += timedelta(minutes=5)

    assert "You answered 7." in phone.get(f"/app/days/{TODAY}/change").text
    assert phone.answer(5, change=True).location == "/app/"

    first, second = clinic.entries(patient_id)
    assert (first.nrs, first.standing, second.nrs, second.standing) == (7, False, 5, True)
    assert second.supersedes == first.uid
    assert "Saved: 5" in phone.get("/app/").text


def test_why_an_answer_is_changed_can_be_said_and_can_be_skipped(sqlite_clinic: PhoneClinic):
    patient_id = sqlite_clinic.admit()
    phone = sqlite_clinic.phone(patient_id)
    question = phone.get(f"/app/days/{TODAY}").text
    phone.answer(7)
    change = f"/app/days/{TODAY}/change"

    asked = phone.get(change).text
    phone.post(f"/app/days/{TODAY}", {**phone.form(change), "nrs": "5", "reason": "Tapped the wrong number"})
    phone.answer(6, change=True)
    made_up = phone.post(f"/app/days/{TODAY}", {**phone.form(change), "nrs": "4", "reason": "' OR 1=1"})

    assert "I tapped the wrong number" in asked
    assert "<select" not in question
    assert made_up.status_code == 422
    kept = [(entry.nrs, entry.reason) for entry in sqlite_clinic.entries(patient_id)]
    assert kept == [(7, None), (5, "Tapped the wrong number"), (6, None)]


def test_choosing_the_standing_number_again_is_no_change(clinic: PhoneClinic, joined: tuple[int, Phone]):
    patient_id, phone = joined
    phone.answer(7)
    clinic.clock.moment += timedelta(minutes=5)

    assert phone.answer(7, change=True).status_code == 303
    assert len(clinic.entries(patient_id)) == 1


def test_a_form_sent_twice_is_one_answer(clinic: PhoneClinic, joined: tuple[int, Phone]):
    patient_id, phone = joined
    form = {**phone.form("/app/"), "nrs": "7"}

    first = phone.post(f"/app/days/{TODAY}", form)
    clinic.clock.moment += timedelta(seconds=30)
    again = phone.post(f"/app/days/{TODAY}", form)

    assert (first.status_code, again.status_code) == (303, 303)
    assert len(clinic.entries(patient_id)) == 1


def test_an_old_form_sent_again_after_a_change_changes_nothing(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    patient_id, phone = joined
    form = {**phone.form("/app/"), "nrs": "7"}
    phone.post(f"/app/days/{TODAY}", form)
    clinic.clock.moment += timedelta(minutes=1)
    phone.answer(5, change=True)

    again = phone.post(f"/app/days/{TODAY}", form)

    assert again.status_code == 303
    assert clinic.standing(patient_id) == {TODAY: 5}
    assert len(clinic.entries(patient_id)) == 2


def test_two_taps_at_the_same_moment_are_one_answer(clinic: PhoneClinic, joined: tuple[int, Phone]):
    patient_id, phone = joined
    form = {**phone.form("/app/"), "nrs": "7"}
    cookie = phone.client.get_cookie("__Host-device", domain="diary.example.org")
    assert cookie is not None

    def tap(_: int) -> int:
        client = clinic.client()
        client.set_cookie("__Host-device", cookie.value, domain="diary.example.org")
        return client.post(f"/app/days/{TODAY}", data=form, base_url=ANYWHERE).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(tap, range(6))) == [303] * 6
    assert len(clinic.entries(patient_id)) == 1


def test_another_number_from_a_page_that_back_showed_again_is_asked_about_first(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    patient_id, phone = joined
    form = phone.form("/app/")
    phone.post(f"/app/days/{TODAY}", {**form, "nrs": "7"})

    page = phone.post(f"/app/days/{TODAY}", {**form, "nrs": "3"})

    assert page.status_code == 409
    assert ENGLISH.say("conflict.now", day="Saturday 21 November", nrs=7, chosen=3) in text_of(page.text)
    assert clinic.standing(patient_id) == {TODAY: 7}


def test_the_same_number_from_two_phones_of_one_patient_is_one_answer(clinic: PhoneClinic):
    patient_id = clinic.admit()
    first, second = clinic.phone(patient_id), clinic.phone(patient_id)
    pages = [phone.form("/app/") for phone in (first, second)]
    for phone, form in zip((first, second), pages, strict=True):
        assert phone.post(f"/app/days/{TODAY}", {**form, "nrs": "7"}).status_code == 303

    assert len(clinic.entries(patient_id)) == 1


def test_another_number_from_a_second_phone_shows_the_first_and_can_be_chosen(clinic: PhoneClinic):
    patient_id = clinic.admit()
    first, second = clinic.phone(patient_id), clinic.phone(patient_id)
    form = second.form("/app/")
    first.answer(7)

    asked = second.post(f"/app/days/{TODAY}", {**form, "nrs": "4"})
    assert asked.status_code == 409
    assert clinic.standing(patient_id) == {TODAY: 7}

    confirmed = second.post(f"/app/days/{TODAY}", hidden(asked.text))
    assert confirmed.status_code == 303
    assert clinic.standing(patient_id) == {TODAY: 4}
    assert "Saved: 4" in first.get("/app/").text


def test_a_change_made_on_another_phone_meanwhile_is_shown_before_it_is_changed_again(clinic: PhoneClinic):
    patient_id = clinic.admit()
    first, second = clinic.phone(patient_id), clinic.phone(patient_id)
    first.answer(7)
    form = second.form(f"/app/days/{TODAY}/change")
    clinic.clock.moment += timedelta(minutes=1)
    first.answer(5, change=True)

    asked = second.post(f"/app/days/{TODAY}", {**form, "nrs": "9"})

    assert asked.status_code == 409
    assert ENGLISH.say("conflict.now", day="Saturday 21 November", nrs=5, chosen=9) in text_of(asked.text)
    assert clinic.standing(patient_id) == {TODAY: 5}
