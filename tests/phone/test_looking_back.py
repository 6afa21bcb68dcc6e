"""My days: what was answered, changed, corrected or not answered, and nothing that judges it."""

import re
from datetime import date, timedelta

import pytest

from diary.phone.languages.english import ENGLISH
from diary.services import entries, infusions
from diary.services.own_diary import LIST_DAYS
from diary.services.patients import pause
from diary.storage.ids import new_uid
from diary.storage.patients import patient_by_id
from diary.storage.unit import Scope, unit
from tests.phone.phone_clinic import TODAY, YESTERDAY, ZONE, Phone, PhoneClinic, at, text_of

FIRST_DAY = TODAY - timedelta(days=9)


@pytest.fixture
def joined(clinic: PhoneClinic) -> tuple[int, Phone]:
    """A patient whose diary began nine days ago."""
    return begun(clinic, FIRST_DAY)


def begun(clinic: PhoneClinic, first_day: date) -> tuple[int, Phone]:
    """A patient whose phone joined on a day, and today's clock again."""
    clinic.clock.moment = at(first_day, 9)
    patient_id = clinic.admit()
    phone = clinic.phone(patient_id)
    clinic.clock.moment = at(TODAY)
    return patient_id, phone


def answered(clinic: PhoneClinic, patient_id: int, scores: dict[date, int]) -> None:
    """Answers given at eight in the evening of their days."""
    with unit(
        clinic.engine, Scope(clinic.clinic_id, "patient", patient_id, "patient"), write=True
    ) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        for day, nrs in scores.items():
            sent_at = at(day)
            answer = entries.Answer(new_uid(sent_at), day, nrs, sent_at, sent_at, ZONE.key)
            entries.record(session, patient, answer, now=sent_at)


def rows(html: str) -> list[str]:
    """What each line of the list says, newest first."""
    return [text_of(row) for row in re.findall(r"<li>.*?</li>", html, flags=re.DOTALL)]


def test_the_list_tells_each_day_newest_first_since_the_phone_joined(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    patient_id, phone = joined
    answered(clinic, patient_id, {TODAY - timedelta(days=3): 4, YESTERDAY: 6, TODAY: 7})

    said = rows(phone.get("/app/days").text)

    assert said[:4] == [
        "Sat 21 Nov 7 Change Saturday 21 November",
        "Fri 20 Nov 6 Change Friday 20 November",
        "Thu 19 Nov no answer",
        "Wed 18 Nov 4",
    ]
    assert len(said) == 10
    assert said[-1] == f"{ENGLISH.short_day(FIRST_DAY)} no answer"


def test_only_today_and_yesterday_can_be_changed_or_added(clinic: PhoneClinic, joined: tuple[int, Phone]):
    page = joined[1].get("/app/days").text

    assert re.findall(r'href="/app/days/([^"]+)/change"', page) == [str(TODAY), str(YESTERDAY)]
    assert [row.split(" no answer ")[1] for row in rows(page)[:2]] == [
        "Add Saturday 21 November",
        "Add Friday 20 November",
    ]
    assert ENGLISH.say("days.older_wrong") in text_of(page)
    assert 'href="tel:+31710000000"' in page


def test_changed_and_late_answers_say_so(clinic: PhoneClinic, joined: tuple[int, Phone]):
    _, phone = joined
    phone.answer(7)
    clinic.clock.moment += timedelta(minutes=1)
    phone.answer(5, change=True)
    phone.answer(6, YESTERDAY)

    first, second = rows(phone.get("/app/days").text)[:2]

    assert first.startswith("Sat 21 Nov 5 changed from 7")
    assert second.startswith("Fri 20 Nov 6 late")


def test_the_clinics_correction_is_shown_beside_the_answer_and_both_stay(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    patient_id, phone = joined
    days = [TODAY - timedelta(days=back) for back in (4, 5)]
    answered(clinic, patient_id, dict.fromkeys(days, 8))
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        for nrs, day in zip((3, None), days, strict=True):
            [standing] = [
                entry for entry in clinic.entries(patient_id) if entry.day == day and entry.standing
            ]
            entries.correct(session, patient, standing, nrs=nrs, reason="By phone.", now=clinic.clock())

    said = rows(phone.get("/app/days").text)

    assert said[4] == "Tue 17 Nov 8 your clinic wrote 3"
    assert said[5] == "Mon 16 Nov 8 your clinic does not count this"


def test_days_of_a_pause_are_no_missing_answers(clinic: PhoneClinic, joined: tuple[int, Phone]):
    patient_id, phone = joined
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        began_at = at(TODAY - timedelta(days=6), 9)
        pause(session, patient, until=TODAY - timedelta(days=4), note=None, now=began_at)

    said = rows(phone.get("/app/days").text)

    assert [row.split(" Nov ")[1] for row in said[3:8]] == [
        "no answer",
        "pause",
        "pause",
        "pause",
        "no answer",
    ]


def test_yesterdays_number_waits_until_today_is_answered_in_the_list_and_in_the_chart(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    patient_id, phone = joined
    answered(clinic, patient_id, {YESTERDAY: 6, TODAY - timedelta(days=2): 4})

    before = phone.get("/app/days").text
    assert rows(before)[1] == "Fri 20 Nov answered Change Friday 20 November"
    assert ENGLISH.say("days.withheld", weekday="Friday") in text_of(before)
    assert dots(before) == 1

    phone.answer(5)
    after = phone.get("/app/days").text
    assert rows(after)[1].startswith("Fri 20 Nov 6")
    assert dots(after) == 3


def test_older_days_are_four_weeks_a_page(clinic: PhoneClinic):
    patient_id, phone = begun(clinic, TODAY - timedelta(days=69))
    answered(clinic, patient_id, {TODAY: 5})

    lengths, path = [], "/app/days"
    while path:
        page = phone.get(path).text
        lengths.append(len(rows(page)))
        older = re.search(r'href="(/app/days\?before=[^"]+)"', page)
        path = older[1] if older else ""

    assert lengths == [LIST_DAYS, LIST_DAYS, 70 - 2 * LIST_DAYS]


@pytest.mark.parametrize("before", ["1900-01-01", "2199-12-31"])
def test_a_page_before_or_after_the_diary_is_no_fault(
    clinic: PhoneClinic, joined: tuple[int, Phone], before: str
):
    page = joined[1].get(f"/app/days?before={before}")

    assert page.status_code == 200
    assert len(rows(page.text)) == (0 if before.startswith("19") else 10)


def test_a_page_before_no_day_is_not_found(clinic: PhoneClinic, joined: tuple[int, Phone]):
    assert joined[1].get("/app/days?before=yesterday").status_code == 404


def test_the_chart_shows_dots_gaps_and_treatment_and_passes_no_judgement(clinic: PhoneClinic):
    patient_id, phone = begun(clinic, TODAY - timedelta(days=40))
    first_day = TODAY - timedelta(days=20)
    with clinic.unit(write=True) as session:
        given = infusions.Given(
            first_day, first_day + timedelta(days=4), "s_ketamine", "inpatient", "100 h", "new_course"
        )
        patient = patient_by_id(session, patient_id, lock=True)
        infusions.record_infusion(
            session, patient, given, regimen=None, booking=None, today=TODAY, now=clinic.clock()
        )
    answered(clinic, patient_id, {TODAY - timedelta(days=back): 6 for back in range(0, 41, 2)})

    page = phone.get("/app/days").text

    assert dots(page) == 21
    assert len(re.findall(r"v9", page)) == 20
    chart = re.search(r"<svg.*</svg>", page, flags=re.DOTALL)
    assert chart is not None
    assert ">Treatment<" in chart[0]
    for word in ("baseline", "before", "relief", "mean", "forecast", "alert", "loss", "ketamine"):
        assert not re.search(rf"\b{word}\b", chart[0].lower())
    assert 'style="' not in page
    told = text_of(page)
    assert "Treatment: Sun 1 Nov to Thu 5 Nov" in told

    phone.post("/app/chart", {**phone.form("/app/days"), "chart": "hidden"})
    assert "Treatment: Sun 1 Nov to Thu 5 Nov" in text_of(phone.get("/app/days").text)
    assert "Treatment:" not in text_of(phone.get(f"/app/days?before={first_day}").text)


def test_the_chart_can_be_hidden_and_this_phone_remembers_it(clinic: PhoneClinic, joined: tuple[int, Phone]):
    _, phone = joined
    assert "<svg" in phone.get("/app/days").text

    phone.post("/app/chart", {**phone.form("/app/days"), "chart": "hidden"})
    assert "<svg" not in phone.get("/app/days").text
    assert ENGLISH.say("days.show") in phone.get("/app/days").text

    phone.post("/app/chart", {**phone.form("/app/days"), "chart": "shown"})
    assert "<svg" in phone.get("/app/days").text


def dots(html: str) -> int:
    """How many answers the chart shows."""
    drawn = re.search(r'class="c-day"[^>]* d="([^"]*)"', html)
    return drawn[1].count("h0") if drawn else 0
