"""Each phone speaks its patient's language: what is asked, how days are named, and which way a page runs."""

import re
from datetime import date
from itertools import product
from typing import TYPE_CHECKING

import pytest

from config.scales import NRS
from config.wordings import QUESTION
from diary.phone.languages.english import ENGLISH
from diary.phone.languages.language import Language
from diary.phone.languages.spoken import LANGUAGES, closest
from diary.phone.speaking import CONSENT_KEYS, CONSENT_VERSION, LANGUAGE_COOKIE
from diary.storage.tables.clinic import InstrumentVersion
from diary.storage.tables.patient import Consent
from tests.phone.phone_clinic import ANYWHERE, TODAY, Phone, PhoneClinic, hidden, text_of
from tests.phone.phones import put_cookie, smart_phone
from tests.phone.test_in_browser import signed_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# What browsers call days and months, from the Unicode locale data.
NAMES = """([tag, size]) => {
  const name = (date, part) => new Intl.DateTimeFormat(tag, { [part]: size, timeZone: "UTC" }).format(date);
  return [
    [...Array(7).keys()].map((n) => name(new Date(Date.UTC(2026, 10, 16 + n)), "weekday")),
    [...Array(12).keys()].map((n) => name(new Date(Date.UTC(2026, n, 15)), "month")),
  ];
}"""
# Where the first and the last number of the scale stand, and where the line under the page's title begins.
SIDES = """() => {
  const box = (each) => each.getBoundingClientRect();
  const numbers = document.querySelectorAll(".scale label");
  return [box(numbers[0]).x < box(numbers[1]).x, getComputedStyle(document.body).direction];
}"""

FAR = [language for language in LANGUAGES.values() if language is not ENGLISH]


def choose(phone: Phone, language: Language) -> None:
    """Set the language, and leave the rest."""
    phone.post("/app/settings", {**phone.form("/app/settings"), "language": language.tag, "layout": "grid4"})


def test_days_and_months_are_named_as_browsers_name_them(chromium: "Browser"):
    page = chromium.new_page()
    for language in LANGUAGES.values():
        weekdays, months = page.evaluate(NAMES, [language.tag, "long"])
        weekdays_short, months_short = page.evaluate(NAMES, [language.tag, "short"])
        assert (language.weekdays, language.months) == (tuple(weekdays), tuple(months))
        # Short forms differ between versions of the data by a letter or a dot.
        for ours, theirs in (
            (language.weekdays_short, weekdays_short),
            (language.months_short, months_short),
        ):
            assert [name[:2] for name in ours] == [name[:2] for name in theirs], language.tag
    page.close()


def test_a_day_is_written_as_each_language_writes_it():
    assert {tag: language.long_day(date(2026, 11, 21)) for tag, language in LANGUAGES.items()} == {
        "en": "Saturday 21 November",
        "nl": "zaterdag 21 november",
        "de": "Samstag, 21. November",
        "es": "sábado 21 de noviembre",
        "ar": "السبت 21 نوفمبر",
    }


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        (["nl-BE", "en"], "nl"),
        (["fr", "de-AT"], "de"),
        (["ar-EG"], "ar"),
        (["NL"], "nl"),
        (["fr", "zh-Hant-TW"], "en"),
        ([], "en"),
    ],
)
def test_the_closest_language_is_the_first_that_is_spoken(asked: list[str], spoken: str):
    assert closest(asked).tag == spoken


@pytest.mark.parametrize("language", FAR, ids=lambda language: language.tag)
def test_a_new_phone_is_spoken_to_in_the_language_of_its_browser(clinic: PhoneClinic, language: Language):
    page = clinic.client().get(
        "/app/join", base_url=ANYWHERE, headers={"Accept-Language": f"{language.tag}-XX"}
    )

    assert f'<html lang="{language.tag}" dir="{language.direction}">' in page.text
    assert language.say("join.title") in page.text


@pytest.mark.parametrize("language", FAR, ids=lambda language: language.tag)
def test_who_joins_chooses_a_language_and_agrees_in_it(clinic: PhoneClinic, language: Language):
    patient_id = clinic.admit(area=None)
    phone = Phone(clinic.client())
    assert f'href="?language={language.tag}"' in phone.get("/app/join").text

    asked = phone.get(f"/app/join?language={language.tag}")
    consent = phone.post("/app/join", {**hidden(asked.text), "code": clinic.code(patient_id)})
    assert all(language.say(key) in text_of(consent.text) for key in CONSENT_KEYS)
    phone.post("/app/join/agree", {**hidden(consent.text), "place": "Europe/Amsterdam"})

    [stored] = clinic.rows(Consent)
    assert (stored.text_version, stored.locale) == (CONSENT_VERSION, language.tag)
    assert clinic.patient(patient_id).locale == language.tag
    shown = text_of(phone.get("/app/").text)
    assert QUESTION[language.tag]["question"].replace("{where}", "") in shown
    assert language.long_day(TODAY) in shown


def test_on_the_consent_the_language_can_be_changed_without_typing_the_code_again(clinic: PhoneClinic):
    phone = Phone(clinic.client())
    asked = phone.get("/app/join")
    english = phone.post("/app/join", {**hidden(asked.text), "code": clinic.code(clinic.admit())})

    assert 'formaction="/app/join?language=nl"' in english.text
    dutch = phone.post("/app/join?language=nl", hidden(english.text))

    assert "Meedoen met Pain Centre Leiden?" in dutch.text
    assert phone.post(
        "/app/join/agree", {**hidden(dutch.text), "place": "Europe/Amsterdam"}
    ).location.endswith("/app/ready")


def test_another_language_is_for_pages_questions_and_messages_and_is_kept_on_the_phone(clinic: PhoneClinic):
    patient_id = clinic.admit()
    phone = clinic.phone(patient_id)

    choose(phone, LANGUAGES["nl"])

    assert clinic.patient(patient_id).locale == "nl"
    assert "Hoeveel pijn had u" in phone.get("/app/").text
    saved = phone.answer(4)
    assert "Bewaard: 4" in phone.get(saved.location).text
    assert [entry.locale for entry in clinic.entries(patient_id)] == ["nl"]
    assert "Deze pagina is er niet" in phone.get("/app/nowhere").text


def test_a_second_phone_of_the_patient_keeps_its_own_language(sqlite_clinic: PhoneClinic):
    patient_id = sqlite_clinic.admit()
    first, second = sqlite_clinic.phone(patient_id), sqlite_clinic.phone(patient_id)

    choose(first, LANGUAGES["de"])

    assert '<html lang="de"' in first.get("/app/").text
    assert "What was your average pain" in second.get("/app/").text


@pytest.mark.parametrize("tag", ["", "xx", "en'; --", "\x00"])
def test_a_language_that_is_not_spoken_is_refused(clinic: PhoneClinic, tag: str):
    patient_id = clinic.admit()
    phone = clinic.phone(patient_id)

    refused = phone.post("/app/settings", {**phone.form("/app/settings"), "language": tag, "layout": "list1"})

    assert refused.status_code == 422
    assert clinic.patient(patient_id).locale == "en"
    assert 'class="scale grid4"' in phone.get("/app/").text


def test_a_question_that_has_no_such_wording_is_asked_and_marked_in_english(clinic: PhoneClinic):
    phone = clinic.phone(clinic.admit())
    with clinic.unit(write=True) as session:
        [instrument] = session.query(InstrumentVersion)
        instrument.texts = {"en": dict(QUESTION["en"])}

    choose(phone, LANGUAGES["ar"])

    page = phone.get("/app/").text
    assert '<html lang="ar" dir="rtl">' in page
    assert '<h1 lang="en" dir="auto">What was your average pain' in page


def test_every_language_that_is_spoken_has_a_question_and_says_that_nobody_validated_it():
    assert list(QUESTION) == list(LANGUAGES)
    assert {words["validated"] for words in QUESTION.values()} == {"no"}
    assert (QUESTION["en"]["low"], QUESTION["en"]["high"]) == (NRS.low_anchor, NRS.high_anchor)
    for words in QUESTION.values():
        assert "{where}" in words["question"]
        assert "{where}" in words["question_for_day"]
        assert "{day}" in words["question_for_day"]


def turn(clinic: PhoneClinic, direction: str) -> None:
    """From now on the instrument's numbers run this way in each language."""
    with clinic.unit(write=True) as session:
        [instrument] = session.query(InstrumentVersion)
        instrument.texts = {tag: {**words, "direction": direction} for tag, words in QUESTION.items()}


def test_the_numbers_run_as_the_instrument_says_whatever_the_page_does(
    chromium: "Browser", sqlite_clinic: PhoneClinic
):
    with signed_in(chromium, sqlite_clinic) as (page, base):
        for of_scale, (tag, of_page) in product(("ltr", "rtl"), (("en", "ltr"), ("ar", "rtl"))):
            turn(sqlite_clinic, of_scale)
            put_cookie(page.context, LANGUAGE_COOKIE, tag)
            page.goto(f"{base}/app/")
            assert page.evaluate(SIDES) == [of_scale == "ltr", of_page]


def test_the_kept_page_asks_with_the_very_numbers_of_the_services_own(sqlite_clinic: PhoneClinic):
    turn(sqlite_clinic, "rtl")
    phone = sqlite_clinic.phone(sqlite_clinic.admit())

    asked, kept = (fieldset(phone.get(path).text) for path in ("/app/", "/app/offline"))

    assert 'dir="rtl"' in asked
    assert kept.replace(' tabindex="-1"', "") == asked


def fieldset(html: str) -> str:
    """The question with its numbers."""
    [found] = re.findall(r"<fieldset>.*?</fieldset>", html, flags=re.DOTALL)
    return found


def test_a_patient_answers_in_arabic_without_a_signal(chromium: "Browser", sqlite_clinic: PhoneClinic):
    arabic = LANGUAGES["ar"]
    patient_id = sqlite_clinic.admit(area=None)
    with (
        sqlite_clinic.served() as base,
        smart_phone(chromium, sqlite_clinic, base=base, locale="ar") as phone,
    ):
        phone.settle_in(patient_id)
        phone.offline()
        phone.open()
        phone.sees(QUESTION["ar"]["question"].replace("{where}", ""))
        phone.choose(3)
        phone.press(arabic.say("question.save"))
        phone.sees(arabic.say("saved.number", nrs=3))
        phone.sees(arabic.say("saved.thanks", weekday=arabic.weekday(date(2026, 11, 22))))
        phone.offline(off=False)
        phone.sent()
    assert [(entry.nrs, entry.locale) for entry in sqlite_clinic.entries(patient_id)] == [(3, "ar")]
