"""Settings at the desk: thresholds are versions with sources; only a physician sets the interval."""

import re

from config.protocol import Protocol
from config.wordings import QUESTION
from diary.services.alert_copies import check_alerts
from diary.storage.protocols import protocol_at, protocol_versions
from tests.desk.house import MORNING, Desk, words_of
from tests.little_clinic import day_number

CHANGE = "/desk/settings/thresholds/change"


def sent(**changes: object) -> dict[str, object]:
    """The form as its page sends it: every value in force, but for these."""
    values = {name: value for name, value in Protocol().to_values().items() if value is not None}
    values["asked_items"] = values["asked_items"].split()
    return {**values, "version": 1, "note": "the payer takes longer", **changes}


def in_force(desk: Desk) -> tuple[int, Protocol]:
    with desk.reading() as session:
        return protocol_at(session, MORNING)


def test_every_threshold_is_shown_with_where_its_default_comes_from(desk):
    page = words_of(desk.sign_in("coordinator").get("/desk/settings/thresholds"))
    assert "Noppers 2011" in page
    assert "Sigtermans 2009" in page
    assert "Version 1" in page


def test_an_admin_changes_the_lead_time_as_a_new_version_with_a_reason(desk):
    admin = desk.sign_in("admin")
    assert admin.post(CHANGE, **sent(lead_days=35)).status_code == 303

    page = words_of(admin.get("/desk/settings/thresholds"))
    assert "the payer takes longer. lead_days 28 → 35" in page
    assert in_force(desk)[1].lead_days == 35
    with desk.reading() as session:
        assert [version.values["lead_days"] for version in protocol_versions(session)] == [28, 35]


def test_an_alert_of_before_keeps_the_thresholds_that_it_was_judged_by(desk):
    patient_id = desk.clinic.treated("P-1", "2 " * 20 + "8 " * 20)
    desk.clinic.run_nights(day_number(40))
    (alert,) = [row for row in desk.clinic.alerts(patient_id) if row.kind == "loss"]
    desk.sign_in("admin").post(CHANGE, **sent(relief_line=0.1))

    with desk.reading() as session:
        found = list(check_alerts(session, uid=alert.uid))
    assert found
    assert all(checked.holds for checked in found)


def test_only_a_physician_sets_the_minimum_interval_and_takes_it_back(desk):
    admin, physician = desk.sign_in("admin"), desk.sign_in("physician")
    refused = admin.post(CHANGE, **sent(minimum_interval_days=42))
    assert refused.status_code == 403
    assert in_force(desk)[1].minimum_interval_days is None
    assert 'name="minimum_interval_days"' not in admin.get(CHANGE)

    assert physician.post(CHANGE, **sent(minimum_interval_days=42)).status_code == 303
    assert in_force(desk)[1].minimum_interval_days == 42
    assert admin.post(CHANGE, **sent(version=2, lead_days=35)).status_code == 303
    assert in_force(desk)[1].minimum_interval_days == 42, "an admin's form has no such field"
    assert physician.post(CHANGE, **sent(version=3, lead_days=35)).status_code == 303
    assert in_force(desk)[1].minimum_interval_days is None


def test_values_that_do_not_go_together_and_a_form_from_before_write_nothing(desk):
    admin = desk.sign_in("admin")
    odd = admin.post(CHANGE, **sent(window_answers_min=9))
    assert odd.status_code == 422
    assert "give window_answers_min at most" in odd.get_data(as_text=True)
    assert admin.post(CHANGE, **sent()).status_code == 409
    assert admin.post(CHANGE, **sent(version=7, lead_days=35)).status_code == 412
    assert admin.post(CHANGE, **sent(lead_days="")).status_code == 422
    assert in_force(desk)[1] == Protocol()


def test_an_admin_says_what_patients_read_and_sees_the_question_in_each_language(desk):
    admin = desk.sign_in("admin")
    page = admin.get("/desk/settings/clinic")
    assert "Hoeveel pijn had u gemiddeld" in words_of(page)
    assert re.search(r'lang="ar" dir="rtl"', page)
    assert page.count("Not a validated translation.") == len(QUESTION)
    fields = {"name": "Hand clinic", "phone": "020 1", "opening_hours": "weekdays", "locale": "nl"}
    assert admin.post("/desk/settings/clinic", **fields, emergency_text="Call 112.").status_code == 303
    assert "Hand clinic" in admin.get("/desk/settings")
    nurse = desk.sign_in()
    assert '<form method="post">' not in nurse.get("/desk/settings/clinic")
    assert nurse.post("/desk/settings/clinic", **fields, emergency_text="x").status_code == 403


def test_a_physician_chooses_who_sees_the_forecast_and_says_why(desk):
    physician = desk.sign_in("physician")
    assert physician.post("/desk/settings/forecast", mode="on").status_code == 422
    assert physician.post("/desk/settings/forecast", mode="on", note="reviewed").status_code == 303
    assert "On: staff see it" in physician.get("/desk/settings")
