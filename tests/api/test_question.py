"""The question of the course under way: the same words on the phone's page, in its API and at the desk."""

from datetime import timedelta

from tests.api.people import person, phone, set_clock
from tests.api.test_loop import GIVEN, REGIMEN, ok
from tests.little_clinic import FIRST_DAY, at, day_number

HAND, FOOT = "in your right hand", "in your left foot"


def test_a_next_course_for_another_place_leaves_the_question_of_this_one_as_it_is(app, clinic):
    nurse = person(app, clinic, "nurse")
    regimen = ok(nurse.post("/v1/regimens", REGIMEN), 201)
    admitted = {"pseudonym": "P-1", "zone": "Europe/Amsterdam", "locale": "en"}
    uid = ok(nurse.post("/v1/patients", admitted), 201)["uid"]
    device = phone(app, nurse, uid)

    def plan(first_day, area):
        wanted = {"regimen": regimen["uid"], "planned_first_day": first_day.isoformat(), "treated_area": area}
        ok(nurse.post(f"/v1/patients/{uid}/courses", wanted), 201)

    plan(FIRST_DAY, HAND)
    set_clock(clinic, at(day_number(0), hour=12))
    days = {"first_day": FIRST_DAY.isoformat(), "last_day": day_number(0).isoformat()}
    ok(nurse.post(f"/v1/patients/{uid}/administrations", GIVEN | days), 201)
    plan(FIRST_DAY + timedelta(days=100), FOOT)

    instrument = ok(device.get("/v1/me"))["instrument"]
    asked = "What was your average pain in your right hand in the last 24 hours?"
    assert (instrument["question"], instrument["treated_area"]) == (asked, HAND)
    assert instrument["validated"] is False, "the wording is ours"
    assert instrument["question_for_day"] == "What was your average pain in your right hand on {day}?"
    assert asked in device.get("/app/").text
    assert asked in nurse.get(f"/desk/patients/{uid}/answers/new").text
