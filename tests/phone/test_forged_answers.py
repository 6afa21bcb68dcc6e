"""A form that is not what the page sent (another's, without its token, meddled with) stores nothing."""

from datetime import timedelta

import pytest

from diary.phone.languages.english import ENGLISH
from tests.phone.phone_clinic import (
    TODAY,
    Phone,
    PhoneClinic,
    join,
)

OLDER = TODAY - timedelta(days=2)
TOMORROW = TODAY + timedelta(days=1)


@pytest.mark.parametrize("nrs", ["", "11", "-1", "5.5", "5.0", " 7", "７", "seven", "7\x00", "1" * 5000])
def test_nothing_that_is_no_number_of_the_page_is_stored(sqlite_clinic: PhoneClinic, nrs: str):
    patient_id, phone = join(sqlite_clinic)
    form = phone.form("/app/")

    page = phone.post(f"/app/days/{TODAY}", {**form, "nrs": nrs})

    assert page.status_code == 422
    assert "Choose a number from 0 to 10" in page.text
    assert "<title>Error: Today" in page.text
    assert sqlite_clinic.entries(patient_id) == []


def test_another_patients_phone_sees_and_changes_nothing(clinic: PhoneClinic):
    mine, other = clinic.admit("P-0001"), clinic.admit("P-0002")
    my_phone, other_phone = clinic.phone(mine), clinic.phone(other)
    my_phone.answer(9)
    my_form = my_phone.form(f"/app/days/{TODAY}/change")

    assert "Saved" not in other_phone.get("/app/").text
    assert '<b class="nrs">' not in other_phone.get("/app/days").text
    stolen = other_phone.post(f"/app/days/{TODAY}", {**my_form, "nrs": "1"})
    assert stolen.status_code == 403
    assert clinic.standing(mine) == {TODAY: 9}
    assert clinic.standing(other) == {}


def test_the_version_of_another_patient_named_in_a_form_means_nothing(clinic: PhoneClinic):
    mine, other = clinic.admit("P-0001"), clinic.admit("P-0002")
    my_phone, other_phone = clinic.phone(mine), clinic.phone(other)
    my_phone.answer(9)
    [entry] = clinic.entries(mine)
    form = {**other_phone.form("/app/"), "id": entry.client_id, "supersedes": entry.uid, "nrs": "1"}

    assert other_phone.post(f"/app/days/{TODAY}", form).status_code == 303
    assert clinic.standing(mine) == {TODAY: 9}
    assert clinic.standing(other) == {TODAY: 1}


@pytest.mark.parametrize("csrf", [None, "", "0" * 64, "é"])
def test_a_form_without_the_sessions_own_token_stores_nothing(sqlite_clinic: PhoneClinic, csrf: str | None):
    patient_id, phone = join(sqlite_clinic)
    form = {**phone.form("/app/"), "nrs": "7", "csrf": csrf}
    if csrf is None:
        del form["csrf"]

    refused = phone.post(f"/app/days/{TODAY}", form)

    assert refused.status_code == 403
    assert ENGLISH.say("problem.csrf_failed.title") in refused.text
    assert sqlite_clinic.entries(patient_id) == []


def test_a_form_whose_hidden_fields_were_meddled_with_stores_nothing(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    patient_id, phone = joined
    for field in ("id", "supersedes"):
        form = {**phone.form("/app/"), "nrs": "7", field: "x' OR 1=1"}
        assert phone.post(f"/app/days/{TODAY}", form).status_code == 422
    assert clinic.entries(patient_id) == []
