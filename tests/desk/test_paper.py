"""A patient on paper: the letter to the payer, the page to print, the answers for a spreadsheet."""

import csv
import io
from datetime import timedelta

from diary.services import items
from diary.storage.ids import new_uid
from diary.storage.patients import patient_by_id
from tests.desk.browsing import browsing
from tests.desk.house import MORNING, Desk, serving, words_of
from tests.desk.test_actions import booked
from tests.little_clinic import FIRST_DAY, at, day_number


def a_patient(desk: Desk) -> int:
    """Relief for ten weeks, then hardly any; sick on the last infusion day; function told; a liver test."""
    patient_id = desk.patient("P-1", name="Anneke de Boer")
    desk.clinic.write(patient_id, day_number(1), "2 " * 70 + "7 " * 14)
    for day, told in ((FIRST_DAY + timedelta(days=4), {"nausea": 1}), (day_number(80), {"activity": 7})):
        with desk.clinic.phone(patient_id) as session:
            items.record_items(
                session,
                patient_by_id(session, patient_id, lock=True),
                client_id=new_uid(at(day)),
                day=day,
                items=told,
                answered_at=at(day, hour=20),
                sent_at=at(day, hour=20),
                now=at(day, hour=20),
            )
    nurse = desk.sign_in()
    path = f"/desk/patients/{desk.uid(patient_id)}/events/new"
    nurse.post(path, kind="liver_test", day=day_number(80), alt_u_l="31", ast_u_l="28")
    return patient_id


def test_the_letter_tells_the_record_in_one_page_and_the_same_as_text(desk):
    patient_id = a_patient(desk)

    page = desk.sign_in("physician").get(f"{desk.page(patient_id)}/letter")
    letter, text = words_of(page), page.split("<textarea")[1].split("</textarea>")[0]

    for told in (
        "Anneke de Boer",
        "Complex Regional Pain Syndrome",
        "Before treatment: 8.0 of 10",
        "Best 14 days of this course: 2.0, relief 75 %.",
        "10 of 12 weeks since the infusion.",
        "Mean of the last 7 days: 7.0, relief 12 %.",
        "How far pain got in the way of everyday activity: 7",
        "S-ketamine in a bed, 100 h",
        "Felt sick: on 1 day, last on 9 January 2026.",
        "ALT 31 U/L, AST 28 U/L.",
        "85 days since the last infusion day; 5 infusion days in the last 12 months.",
    ):
        assert told in letter
        assert told in " ".join(text.split())


def test_the_letter_names_the_regimen_that_a_booking_asks_for(desk):
    patient_id, _ = booked(desk, desk.sign_in())

    letter = words_of(desk.sign_in("physician").get(f"{desk.page(patient_id)}/letter"))

    assert ": S-ketamine in a bed, 5 infusion days, 20 h a day" in letter.partition("Asked for")[2][:120]


def test_a_letter_is_for_those_who_treat_and_its_reading_leaves_a_trace(desk):
    patient_id = a_patient(desk)
    before = len(desk.audited("patient.read"))

    desk.sign_in("coordinator").get(f"{desk.page(patient_id)}/letter", status=403)
    desk.sign_in().get(f"{desk.page(patient_id)}/letter")

    assert len(desk.audited("patient.read")) == before + 1


def test_letter_and_page_fit_a_sheet_in_greys(desk, chromium):
    patient_id = a_patient(desk)
    with serving(desk.app) as base, browsing(chromium, desk, base, who="physician") as physician:
        for path in ("letter", "print"):
            page = physician.go(f"{desk.page(patient_id)}/{path}")
            page.emulate_media(media="print")
            assert not page.locator(".top").is_visible(), "only the sheet is printed"
            page.set_viewport_size({"width": 718, "height": 1000})  # A4 less 1 cm all round, at 96 dpi
            height = page.locator(".sheet").bounding_box()["height"]
            assert height <= 1047, f"{path}: {height} px is more than a sheet"
            colour = page.locator(".sheet").evaluate("sheet => getComputedStyle(sheet).color")
            red, green, blue = (
                int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")
            )
            assert max(red, green, blue) < 60, colour


def test_the_answers_of_one_patient_are_a_table_that_a_spreadsheet_reads(desk):
    patient_id = a_patient(desk)
    other = desk.patient("P-2")
    desk.clinic.write(other, day_number(1), "9 9 9")

    answer = desk.sign_in().client.get(f"{desk.page(patient_id)}/answers.csv")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))

    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert {row["pseudonym"] for row in rows} == {"P-1"}
    assert len(rows) == 7 + 84
    assert (rows[7]["day_number"], rows[7]["nrs"]) == ("1", "2")
    assert "Anneke" not in answer.get_data(as_text=True)
    assert [row.patient_id for row in desk.audited("patient.export")] == [patient_id]


def test_who_looked_is_told_to_whoever_looks(desk):
    patient_id = desk.patient("P-1")
    desk.sign_in("second nurse").get(desk.page(patient_id))
    desk.set_clock(MORNING + timedelta(minutes=5))

    text = words_of(desk.sign_in().get(desk.page(patient_id)))

    assert "Anna Visser: 1 time, last Sat 4 Apr, 09:05" in text
    assert "Joost Bos: 1 time, last Sat 4 Apr, 09:00" in text
