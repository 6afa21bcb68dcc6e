"""A red flag told beside a score reaches staff whatever becomes of the score."""

import uuid
from datetime import timedelta

from diary.services.patients import stop
from diary.storage.entries import items_of, versions_of
from diary.storage.patients import patient_by_id
from tests.api.people import TODAY, answer_of, machine
from tests.little_clinic import LittleClinic, at

URINE = ["Trouble or pain passing urine"]


def red_flags(clinic: LittleClinic, patient_id: int) -> list[tuple[str, list[str]]]:
    return [(alert.status, alert.facts["items"]) for alert in clinic.alerts(patient_id)]


def scores(clinic: LittleClinic, patient_id: int) -> list[int | None]:
    with clinic.unit() as session:
        return [entry.nrs for entry in versions_of(session, patient_id)]


def test_a_score_that_meets_another_one_is_refused_and_its_red_flag_kept(clinic, device, patient_id):
    device.post("/v1/entries", answer_of(TODAY, 3))
    refused = device.post("/v1/entries", answer_of(TODAY, 8, items={"urine": 1}))
    assert (refused.status_code, refused.json["code"]) == (409, "day_already_answered")
    assert refused.json["current"]["nrs"] == 3
    assert red_flags(clinic, patient_id) == [("open", URINE)]
    assert scores(clinic, patient_id) == [3]


def test_a_score_of_a_day_long_closed_is_refused_and_its_red_flag_kept(clinic, device, patient_id):
    refused = device.post(
        "/v1/entries", answer_of(TODAY - timedelta(days=9), 8, items={"urine": 1}) | sent_now()
    )
    assert (refused.status_code, refused.json["code"]) == (409, "day_closed")
    assert red_flags(clinic, patient_id) == [("open", URINE)]


def sent_now() -> dict[str, str]:
    now = at(TODAY, hour=20).isoformat()
    return {"answered_at": now, "sent_at": now}


def test_the_score_of_a_patient_no_longer_followed_is_refused_and_its_red_flag_kept(
    clinic, device, patient_id
):
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        stop(session, patient, reason="withdrew", note=None, now=at(TODAY, hour=20))
    refused = device.post("/v1/entries", answer_of(TODAY, 8, items={"urine": 1}))
    assert (refused.status_code, refused.json["code"]) == (409, "patient_not_followed")
    assert red_flags(clinic, patient_id) == [("open", URINE)]


def test_what_is_refused_again_rings_no_second_time(clinic, device, patient_id):
    device.post("/v1/entries", answer_of(TODAY, 3))
    sent = answer_of(TODAY, 8, items={"urine": 1})
    assert [device.post("/v1/entries", sent).status_code for _ in range(3)] == [409] * 3
    assert red_flags(clinic, patient_id) == [("open", URINE)]


def test_a_refused_score_without_a_red_flag_stores_nothing(clinic, device, patient_id):
    device.post("/v1/entries", answer_of(TODAY, 3))
    refused = device.post("/v1/entries", answer_of(TODAY, 8, items={"urine": 0, "sleep": 7}))
    assert refused.status_code == 409
    with clinic.unit() as session:
        assert items_of(session, patient_id) == []


def test_in_a_batch_a_refused_row_keeps_its_red_flag_and_the_others_are_stored(app, clinic, uid, patient_id):
    rows = [
        answer_of(TODAY, 3, patient=uid),
        answer_of(TODAY, 8, patient=uid, items={"urine": 1}),
        answer_of(TODAY, 8, patient=str(uuid.uuid4()), items={"urine": 1}),
        answer_of(TODAY - timedelta(days=1), 4, patient=uid),
    ]
    results = machine(app, clinic).post("/v1/entries/batch", {"entries": rows}).json["results"]
    assert [(one["status"], one.get("code")) for one in results] == [
        ("stored", None),
        ("refused", "day_already_answered"),
        ("refused", "not_found"),
        ("stored", None),
    ]
    assert red_flags(clinic, patient_id) == [("open", URINE)]
    assert scores(clinic, patient_id) == [4, 3]
