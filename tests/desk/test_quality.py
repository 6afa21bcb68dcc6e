"""How good the alerts were, and whether told weeks came: counted from the clinic's rows, hidden where due."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert

from diary.services.clinics import ALWAYS, new_forecast
from diary.storage.base import table_of
from diary.storage.courses import courses_of
from diary.storage.tables.night import AssessmentLog, NightRun
from diary.storage.unit import own
from tests.desk.house import MORNING, Desk, words_of
from tests.little_clinic import day_number

PAGE = "/desk/alerts/quality"


def choose(desk: Desk, mode: str) -> None:
    with desk.clinic.unit(write=True) as session:
        new_forecast(session, mode=mode, prior={}, note="for the test", now=ALWAYS)


def kept(desk: Desk, patients: int) -> None:
    """Findings of half a year, kept each seventh night; every third course was lost in its eighth week."""
    ids = [desk.patient(f"P-{number:03}") for number in range(patients)]
    desk.clinic.run_nights(day_number(1), first=day_number(1))
    with desk.clinic.unit(write=True) as session:
        night = session.scalars(own(session, NightRun)).first()
        rows = []
        for patient_id in ids:
            course = courses_of(session, patient_id)[-1]
            for day in range(7, 84, 7):
                lost = patient_id % 3 == 0 and day >= 56
                state = "loss" if lost else "holding"
                told = {"p_lost": 0.0, "p_lost_14d": 0.1, "p_lost_28d": 0.3, "p_lost_lead": 0.3}
                row = {"clinic_id": desk.clinic.clinic_id, "night_run_id": night.id, "course_id": course.id}
                row |= {"night": day_number(day), "day_number": day, "state": state, **told}
                rows.append(row | {"answered_14d": 14, "days_since_answer": 0, "baseline_kind": "own"})
        session.execute(insert(table_of(AssessmentLog)), rows)


def test_work_is_counted_by_kind_with_what_people_did_and_said(desk):
    patient_id = desk.patient("P-1")
    opened = MORNING - timedelta(hours=10)
    for kind, level in (("loss", "confirmed"), ("silence", None)):
        desk.alert(patient_id, kind, level, opened_at=opened)
    nurse = desk.sign_in()
    loss = next(row for row in desk.clinic.alerts(patient_id) if row.kind == "loss")
    nurse.post(f"/desk/alerts/{loss.uid}/acknowledge", version=1)
    nurse.post(f"/desk/alerts/{loss.uid}/label", label="no")

    page = nurse.get(PAGE)
    row = re.search(r"<tr><th scope=\"row\">Loss of relief</th>(.*?)</tr>", page, re.DOTALL)[1]
    cells = [words_of(cell) for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)]
    assert cells == ["1", "–", "1 of 1 (100 %)", "0 of 1 (0 %)", "1 of 1 (100 %)", "0 of 1 (0 %)", "10.0"]
    assert "0 of 1 (0 %)" in words_of(page.partition("Silence")[2])


def test_chances_are_drawn_once_thirty_forecasts_are_settled(desk):
    choose(desk, "on")
    kept(desk, 24)
    nurse = desk.sign_in()

    page = nurse.get(PAGE)
    assert "<title>Chances of loss within 28 days, told and seen</title>" in page
    assert re.search(r"<td class=\"n\">30 %</td><td class=\"n\">\d+ %</td><td class=\"n\">40</td>", page)


def test_what_chance_alone_would_draw_is_not_drawn(desk):
    choose(desk, "on")
    kept(desk, 3)
    page = desk.sign_in().get(PAGE)
    assert "Cannot tell yet: 5 forecasts are old enough" in page
    assert "<svg" not in page


@pytest.mark.parametrize("path", [PAGE, "/desk/chairs"])
def test_in_the_shadow_nothing_of_the_forecast_is_told(desk, path):
    choose(desk, "shadow")
    kept(desk, 3)
    page = desk.sign_in().get(path)
    assert "Lead over the plain rule" not in page
    assert "chances come true" not in page
    assert "Did such ranges hold?" not in page


def test_the_weeks_told_say_how_many_can_be_looked_back_on(desk):
    choose(desk, "on")
    kept(desk, 6)
    nurse = desk.sign_in()
    nurse.post("/desk/chairs/new", name="Bed 1", kind="bed", weekdays=["mon"])

    page = words_of(nurse.get("/desk/chairs"))
    assert re.search(r"Did such ranges hold\? Cannot tell yet: [5-9] weeks can be looked back on; 20", page)


def test_a_loss_that_no_alert_told_of_is_counted(desk):
    kept(desk, 3)
    page = words_of(desk.sign_in().get(PAGE))
    assert "Losses the rule confirmed without any alert 1" in page
