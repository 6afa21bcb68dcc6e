"""The questions beside the score: two taps each, by their schedule, signal or not."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.protocol import Protocol
from config.scales import CHOOSABLE, ITEMS
from diary.phone.languages.english import ENGLISH
from diary.phone.questions import CHOICES, SCREENS, VALUES
from diary.services import clinics, infusions, patients
from diary.storage.patients import patient_by_id
from diary.storage.tables.alert import Alert
from diary.storage.tables.entry import ItemAnswer
from tests.phone.phone_clinic import TODAY, Phone, PhoneClinic, at, text_of
from tests.phone.phones import smart_phone

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ACTIVITY = "How much did pain get in your way"
CHANGE = "Think of how you were before your treatment"
THANKS = "Thank you. That is all for now."
WEEK = timedelta(days=7)
WEEKLY = ("activity", "pgic")


def ask_for(clinic: PhoneClinic, *items: str) -> None:
    """The clinic has these asked from now on, and no others."""
    with clinic.unit(write=True) as session:
        clinics.new_protocol(session, Protocol(asked_items=items), note="", now=clinic.clock())
    clinic.clock.moment += timedelta(seconds=1)


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
    page = phone.get("/app/questions").text
    (shown,) = re.findall(
        r'<div class="view" data-view="\w+">(.*?)\n</div>\n\s*(?=<div|</main)', page, re.DOTALL
    )
    return text_of(shown)


def told(clinic: PhoneClinic) -> list[tuple[str, int]]:
    """What is kept of the questions of the week."""
    return [(row.item, row.value) for row in clinic.rows(ItemAnswer) if row.standing]


def test_each_answer_has_words_of_its_own():
    assert all(ENGLISH.say(f"ask.{code}") for code in SCREENS)
    said = [ENGLISH.say(f"ask.pgic.{value}") for value in CHOICES["pgic"]]
    assert (said[0], said[3], said[-1]) == ("Very much better", "The same", "Very much worse")
    assert len(set(said)) == len(said) == 7
    assert ITEMS["pgic"].scale.low_anchor == "very much improved", "1 is the best of them"


def test_change_since_the_treatment_is_asked_from_a_week_after_it_on(clinic: PhoneClinic):
    ask_for(clinic, *WEEKLY)
    patient_id = clinic.admit()
    phone = clinic.phone(patient_id)
    phone.post("/app/questions", {**phone.form("/app/questions"), "item": "activity", "value": "6"})
    assert THANKS in asked(phone), "nothing was given yet that could have changed anything"
    treat(clinic, patient_id, days_ago=6)
    assert THANKS in asked(phone)
    clinic.clock.moment = at(TODAY + timedelta(days=1))
    assert CHANGE in asked(phone)


def test_each_is_asked_again_a_week_after_it_was_answered(clinic: PhoneClinic):
    ask_for(clinic, *WEEKLY)
    phone = clinic.phone(clinic.admit())
    assert ACTIVITY in asked(phone)
    phone.post("/app/questions", {**phone.form("/app/questions"), "item": "activity", "value": "6"})
    assert told(clinic) == [("activity", 6)]
    for days in (0, 6):
        clinic.clock.moment = at(TODAY + timedelta(days=days))
        assert THANKS in asked(phone)
    clinic.clock.moment = at(TODAY + WEEK)
    assert ACTIVITY in asked(phone)


def test_it_is_offered_once_the_day_is_saved_and_only_while_it_is_asked(clinic: PhoneClinic):
    ask_for(clinic, *WEEKLY)
    phone = clinic.phone(clinic.admit())
    assert "More questions" not in phone.get("/app/").text, "the question of the day comes first"
    phone.answer(3)
    assert "More questions" in phone.get("/app/").text
    phone.post("/app/questions", {**phone.form("/app/questions"), "item": "activity", "value": "6"})
    assert "More questions" not in phone.get("/app/").text


@pytest.mark.parametrize("ending", ["pause", "stop"])
def test_who_is_not_followed_is_asked_nothing(clinic: PhoneClinic, ending: str):
    ask_for(clinic, *WEEKLY)
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
    ask_for(clinic, *WEEKLY)
    phone = clinic.phone(clinic.admit())
    answer = phone.post("/app/questions", {**phone.form("/app/questions"), "item": "activity"})
    assert answer.status_code == 422
    assert "Choose one of these" in answer.text
    assert told(clinic) == []


@pytest.mark.parametrize("value", ["11", "-1", "5.5", "five", "0.0"])
def test_a_number_that_was_not_offered_is_none(sqlite_clinic: PhoneClinic, value: str):
    ask_for(sqlite_clinic, *WEEKLY)
    phone = sqlite_clinic.phone(sqlite_clinic.admit())
    form = {**phone.form("/app/questions"), "item": "activity", "value": value}
    assert phone.post("/app/questions", form).status_code == 422
    assert told(sqlite_clinic) == []


def test_without_a_signal_two_taps_each_are_kept_and_sent_later(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    ask_for(sqlite_clinic, *WEEKLY)
    patient_id = sqlite_clinic.admit()
    treat(sqlite_clinic, patient_id, days_ago=20)
    with sqlite_clinic.served() as base, smart_phone(chromium, sqlite_clinic, base=base) as phone:
        phone.settle_in(patient_id)
        phone.offline()
        phone.open()
        phone.answer(3)
        phone.press("More questions", role="link")
        phone.sees(ACTIVITY)
        phone.press("Save")
        phone.sees("Choose one of these")
        phone.choose(4)
        phone.press("Save")
        phone.sees(CHANGE)
        phone.page.get_by_text("A little better").tap()
        phone.press("Save")
        phone.sees(THANKS)
        assert phone.page.evaluate("document.activeElement.textContent") == "More questions"
        phone.open("/app/questions")
        phone.sees(THANKS)
        phone.open()
        phone.sees("Saved: 3")
        assert phone.page.get_by_role("link", name="More questions").count() == 0
        assert told(sqlite_clinic) == []
        phone.offline(off=False)
        phone.sent()
    assert sorted(told(sqlite_clinic)) == [("activity", 4), ("pgic", 3)]
    assert sqlite_clinic.standing(patient_id) == {TODAY: 3}


def shown(phone: Phone) -> list[str]:
    """What is ticked or left on the page that is asked now."""
    page = phone.get("/app/questions").text
    return re.findall(r'name="asked" value="(\w+)"', page)


def answer(phone: Phone, item: str, **values: object):
    """Choose, and save."""
    return phone.post("/app/questions", {**phone.form("/app/questions"), "item": item, **values})


def test_a_clinic_chooses_what_is_asked_and_what_may_be_serious_can_always_be_told(clinic: PhoneClinic):
    phone = clinic.phone(clinic.admit())
    assert set(CHOOSABLE) >= {"worst_pain", "sleep", "extra_medicine", "flare", "nausea", "urine"}
    ask_for(clinic)
    assert THANKS in asked(phone)
    assert "More questions" not in phone.get("/app/").text
    more = text_of(phone.get("/app/more").text)
    assert ENGLISH.say("item.urine") in more
    assert ENGLISH.say("item.other") in more
    assert ENGLISH.say("item.nausea") not in more
    ask_for(clinic, "worst_pain", "nausea")
    assert ENGLISH.say("ask.worst_pain") in asked(phone)
    assert ENGLISH.say("item.nausea") in text_of(phone.get("/app/more").text)


def test_worst_pain_sleep_and_extra_medicine_are_asked_each_day(clinic: PhoneClinic):
    phone = clinic.phone(clinic.admit())
    ask_for(clinic, "worst_pain", "sleep", "extra_medicine")
    for day in range(2):
        clinic.clock.moment = at(TODAY + timedelta(days=day), 21)
        for item, value in (("worst_pain", 8), ("sleep", 3), ("extra_medicine", 2)):
            assert ENGLISH.say(f"ask.{item}") in asked(phone)
            assert answer(phone, item, value=str(value)).status_code == 200
        assert THANKS in asked(phone)
    assert sorted(told(clinic)) == sorted([("worst_pain", 8), ("sleep", 3), ("extra_medicine", 2)] * 2)


def test_effects_are_asked_daily_to_day_7_then_weekly_and_risks_weekly_for_six_weeks(clinic: PhoneClinic):
    patient_id = clinic.admit()
    phone = clinic.phone(patient_id)
    ask_for(clinic, "nausea", "urine")
    assert shown(phone) == [], "nothing was given yet"
    treat(clinic, patient_id, days_ago=6)  # course day 6
    days: dict[str, list[int]] = {"nausea": [], "urine": []}
    for day in range(6, 61):
        clinic.clock.moment = at(TODAY + timedelta(days=day - 6))
        due = shown(phone)
        for code in due:
            days[code].append(day)
        if due:
            answer(phone, "ticks", asked=due)
    assert days["nausea"][:4] == [6, 7, 14, 21]
    later = days["nausea"][3:]
    assert later == list(range(21, 61, 7))
    assert days["urine"] == [6, 13, 20, 27, 34, 41]
    assert {value for _, value in told(clinic)} == {0}, "what was shown and left is a no"


def test_a_risk_that_is_ticked_reaches_staff_and_says_whom_to_call(clinic: PhoneClinic):
    patient_id = clinic.admit()
    phone = clinic.phone(patient_id)
    treat(clinic, patient_id, days_ago=10)
    ask_for(clinic, "nausea", "urine", "liver_signs")
    page = answer(phone, "ticks", asked=["nausea", "urine", "liver_signs"], tick=["urine"])
    assert re.search(r'data-view="serious">', page.text)
    assert "+31 71 000 00 00" in page.text
    assert [alert.kind for alert in clinic.rows(Alert)] == ["red_flag"]
    assert dict(told(clinic)) == {"nausea": 0, "urine": 1, "liver_signs": 0}


@pytest.mark.parametrize("forged", ["pgic", "evil", ""])
def test_what_no_screen_asks_together_is_refused(sqlite_clinic: PhoneClinic, forged: str):
    phone = sqlite_clinic.phone(sqlite_clinic.admit())
    assert answer(phone, "ticks", asked=[forged]).status_code == 422
    assert told(sqlite_clinic) == []


def test_without_a_signal_a_risk_is_told_first_and_whom_to_call_is_said(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    patient_id = sqlite_clinic.admit()
    treat(sqlite_clinic, patient_id, days_ago=10)
    ask_for(sqlite_clinic, "worst_pain", "extra_medicine", "nausea", "urine")
    with sqlite_clinic.served() as base, smart_phone(chromium, sqlite_clinic, base=base) as phone:
        phone.settle_in(patient_id)
        phone.offline()
        phone.open()
        phone.answer(3)
        phone.press("More questions", role="link")
        phone.sees(ENGLISH.say("ask.worst_pain"))
        phone.choose(8)
        phone.press("Save")
        phone.page.get_by_text("Yes, 2 times").tap()
        phone.press("Save")
        phone.page.get_by_text(ENGLISH.say("item.urine")).locator("visible=true").tap()
        phone.press("Save")
        phone.sees("Call your clinic now")
        phone.offline(off=False)
        phone.sent()
        phone.open("/app/questions")
        phone.sees(THANKS)
    assert dict(told(sqlite_clinic)) == {"worst_pain": 8, "extra_medicine": 2, "nausea": 0, "urine": 1}
    assert [alert.kind for alert in sqlite_clinic.rows(Alert)] == ["red_flag"]


def test_every_choice_of_the_phone_is_one_that_the_item_has():
    for code, offered in VALUES.items():
        assert ITEMS[code].scale.low <= offered[0]
        assert offered[-1] <= ITEMS[code].scale.high
