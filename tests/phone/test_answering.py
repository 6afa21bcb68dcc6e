"""One number a day in two taps; changed, added or refused by the diary's rules, and never stored twice."""

from datetime import date, timedelta

import pytest

from diary.phone.languages.english import ENGLISH
from diary.services import entries
from diary.services.patients import pause
from diary.storage.ids import new_uid
from diary.storage.patients import patient_by_id
from diary.storage.tables.audit import Audit
from diary.storage.unit import Scope, unit
from tests.phone.phone_clinic import (
    TODAY,
    YESTERDAY,
    ZONE,
    Phone,
    PhoneClinic,
    at,
    join,
    open_clinic,
    text_of,
)

OLDER = TODAY - timedelta(days=2)
TOMORROW = TODAY + timedelta(days=1)


def correct(clinic: PhoneClinic, patient_id: int, nrs: int | None) -> None:
    """The clinic files a correction beside the answer of today."""
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        [standing] = [entry for entry in clinic.entries(patient_id) if entry.standing]
        entries.correct(session, patient, standing, nrs=nrs, reason="Told by phone.", now=clinic.clock())


def test_the_question_is_asked_about_the_treated_area_with_both_anchors_and_nothing_chosen(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    page = joined[1].get("/app/").text

    said = text_of(page)
    assert "What was your average pain in your right hand and arm in the last 24 hours?" in said
    assert said.index("0 = no pain") < said.index("10 = worst pain imaginable")
    assert page.count('type="radio"') == 11
    assert "checked" not in page


def test_without_a_treated_area_the_question_reads_as_well(clinic: PhoneClinic):
    phone = clinic.phone(clinic.admit(area=None))

    assert "What was your average pain in the last 24 hours?" in text_of(phone.get("/app/").text)


def test_a_saved_answer_is_shown_at_once_and_can_be_changed_until_tomorrow_night(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    _, phone = joined

    saved = phone.answer(7)

    assert (saved.status_code, saved.location) == (303, "/app/")
    said = text_of(phone.get("/app/").text)
    assert "Saturday 21 November" in said
    assert "Saved: 7" in said
    assert ENGLISH.say("saved.thanks", weekday="Sunday") in said


def test_an_answer_is_stored_with_its_day_its_times_and_how_it_was_asked(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    patient_id, phone = joined
    phone.answer(7)

    [entry] = clinic.entries(patient_id)
    assert (entry.day, entry.nrs, entry.source, entry.layout, entry.locale) == (
        TODAY,
        7,
        "form",
        "grid4",
        "en",
    )
    assert entry.answered_at == entry.sent_at == entry.received_at == clinic.clock()
    assert (entry.zone, entry.answered_offset_min, entry.skew_s) == ("Europe/Amsterdam", 60, 0)
    assert (entry.late, entry.clock_suspect, entry.version) == (False, False, 1)


def test_between_midnight_and_three_it_is_still_fridays_answer_and_the_page_says_so(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    patient_id, phone = joined
    clinic.clock.moment = at(TODAY, 2, 59)

    said = text_of(phone.get("/app/").text)
    assert "Friday night, 20 November" in said
    assert ENGLISH.say("question.after_midnight", weekday="Friday") in said

    phone.answer(6, YESTERDAY)
    assert clinic.standing(patient_id) == {YESTERDAY: 6}
    assert not clinic.entries(patient_id)[0].late


def test_at_three_the_day_changes(clinic: PhoneClinic, joined: tuple[int, Phone]):
    clinic.clock.moment = at(TODAY, 3)

    assert "Saturday 21 November" in joined[1].get("/app/").text


def test_a_page_opened_before_the_day_closed_still_answers_that_day(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    patient_id, phone = joined
    clinic.clock.moment = at(TODAY, 2, 58)
    form = phone.form("/app/")
    clinic.clock.moment = at(TODAY, 3, 2)

    phone.post(f"/app/days/{YESTERDAY}", {**form, "nrs": "6"})

    assert clinic.standing(patient_id) == {YESTERDAY: 6}
    assert clinic.entries(patient_id)[0].late


def test_yesterday_can_be_added_is_marked_late_and_asked_by_its_name(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    patient_id, phone = joined
    said = text_of(phone.get(f"/app/days/{YESTERDAY}").text)
    assert "Friday 20 November" in said
    assert "What was your average pain in your right hand and arm on Friday?" in said

    saved = phone.answer(4, YESTERDAY)

    assert saved.location == f"/app/days/{YESTERDAY}"
    [entry] = clinic.entries(patient_id)
    assert (entry.day, entry.nrs, entry.late) == (YESTERDAY, 4, True)
    assert ENGLISH.say("saved.thanks", weekday="Saturday") in text_of(phone.get(saved.location).text)


def test_after_today_is_saved_a_missing_yesterday_is_offered_once_and_kindly(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    _, phone = joined
    phone.answer(7)
    assert "Add your answer for Friday" in phone.get("/app/").text

    phone.answer(4, YESTERDAY)
    assert "Add your answer" not in phone.get("/app/").text


def test_the_day_before_the_phone_joined_is_not_asked_for(clinic: PhoneClinic):
    phone = clinic.phone(clinic.admit())
    phone.answer(7)

    assert "Add your answer" not in phone.get("/app/").text


@pytest.mark.parametrize("day", [OLDER, date(1900, 1, 1)])
def test_an_older_day_is_closed_and_the_page_says_whom_to_ask(
    clinic: PhoneClinic, joined: tuple[int, Phone], day: date
):
    patient_id, phone = joined
    pages = [phone.get(f"/app/days/{day}"), phone.get(f"/app/days/{day}/change")]
    pages.append(phone.post(f"/app/days/{day}", {**phone.form("/app/"), "nrs": "3"}))

    for page in pages:
        assert page.status_code == 409
        assert ENGLISH.say("problem.day_closed") in text_of(page.text)
        assert 'href="tel:+31710000000"' in page.text
    assert clinic.entries(patient_id) == []


def test_a_day_to_come_cannot_be_answered(clinic: PhoneClinic, joined: tuple[int, Phone]):
    patient_id, phone = joined

    page = phone.post(f"/app/days/{TOMORROW}", {**phone.form("/app/"), "nrs": "3"})

    assert page.status_code == 409
    assert ENGLISH.say("problem.day_in_future.title") in page.text
    assert clinic.entries(patient_id) == []


@pytest.mark.parametrize("day", ["2026-02-30", "2026-11-21T00:00", "20261121", "today", "２０２６-11-21"])
def test_an_address_that_is_no_day_is_no_page(sqlite_clinic: PhoneClinic, day: str):
    assert join(sqlite_clinic)[1].get(f"/app/days/{day}").status_code == 404


def test_the_clinics_correction_stands_beside_the_answer(clinic: PhoneClinic, joined: tuple[int, Phone]):
    patient_id, phone = joined
    phone.answer(7)
    clinic.clock.moment += timedelta(minutes=1)
    correct(clinic, patient_id, 4)

    said = text_of(phone.get("/app/").text)
    assert "Saved: 7" in said
    assert ENGLISH.say("saved.corrected", nrs=4) in said

    clinic.clock.moment += timedelta(minutes=1)
    assert phone.answer(6, change=True).status_code == 303
    assert clinic.standing(patient_id) == {TODAY: 6}


def test_an_answer_that_the_clinic_took_out_says_so(clinic: PhoneClinic, joined: tuple[int, Phone]):
    patient_id, phone = joined
    phone.answer(7)
    clinic.clock.moment += timedelta(minutes=1)
    correct(clinic, patient_id, None)

    assert ENGLISH.say("saved.voided") in text_of(phone.get("/app/").text)


def test_yesterdays_number_is_not_shown_beside_the_question_before_today_is_answered(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    _, phone = joined
    clinic.clock.moment = at(YESTERDAY)
    phone.answer(8, YESTERDAY)
    clinic.clock.moment = at(TODAY)

    assert "8" not in text_of(phone.get("/app/").text).replace("8 9 10", "")
    assert "You answered" not in phone.get(f"/app/days/{YESTERDAY}/change").text

    phone.answer(5)
    assert "You answered 8." in phone.get(f"/app/days/{YESTERDAY}/change").text


def test_a_paused_patient_can_still_answer(clinic: PhoneClinic, joined: tuple[int, Phone]):
    patient_id, phone = joined
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        pause(session, patient, until=TODAY + timedelta(days=7), note=None, now=clinic.clock())

    assert ENGLISH.say("question.paused") in phone.get("/app/").text
    assert phone.answer(3).status_code == 303


def test_no_score_and_no_question_reaches_an_address_a_cache_or_the_audit_trail(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    _, phone = joined
    saved = phone.answer(7)
    pages = [saved, phone.get("/app/"), phone.get("/app/days"), phone.answer(7, change=True)]

    assert all(page.headers["Cache-Control"] == "no-store" for page in pages)
    assert {page.location for page in pages if page.location} == {"/app/"}
    for row in clinic.rows(Audit):
        assert set(row.detail) <= {"day", "version", "source"} or "nrs" not in str(row.detail)


def test_an_answer_taken_by_staff_on_the_telephone_shows_as_saved(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    patient_id, phone = joined
    with unit(clinic.engine, Scope(clinic.clinic_id, "operator"), write=True) as session:
        answer = entries.Answer(
            client_id=new_uid(clinic.clock()),
            day=TODAY,
            nrs=6,
            answered_at=at(TODAY),
            sent_at=at(TODAY),
            zone=ZONE.key,
            source="clinic_phone",
        )
        entries.record(session, patient_by_id(session, patient_id, lock=True), answer, now=clinic.clock())

    assert "Saved: 6" in phone.get("/app/").text


def test_every_page_of_a_sandbox_says_that_it_is_one(sqlite_url: str):
    clinic = open_clinic(sqlite_url, kind="sandbox")
    try:
        phone = clinic.phone(clinic.admit())
        for path in ("/app/", "/app/ready", "/app/days", "/app/help", "/app/call", "/app/settings"):
            assert ENGLISH.say("simulated") in phone.get(path).text
    finally:
        clinic.engine.dispose()
