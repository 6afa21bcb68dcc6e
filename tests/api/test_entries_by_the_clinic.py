"""Answers that staff or a machine bring, over HTTP: whose they are, how they came, what staff may correct."""

from datetime import timedelta

import pytest

from tests.api.people import TODAY, answer_of, machine, problem
from tests.little_clinic import at


def test_staff_write_down_what_a_patient_said_and_it_is_marked(nurse, uid, stored):
    on_the_phone = nurse.post("/v1/entries", answer_of(TODAY, 4, patient=uid))
    assert (on_the_phone.status_code, on_the_phone.json["source"]) == (201, "clinic_phone")
    long_ago = answer_of(TODAY - timedelta(days=30), 6, patient=uid, source="clinic_paper")
    on_paper = nurse.post("/v1/entries", long_ago | {"answered_at": at(TODAY, hour=20).isoformat()})
    assert (on_paper.status_code, on_paper.json["source"]) == (201, "clinic_paper")
    assert len(stored()) == 2


def test_a_machine_posts_for_the_patients_of_its_clinic(app, clinic, uid, stored):
    key = machine(app, clinic, ["entries:write"])
    answer = key.post("/v1/entries", answer_of(TODAY, 4, patient=uid))
    assert (answer.status_code, answer.json["source"], answer.json["patient"]) == (201, "integration", uid)
    assert stored() == [(TODAY, 4, 1, True)]


def test_staff_and_machines_must_say_whose_answer_it_is(app, clinic, nurse):
    for caller in (nurse, machine(app, clinic)):
        refused = problem(caller.post("/v1/entries", answer_of(TODAY, 4)), 422, "validation_failed")
        assert refused["errors"][0]["pointer"] == "/patient"
    refused = problem(nurse.get("/v1/entries"), 422, "validation_failed")
    assert refused["errors"][0]["parameter"] == "patient"


@pytest.mark.parametrize(
    ("who", "source"),
    [
        ("device", "clinic_paper"),
        ("device", "clinic_phone"),
        ("device", "integration"),
        ("nurse", "phone"),
        ("nurse", "integration"),
        ("machine", "clinic_paper"),
        ("machine", "phone"),
    ],
)
def test_nobody_says_that_an_answer_came_another_way_than_it_did(
    app, clinic, nurse, device, uid, stored, who, source
):
    """On paper any day may be filled in: a phone that could say so would never meet a closed day."""
    caller = {"device": device, "nurse": nurse, "machine": machine(app, clinic)}[who]
    sent = answer_of(TODAY - timedelta(days=30), 4, source=source) | {
        "answered_at": at(TODAY, hour=20).isoformat()
    }
    body = sent if who == "device" else sent | {"patient": uid}
    refused = problem(caller.post("/v1/entries", body), 422, "validation_failed")
    assert (refused["errors"][0]["pointer"], refused["errors"][0]["code"]) == ("/source", "invalid")
    assert stored() == []


def test_a_correction_of_staff_stands_beside_the_answer_and_the_patient_sees_both(device, nurse, uid, stored):
    answer = device.post("/v1/entries", answer_of(TODAY, 9)).json
    body = {"of": answer["uid"], "nrs": 6, "reason": "told on the phone: the finger slipped"}
    made = nurse.post(f"/v1/patients/{uid}/corrections", body)
    assert (made.status_code, made.json["kind"], made.json["nrs"]) == (201, "correction", 6)
    assert stored() == [(TODAY, 9, 1, False), (TODAY, 6, 2, True)]
    listed = device.get("/v1/entries").json["items"]
    assert [(one["nrs"], one["kind"], one["standing"]) for one in listed] == [
        (6, "correction", True),
        (9, "answer", False),
    ]
    assert listed[0]["reason"] == body["reason"]


def test_staff_can_say_that_no_answer_stands_for_a_day(device, nurse, uid, stored):
    answer = device.post("/v1/entries", answer_of(TODAY, 9)).json
    body = {"of": answer["uid"], "nrs": None, "reason": "answered for somebody else"}
    made = nurse.post(f"/v1/patients/{uid}/corrections", body)
    assert (made.json["kind"], made.json["nrs"]) == ("void", None)
    assert stored() == [(TODAY, 9, 1, False), (TODAY, None, 2, True)]


def test_a_correction_of_an_answer_that_changed_meanwhile_is_refused(device, nurse, uid):
    first = device.post("/v1/entries", answer_of(TODAY, 9)).json
    device.post("/v1/entries", answer_of(TODAY, 3, supersedes=first["id"]))
    body = {"of": first["uid"], "nrs": 6, "reason": "told on the phone"}
    problem(nurse.post(f"/v1/patients/{uid}/corrections", body), 409, "superseded_version_changed")
