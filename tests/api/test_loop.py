"""The whole loop over HTTP: enrolment, entries, nights, alert, booking, infusion, second course."""

from datetime import timedelta

from diary.services.nights import run_due
from diary.storage.patients import patient_by_id
from tests.api.people import answer_of, person, phone, set_clock
from tests.little_clinic import FIRST_DAY, at, day_number

REGIMEN = {
    "name": "S-ketamine, 5 days",
    "agent": "s_ketamine",
    "setting": "inpatient",
    "infusion_days": 5,
    "hours_a_day": 20,
    "dose_as_written": "5 to 20 mg/h per 70 kg",
    "series_gap_max_days": 0,
}
GIVEN = {
    "agent": "s_ketamine",
    "setting": "inpatient",
    "dose_as_written": "100 h, up to 22 mg/h",
    "classified_as": "new_course",
}


def ok(answer, status=200):
    assert answer.status_code == status, answer.json
    return answer.json


def test_the_loop_from_enrolment_to_the_second_course(app, clinic):
    nurse, physician = person(app, clinic, "nurse"), person(app, clinic, "physician")
    regimen = ok(nurse.post("/v1/regimens", REGIMEN), 201)
    patient = ok(
        nurse.post(
            "/v1/patients",
            {
                "pseudonym": "P-1",
                "identity": {"name": "Jan Smit"},
                "zone": "Europe/Amsterdam",
                "locale": "en",
            },
        ),
        201,
    )
    path = f"/v1/patients/{patient['uid']}"
    plan = {"regimen": regimen["uid"], "planned_first_day": FIRST_DAY.isoformat()}
    ok(nurse.post(f"{path}/courses", plan | {"treated_area": "in your right hand"}), 201)
    device = phone(app, nurse, patient["uid"])
    assert "right hand" in ok(device.get("/v1/me"))["instrument"]["question"]

    for days_before in range(14, 0, -1):
        answer(clinic, device, FIRST_DAY - timedelta(days=days_before), 8)
    last_infusion_day = day_number(0)
    set_clock(clinic, at(last_infusion_day, hour=12))
    given = GIVEN | {"first_day": FIRST_DAY.isoformat(), "last_day": last_infusion_day.isoformat()}
    first = ok(nurse.post(f"{path}/administrations", given | {"regimen": regimen["uid"]}), 201)
    course = ok(nurse.get(f"/v1/courses/{first['course']}"))
    assert (course["number"], course["status"]) == (1, "open")
    assert course["baseline"] == {"kind": "own", "nrs": 8.0, "answers": 7, "weak": False}

    for number in range(1, 45):
        answer(clinic, device, day_number(number), 2 if number <= 20 else 7)
        run_nights(clinic, day_number(number))

    (alert,) = ok(nurse.get("/v1/alerts", kind="loss"))["items"]
    assert (alert["status"], alert["level"]) == ("open", "confirmed")
    assert "baseline 8.0" in alert["reason"]
    assert alert["safety"]["days_since_infusion"] == 45
    taken = ok(nurse.post(f"/v1/alerts/{alert['uid']}/acknowledge", version=alert["version"]))
    assert (taken["status"], taken["owner"]["name"]) == ("acknowledged", "A nurse")

    failed = book(nurse, alert, regimen)
    assert ok(nurse.get(f"/v1/alerts/{alert['uid']}"))["status"] == "parked"
    ok(nurse.post(f"/v1/bookings/{failed['uid']}/cancel", {"note": "no bed"}, version=failed["version"]))
    back = ok(nurse.get(f"/v1/alerts/{alert['uid']}"))
    assert (back["status"], back["opened_at"]) == ("acknowledged", alert["opened_at"])

    booking = book(nurse, alert, regimen)
    offered = {"first_day": day_number(60).isoformat(), "last_day": day_number(64).isoformat()}
    step(physician, booking, "authorise", {"reference": "A-17"})
    step(nurse, booking, "offer", offered)
    shown = ok(device.get("/v1/me"))["offer"]
    assert (shown["first_day"], shown["last_day"]) == (offered["first_day"], offered["last_day"])
    accepted = device.post(f"/v1/bookings/{shown['booking']}/accept", version=shown["version"])
    assert (accepted.status_code, accepted.data) == (204, b"")
    step(nurse, booking, "confirm", {})

    for number in range(45, 60):
        answer(clinic, device, day_number(number), 7)
        run_nights(clinic, day_number(number))
    set_clock(clinic, at(day_number(64), hour=12))
    again = GIVEN | offered | {"booking": booking["uid"], "regimen": regimen["uid"]}
    second = ok(nurse.post(f"{path}/administrations", again), 201)

    assert ok(nurse.get(f"/v1/bookings/{booking['uid']}"))["state"] == "done"
    ended = ok(nurse.get(f"/v1/alerts/{alert['uid']}"))
    assert (ended["status"], ended["outcome"]) == ("closed", "infused")
    assert ok(nurse.get("/v1/alerts"))["items"] == []
    courses = ok(nurse.get(f"{path}/courses"))["items"]
    assert [(course["number"], course["status"]) for course in courses] == [(2, "open"), (1, "closed")]
    assert courses[0]["uid"] == second["course"]
    assert (courses[0]["baseline"]["kind"], courses[0]["baseline"]["nrs"]) == ("own", 7.0)


def test_re_treatment_while_relief_lasts_carries_the_untreated_baseline(app, clinic):
    physician = person(app, clinic, "physician")
    patient_id = clinic.treated("P-1", "2 " * 40)
    with clinic.unit() as session:
        uid = patient_by_id(session, patient_id).uid
    set_clock(clinic, at(day_number(45), hour=12))
    given = GIVEN | {"first_day": day_number(41).isoformat(), "last_day": day_number(45).isoformat()}
    second = ok(physician.post(f"/v1/patients/{uid}/administrations", given), 201)
    baseline = ok(physician.get(f"/v1/courses/{second['course']}"))["baseline"]
    assert (baseline["kind"], baseline["nrs"]) == ("carried", 8.0)


def answer(clinic, device, day, nrs):
    set_clock(clinic, at(day, hour=20))
    ok(device.post("/v1/entries", answer_of(day, nrs)), 201)


def run_nights(clinic, night):
    now = at(night + timedelta(days=1), hour=4)
    set_clock(clinic, now)
    run_due(clinic.engine, now=now, wall=lambda: now, owner="test")


def book(nurse, alert, regimen):
    return ok(nurse.post("/v1/bookings", {"alert": alert["uid"], "regimen": regimen["uid"]}), 201)


def step(caller, booking, action, body):
    path = f"/v1/bookings/{booking['uid']}"
    version = ok(caller.get(path))["version"]
    return ok(caller.post(f"{path}/{action}", body, version=version))
