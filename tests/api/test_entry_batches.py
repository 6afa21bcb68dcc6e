"""Batches of entries over HTTP: each row is told its own, whatever becomes of the others."""

import uuid
from datetime import timedelta

import pytest

from diary.storage.entries import versions_of
from diary.storage.patients import patient_by_id
from tests.api.people import TODAY, YESTERDAY, answer_of, machine, problem
from tests.little_clinic import at


def test_a_batch_says_which_rows_told_a_red_flag_and_once_whom_to_call(device):
    days = [TODAY - timedelta(days=n) for n in range(3)]
    rows = [answer_of(day, 4, items={"urine": n % 2}) for n, day in enumerate(days)]
    stored = device.post("/v1/entries/batch", {"entries": rows}).json
    assert [row.get("red_flags") for row in stored["results"]] == [None, ["urine"], None]
    assert stored["call"]["phone"] == "020 000 00 00"


def test_a_batch_of_500_with_one_bad_row_stores_the_other_499(clinic, device, patient_id):
    first = TODAY - timedelta(days=499)
    now = at(TODAY, hour=20).isoformat()
    rows = [answer_of(first + timedelta(days=n), n % 11) | {"sent_at": now} for n in range(500)]
    rows[123]["nrs"] = 5.5
    answer = device.post("/v1/entries/batch", {"entries": rows})
    assert answer.status_code == 200
    results = answer.json["results"]
    assert [one["index"] for one in results] == list(range(500))
    assert {one["status"] for n, one in enumerate(results) if n != 123} == {"stored"}
    bad = results[123]
    assert (bad["status"], bad["code"], bad["id"]) == ("refused", "validation_failed", rows[123]["id"])
    assert bad["errors"] == [
        {"pointer": "/nrs", "code": "invalid", "message": "Enter a whole number from 0 to 10."}
    ]
    with clinic.unit() as session:
        assert len(versions_of(session, patient_id)) == 499
    again = device.post("/v1/entries/batch", {"entries": rows}).json["results"]
    assert {one["status"] for n, one in enumerate(again) if n != 123} == {"same"}


@pytest.mark.parametrize("count", [0, 501])
def test_a_batch_of_none_or_too_many_is_refused_whole(device, stored, count):
    rows = [answer_of(TODAY, 4) for _ in range(count)]
    refused = problem(device.post("/v1/entries/batch", {"entries": rows}), 422, "validation_failed")
    assert refused["errors"][0]["pointer"] == "/entries"
    assert stored() == []


def test_rows_of_a_batch_are_refused_for_the_same_reasons_as_single_posts(device, stored):
    twice = answer_of(TODAY, 4)
    rows = [
        twice,
        twice,  # repeated: same
        answer_of(TODAY, 9),  # another score for the day
        twice | {"nrs": 5},  # id reused
        answer_of(TODAY - timedelta(days=9), 4) | {name: twice[name] for name in ("answered_at", "sent_at")},
        {"id": "nonsense"},
        "no object at all",
        answer_of(YESTERDAY, 6),
    ]
    results = device.post("/v1/entries/batch", {"entries": rows}).json["results"]
    assert [(one["status"], one.get("code")) for one in results] == [
        ("stored", None),
        ("same", None),
        ("refused", "day_already_answered"),
        ("refused", "entry_id_reused"),
        ("refused", "day_closed"),
        ("refused", "validation_failed"),
        ("refused", "validation_failed"),
        ("stored", None),
    ]
    assert stored() == [(YESTERDAY, 6, 1, True), (TODAY, 4, 1, True)]


def test_a_machine_sends_a_batch_for_several_patients_and_each_row_is_told_its_own(app, clinic, uid, stored):
    other_id = clinic.admit("P-2")
    with clinic.unit() as session:
        other = patient_by_id(session, other_id).uid
    rows = [
        answer_of(TODAY, 4, patient=uid),
        answer_of(TODAY, 5, patient=other),
        answer_of(TODAY, 6, patient=str(uuid.uuid4())),
        answer_of(TODAY, 7),
        answer_of(TODAY, 8, patient=uid, source="phone"),
    ]
    results = machine(app, clinic).post("/v1/entries/batch", {"entries": rows}).json["results"]
    told = [(one["status"], one.get("code"), one.get("errors", [{}])[0].get("pointer")) for one in results]
    assert told == [
        ("stored", None, None),
        ("stored", None, None),
        ("refused", "not_found", None),
        ("refused", "validation_failed", "/patient"),
        ("refused", "validation_failed", "/source"),
    ]
    assert [one["entry"]["patient"] for one in results[:2]] == [uid, other]
    assert stored() == [(TODAY, 4, 1, True)]
