"""The calendar of reminders is read by a calendar program's own library, and says nothing of pain."""

from datetime import UTC, datetime, time, timedelta

import pytest
from icalendar import Calendar

from config.notes import NOTES, note_for
from diary.domain.calendar_feed import daily_alarm

NOON = datetime(2026, 8, 3, 12, tzinfo=UTC)


def read(words: str, *, wanted: bool = True) -> Calendar:
    text = daily_alarm(minute=1185, words=words, key="0193b5c2", now=NOON, wanted=wanted)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return Calendar.from_ical(text)


@pytest.mark.parametrize("language", sorted(NOTES))
def test_each_day_has_one_alarm_at_the_patient_s_hour_wherever_the_phone_is(language):
    words = note_for("reminder", language)[0].title
    (event,) = read(words).walk("VEVENT")
    start = event["DTSTART"].dt
    assert (start.time(), start.tzinfo) == (time(19, 45), None)
    assert event["RRULE"] == {"FREQ": ["DAILY"]}
    (alarm,) = event.walk("VALARM")
    assert alarm["TRIGGER"].dt == timedelta(0)
    assert str(event["SUMMARY"]) == words


def test_words_with_signs_of_the_format_come_through():
    (event,) = read("a, b; c\\d " + "é" * 80).walk("VEVENT")
    assert str(event["SUMMARY"]) == "a, b; c\\d " + "é" * 80


def test_who_wants_none_has_an_empty_calendar():
    assert read("x", wanted=False).walk("VEVENT") == []


@pytest.mark.parametrize("language", sorted(NOTES))
def test_no_note_names_pain_the_treatment_or_the_clinic(language):
    said = " ".join(part for note in NOTES[language].values() for part in note).lower()
    for word in (
        "pain",
        "pijn",
        "schmerz",
        "dolor",
        "ألم",
        "ketamin",
        "clinic",
        "kliniek",
        "klinik",
        "عيادة",
    ):
        assert word not in said
