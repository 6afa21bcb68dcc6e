"""The questions of the week: two taps each, once a week, signal or not."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.scales import ITEMS
from diary.phone.languages.english import ENGLISH
from diary.phone.weekly import NUMBERS
from diary.services import infusions, patients
from diary.storage.patients import patient_by_id
from diary.storage.tables.entry import ItemAnswer
from tests.phone.phone_clinic import TODAY, Phone, PhoneClinic, at, text_of
from tests.phone.phones import smart_phone

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ACTIVITY = "How much did pain get in your way"
CHANGE = "Think of how you were before your treatment"
THANKS = "Thank you. We ask you again in a week."
WEEK = timedelta(days=7)


def treat(clinic: PhoneClinic, patient_id: int, *, days_ago: int) -> None:
    """The last infusion day lies so many days back."""
    last = TODAY - timedelta(days=days_ago)
    with clinic.unit(write=True) as session:
        given = infusions.Given(
            last - timedelta(days=4), last, "s_ketamine", "inpatient", "100 h", "new_course"
        )
        patient = patient_by_id(session, patient_id, lock=True)
        infusions.record_infusion(
            session, patient, given, regimen=None, booking=None, today=TODAY, now=clinic.clock()
        )


def asked(phone: Phone) -> str:
    """What the page asks now."""
    page = phone.get("/app/week").text
    (shown,) = re.findall(
        r'<div class="view" data-view="\w+">(.*?)\n</div>\n\s*(?=<div|</main)', page, re.DOTALL
    )
    return text_of(shown)


def told(clinic: PhoneClinic) -> list[tuple[str, int]]:
    """What is kept of the questions of the week."""
    return [(row.item, row.value) for row in clinic.rows(ItemAnswer) if row.standing]


def test_each_answer_has_words_of_its_own():
    assert all(ENGLISH.say(f"week.{code}") for code in NUMBERS)
    said = [ENGLISH.say(f"week.pgic.{value}") for value in NUMBERS["pgic"]]
    assert (said[0], said[3], said[-1]) == ("Very much better", "The same", "Very much worse")
    assert len(set(said)) == len(said) == 7
    assert ITEMS["pgic"].scale.low_anchor == "very much improved", "1 is the best of them"


def test_change_since_the_treatment_is_asked_from_a_week_after_it_on(clinic: PhoneClinic):
    patient_id = clinic.admit()
    phone = clinic.phone(patient_id)
    phone.post("/app/week", {**phone.form("/app/week"), "item": "activity", "value": "6"})
    assert THANKS in asked(phone), "nothing was given yet that could have changed anything"
    treat(clinic, patient_id, days_ago=6)
    assert THANKS in asked(phone)
    clinic.clock.moment = at(TODAY + timedelta(days=1))
    assert CHANGE in asked(phone)


def test_each_is_asked_again_a_week_after_it_was_answered(clinic: PhoneClinic):
    phone = clinic.phone(clinic.admit())
    assert ACTIVITY in asked(phone)
    phone.post("/app/week", {**phone.form("/app/week"), "item": "activity", "value": "6"})
    assert told(clinic) == [("activity", 6)]
    for days in (0, 6):
        clinic.clock.moment = at(TODAY + timedelta(days=days))
        assert THANKS in asked(phone)
    clinic.clock.moment = at(TODAY + WEEK)
    assert ACTIVITY in asked(phone)


def test_it_is_offered_once_the_day_is_saved_and_only_while_it_is_asked(clinic: PhoneClinic):
    phone = clinic.phone(clinic.admit())
    assert "Questions of the week" not in phone.get("/app/").text, "the question of the day comes first"
    phone.answer(3)
    assert "Questions of the week" in phone.get("/app/").text
    phone.post("/app/week", {**phone.form("/app/week"), "item": "activity", "value": "6"})
    assert "Questions of the week" not in phone.get("/app/").text


@pytest.mark.parametrize("ending", ["pause", "stop"])
def test_who_is_not_followed_is_asked_nothing(clinic: PhoneClinic, ending: str):
    patient_id = clinic.admit()
    phone = clinic.phone(patient_id)
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        if ending == "pause":
            patients.pause(session, patient, until=TODAY + WEEK, note=None, now=clinic.clock())
        else:
            patients.stop(session, patient, reason="moved", note=None, now=clinic.clock())
    assert THANKS in asked(phone)


def test_nothing_chosen_keeps_nothing_and_says_so(clinic: PhoneClinic):
    phone = clinic.phone(clinic.admit())
    answer = phone.post("/app/week", {**phone.form("/app/week"), "item": "activity"})
    assert answer.status_code == 422
    assert "Choose one of these" in answer.text
    assert told(clinic) == []


@pytest.mark.parametrize("value", ["11", "-1", "5.5", "five", "0.0"])
def test_a_number_that_was_not_offered_is_none(sqlite_clinic: PhoneClinic, value: str):
    phone = sqlite_clinic.phone(sqlite_clinic.admit())
    form = {**phone.form("/app/week"), "item": "activity", "value": value}
    assert phone.post("/app/week", form).status_code == 422
    assert told(sqlite_clinic) == []


def test_without_a_signal_two_taps_each_are_kept_and_sent_later(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    patient_id = sqlite_clinic.admit()
    treat(sqlite_clinic, patient_id, days_ago=20)
    with sqlite_clinic.served() as base, smart_phone(chromium, sqlite_clinic, base=base) as phone:
        phone.join(patient_id)
        phone.offline()
        phone.open()
        phone.answer(3)
        phone.press("Questions of the week", role="link")
        phone.sees(ACTIVITY)
        phone.press("Save")
        phone.sees("Choose one of these")
        phone.choose(4)
        phone.press("Save")
        phone.sees(CHANGE)
        phone.page.get_by_text("A little better").tap()
        phone.press("Save")
        phone.sees(THANKS)
        assert phone.page.evaluate("document.activeElement.textContent") == "Questions of the week"
        phone.open("/app/week")
        phone.sees(THANKS)
        phone.open()
        phone.sees("Saved: 3")
        assert phone.page.get_by_role("link", name="Questions of the week").count() == 0
        assert told(sqlite_clinic) == []
        phone.offline(off=False)
        phone.sent()
    assert sorted(told(sqlite_clinic)) == [("activity", 4), ("pgic", 3)]
    assert sqlite_clinic.standing(patient_id) == {TODAY: 3}
