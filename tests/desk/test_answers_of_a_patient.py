"""Answers at the desk: staff take down what a patient said, and file corrections beside it."""

import re
from datetime import date, timedelta

import pytest

from diary.storage.entries import standing_between, versions_of
from tests.desk.house import MORNING, Desk, Person, words_of
from tests.little_clinic import FIRST_DAY

TODAY = MORNING.date()
YESTERDAY = TODAY - timedelta(days=1)


def said(person: Person, patient: str, *, day: date, nrs: int, **fields: object):
    """An answer taken down by staff, from the form as it was shown."""
    form = person.get(f"/desk/patients/{patient}/answers/new")
    entry_id = re.search(r'name="id" value="([^"]+)"', form).group(1)
    given = {"id": entry_id, "day": day, "nrs": nrs, "source": "clinic_phone", **fields}
    return person.post(f"/desk/patients/{patient}/answers/new", **given)


def scores(desk: Desk, patient_id: int) -> dict[date, int]:
    with desk.reading() as session:
        return standing_between(session, patient_id, first=FIRST_DAY, last=TODAY)


def test_staff_take_down_what_a_patient_said_and_it_is_marked_with_who_did(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    patient = desk.uid(patient_id)

    assert said(nurse, patient, day=YESTERDAY, nrs=6).status_code == 303

    with desk.reading() as session:
        entry = versions_of(session, patient_id)[-1]
    assert (entry.day, entry.nrs, entry.source, entry.actor_kind) == (YESTERDAY, 6, "clinic_phone", "staff")
    assert "Anna Visser, said to staff" in nurse.get(desk.page(patient_id))


def test_sending_the_form_of_an_answer_twice_is_one_answer(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    patient = desk.uid(patient_id)
    given = {
        "id": "019b262c-0000-7000-8000-000000000001",
        "day": YESTERDAY,
        "nrs": 6,
        "source": "clinic_phone",
    }

    both = [nurse.post(f"/desk/patients/{patient}/answers/new", **given).status_code for _ in range(2)]

    assert both == [303, 303]
    with desk.reading() as session:
        assert [entry.day for entry in versions_of(session, patient_id)].count(YESTERDAY) == 1


def test_a_day_that_has_another_answer_is_refused_with_the_form_still_filled(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    desk.clinic.answer(patient_id, YESTERDAY, 3)

    refused = said(nurse, desk.uid(patient_id), day=YESTERDAY, nrs=6)
    page = refused.get_data(as_text=True)

    assert refused.status_code == 409
    assert "File a correction beside it" in page
    assert re.search(r'value="6" checked', page)
    assert scores(desk, patient_id)[YESTERDAY] == 3


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("day", TODAY + timedelta(days=1), "has not come yet"),
        ("day", "2026-02-30", "Enter a day"),
        ("day", "", "This is needed."),
        ("nrs", "11", "Enter a whole number from 0 to 10."),
        ("nrs", "5.5", "Enter a whole number from 0 to 10."),
        ("nrs", "9" * 400, "Enter a whole number from 0 to 10."),
        ("nrs", "five", "Enter a whole number from 0 to 10."),
        ("source", "phone", "Choose one of"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_in_plain_words(desk, field, value, told):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")

    refused = said(nurse, desk.uid(patient_id), **{"day": YESTERDAY, "nrs": 6, field: value})

    assert refused.status_code in (409, 422)
    assert told in refused.get_data(as_text=True)
    assert YESTERDAY not in scores(desk, patient_id)


def test_a_correction_stands_beside_the_patients_answer_which_is_never_changed(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    desk.clinic.answer(patient_id, YESTERDAY, 9)
    with desk.reading() as session:
        theirs = versions_of(session, patient_id)[-1]

    path = f"/desk/entries/{theirs.uid}/correction"
    assert nurse.post(path, of=theirs.uid, nrs=4, reason="Meant 4, said so by phone.").status_code == 303

    with desk.reading() as session:
        first, second = [entry for entry in versions_of(session, patient_id) if entry.day == YESTERDAY]
    assert (first.nrs, first.kind, first.standing) == (9, "answer", False)
    assert (second.nrs, second.kind, second.standing) == (4, "correction", True)
    text = words_of(nurse.get(desk.page(patient_id)))
    assert "Meant 4, said so by phone." in text
    assert "9 (no longer counts)" in text

    again = nurse.post(path, of=theirs.uid, nrs=5, reason="Another.")
    assert again.status_code == 409
    assert "was changed meanwhile" in again.get_data(as_text=True)


def test_a_correction_can_say_that_no_answer_stands(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    desk.clinic.answer(patient_id, YESTERDAY, 9)
    with desk.reading() as session:
        theirs = versions_of(session, patient_id)[-1]

    nurse.post(f"/desk/entries/{theirs.uid}/correction", of=theirs.uid, nrs="none", reason="A child tapped.")

    assert YESTERDAY not in scores(desk, patient_id)
