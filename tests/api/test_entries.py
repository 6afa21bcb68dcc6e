"""Entries over HTTP: each row of the table "what happens to an answer", on both databases."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from diary.storage.entries import standing_between
from diary.storage.patients import patient_by_id
from diary.storage.tables.audit import Audit
from diary.storage.unit import own
from tests.api.people import TODAY, YESTERDAY, answer_of, phone, problem, set_clock
from tests.little_clinic import at


def test_an_answer_is_stored_with_its_four_times_and_shown_as_sent(device, stored):
    sent = answer_of(TODAY, 7, layout="grid4", locale="en", client_version="1.2")
    answer = device.post("/v1/entries", sent)
    assert answer.status_code == 201, answer.json
    shown = answer.json
    assert (shown["id"], shown["day"], shown["nrs"]) == (sent["id"], sent["day"], 7)
    assert (shown["version"], shown["kind"], shown["standing"], shown["source"]) == (
        1,
        "answer",
        True,
        "phone",
    )
    assert shown["answered_at"] == shown["sent_at"] == "2025-12-31T19:00:00.000Z"
    assert shown["received_at"] == "2025-12-31T19:00:00.000Z"
    assert (shown["answered_offset_min"], shown["zone"]) == (60, "Europe/Amsterdam")
    assert not shown["late"]
    assert not shown["clock_suspect"]
    assert stored() == [(TODAY, 7, 1, True)]


def test_seven_and_a_zero_after_the_point_is_seven(device, stored):
    assert device.post("/v1/entries", answer_of(TODAY, 7.0)).status_code == 201
    assert stored() == [(TODAY, 7, 1, True)]


def test_the_same_answer_again_gives_the_stored_one_and_stores_nothing(device, stored):
    sent = answer_of(TODAY, 7)
    first = device.post("/v1/entries", sent)
    again = device.post("/v1/entries", sent | {"sent_at": at(TODAY, hour=21).isoformat()})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json
    assert len(stored()) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"nrs": 3},
        {"day": YESTERDAY.isoformat()},
        {"answered_at": at(TODAY, hour=19).isoformat()},
        {"zone": "Europe/Berlin"},
        {"reason": "typed wrongly"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_the_same_id_with_another_content_is_refused(device, stored, other):
    sent = answer_of(TODAY, 7)
    device.post("/v1/entries", sent)
    problem(device.post("/v1/entries", sent | other), 409, "entry_id_reused")
    assert stored() == [(TODAY, 7, 1, True)]


def test_the_same_score_for_the_day_under_another_id_gives_the_standing_entry(device, stored):
    first = device.post("/v1/entries", answer_of(TODAY, 7))
    second = device.post("/v1/entries", answer_of(TODAY, 7))
    assert second.status_code == 200
    assert second.json == first.json
    assert len(stored()) == 1


def test_another_score_for_the_day_is_refused_with_the_one_that_stands(device, stored):
    first = device.post("/v1/entries", answer_of(TODAY, 7)).json
    refused = problem(device.post("/v1/entries", answer_of(TODAY, 3)), 409, "day_already_answered")
    assert refused["current"] == {name: value for name, value in first.items() if name != "patient"}
    assert refused["errors"][0]["pointer"] == "/day"
    assert stored() == [(TODAY, 7, 1, True)]


def test_another_patients_id_behaves_as_new(app, clinic, nurse, device, stored):
    other_id = clinic.admit("P-2")
    with clinic.unit() as session:
        other = phone(app, nurse, patient_by_id(session, other_id).uid)
    sent = answer_of(TODAY, 7)
    assert device.post("/v1/entries", sent).status_code == 201
    answer = other.post("/v1/entries", sent | {"nrs": 2})
    assert (answer.status_code, answer.json["nrs"]) == (201, 2)
    assert stored() == [(TODAY, 7, 1, True)]


@pytest.mark.parametrize("named_by", ["id", "uid"])
def test_a_correction_names_what_it_corrects_and_takes_its_place(device, stored, named_by):
    first = device.post("/v1/entries", answer_of(TODAY, 7)).json
    second = device.post(
        "/v1/entries", answer_of(TODAY, 3, supersedes=first[named_by], reason="typed wrongly")
    )
    assert second.status_code == 201
    assert (second.json["version"], second.json["supersedes"]) == (2, first[named_by])
    assert stored() == [(TODAY, 7, 1, False), (TODAY, 3, 2, True)]


def test_a_correction_of_a_version_already_corrected_is_refused_with_the_one_that_stands(device, stored):
    first = device.post("/v1/entries", answer_of(TODAY, 7)).json
    device.post("/v1/entries", answer_of(TODAY, 3, supersedes=first["id"]))
    late = device.post("/v1/entries", answer_of(TODAY, 5, supersedes=first["id"]))
    assert problem(late, 409, "superseded_version_changed")["current"]["nrs"] == 3
    assert [row[1] for row in stored()] == [7, 3]


def test_a_correction_that_overtakes_its_original_still_stands_when_both_have_come(device, stored):
    original = answer_of(TODAY, 7)
    assert device.post("/v1/entries", answer_of(TODAY, 3, supersedes=original["id"])).status_code == 201
    assert device.post("/v1/entries", original).status_code == 201
    assert stored() == [(TODAY, 7, 1, False), (TODAY, 3, 2, True)]


def test_today_and_yesterday_can_be_answered_and_nothing_else(device, stored):
    for day in (TODAY, YESTERDAY):
        answered = {"answered_at": at(TODAY, hour=20).isoformat(), "sent_at": at(TODAY, hour=20).isoformat()}
        assert device.post("/v1/entries", answer_of(day, 4) | answered).status_code == 201
    for day, code in (
        (TODAY + timedelta(days=1), "day_in_future"),
        (YESTERDAY - timedelta(days=1), "day_closed"),
    ):
        problem(device.post("/v1/entries", answer_of(day, 4) | answered), 409, code)
    assert [row[0] for row in stored()] == [YESTERDAY, TODAY]


@pytest.mark.parametrize(
    ("minute", "ahead", "day"),
    [(-2, 5, TODAY + timedelta(days=1)), (2, -5, TODAY)],
    ids=["five minutes fast", "five minutes slow"],
)
def test_a_phone_that_is_minutes_off_answers_the_day_that_it_shows_at_three_in_the_morning(
    clinic, device, minute, ahead, day
):
    now = at(TODAY + timedelta(days=1), hour=3) + timedelta(minutes=minute)
    set_clock(clinic, now)
    shown = (now + timedelta(minutes=ahead)).isoformat()
    posted = device.post("/v1/entries", answer_of(day, 4) | {"answered_at": shown, "sent_at": shown})
    assert posted.status_code == 201
    assert (posted.json["late"], posted.json["clock_suspect"]) == (False, False)


def test_at_one_in_the_morning_the_day_before_is_still_today(clinic, device):
    set_clock(clinic, at(TODAY + timedelta(days=1), hour=1))
    now = at(TODAY + timedelta(days=1), hour=1).isoformat()
    answered = {"answered_at": now, "sent_at": now}
    problem(
        device.post("/v1/entries", answer_of(TODAY + timedelta(days=1), 4) | answered), 409, "day_in_future"
    )
    answer = device.post("/v1/entries", answer_of(TODAY, 4) | answered)
    assert (answer.status_code, answer.json["late"]) == (201, False)


def test_what_was_answered_in_time_is_accepted_however_late_it_arrives(clinic, device, stored):
    set_clock(clinic, at(TODAY + timedelta(days=80), hour=20))
    held_back = answer_of(TODAY, 4) | {"sent_at": at(TODAY + timedelta(days=80), hour=20).isoformat()}
    answer = device.post("/v1/entries", held_back)
    assert (answer.status_code, answer.json["late"], answer.json["clock_suspect"]) == (201, False, False)
    assert stored() == [(TODAY, 4, 1, True)]


def test_a_phone_whose_clock_is_a_year_off_is_believed_about_the_score_and_not_about_the_day(
    device, clinic, patient_id
):
    wrong = at(TODAY + timedelta(days=365), hour=20).isoformat()
    sent = answer_of(TODAY + timedelta(days=365), 4) | {"answered_at": wrong, "sent_at": wrong}
    answer = device.post("/v1/entries", sent)
    assert (answer.status_code, answer.json["clock_suspect"]) == (201, True)
    with clinic.unit() as session:
        days = {"first": TODAY, "last": TODAY + timedelta(days=400)}
        assert (
            standing_between(session, patient_id, **days) == {}
        )  # kept, shown, and left out of the judgement


@pytest.mark.parametrize("year", [1970, 2038, 2999])
def test_any_clock_is_accepted_and_marked(device, year):
    wrong = f"{year}-06-01T20:00:00+00:00"
    answer = device.post("/v1/entries", answer_of(TODAY, 4) | {"answered_at": wrong, "sent_at": wrong})
    assert (answer.status_code, answer.json["clock_suspect"]) == (201, True)


def test_a_travelling_phone_tells_where_it_is(clinic, device, patient_id, uid, nurse):
    evening = "2025-12-31T20:00:00+13:00"
    sent = answer_of(TODAY, 4) | {"answered_at": evening, "sent_at": evening, "zone": "Pacific/Auckland"}
    set_clock(clinic, at(TODAY, hour=20))
    assert device.post("/v1/entries", sent | {"sent_at": at(TODAY, hour=20).isoformat()}).status_code == 201
    assert nurse.get(f"/v1/patients/{uid}").json["zone"] == "Pacific/Auckland"


def test_items_come_with_the_score_and_a_red_flag_reaches_staff_on_arrival(device, nurse):
    sent = answer_of(TODAY, 4, items={"worst_pain": 8, "urine": 1})
    posted = device.post("/v1/entries", sent)
    again = device.post("/v1/entries", sent)
    assert (posted.status_code, again.status_code) == (201, 200)
    for answer in (posted.json, again.json):
        assert answer["red_flags"] == ["urine"]
        assert answer["call"]["phone"] == "020 000 00 00"
    alerts = nurse.get("/v1/alerts", kind="red_flag").json["items"]
    assert [alert["reason"] for alert in alerts] == ["Marked: Trouble or pain passing urine."]


def test_a_score_without_a_red_flag_says_nothing_of_whom_to_call(device):
    posted = device.post("/v1/entries", answer_of(TODAY, 4, items={"worst_pain": 8, "urine": 0}))
    assert not {"red_flags", "call"} & set(posted.json)


def test_own_entries_are_listed_newest_day_first_page_by_page(device):
    for back in range(5):
        day = TODAY - timedelta(days=back)
        assert device.post("/v1/entries", answer_of(day, back)).status_code == 201
    first = device.get("/v1/entries", limit=2)
    assert [one["nrs"] for one in first.json["items"]] == [0, 1]
    assert first.headers["Link"].endswith('rel="next"')
    second = device.get("/v1/entries", limit=2, cursor=first.json["next_cursor"])
    last = device.get("/v1/entries", limit=2, cursor=second.json["next_cursor"])
    assert [one["nrs"] for one in second.json["items"] + last.json["items"]] == [2, 3, 4]
    assert (last.json["next_cursor"], "Link" in last.headers) == (None, False)
    window = {"from": (TODAY - timedelta(days=3)).isoformat(), "to": (TODAY - timedelta(days=2)).isoformat()}
    assert [one["nrs"] for one in device.get("/v1/entries", **window).json["items"]] == [2, 3]


def test_one_entry_is_read_by_its_uid(device):
    made = device.post("/v1/entries", answer_of(TODAY, 4)).json
    assert device.get(f"/v1/entries/{made['uid']}").json == made


def test_a_patient_reads_nobody_elses_entries(app, clinic, nurse, device):
    made = device.post("/v1/entries", answer_of(TODAY, 4)).json
    other_id = clinic.admit("P-2")
    with clinic.unit() as session:
        other = phone(app, nurse, patient_by_id(session, other_id).uid)
    theirs = other.get(f"/v1/entries/{made['uid']}")
    made_up = other.get(f"/v1/entries/{uuid.uuid4()}")
    assert theirs.status_code == made_up.status_code == 404
    assert without_id(theirs.json) == without_id(made_up.json)
    assert other.get("/v1/entries").json["items"] == []
    assert other.get("/v1/entries", patient=made["patient"]).status_code == 404


def without_id(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in ("instance", "request_id")}


def test_a_patient_who_is_no_longer_followed_cannot_go_on(device, nurse, uid, stored):
    device.post("/v1/entries", answer_of(YESTERDAY, 4))
    version = nurse.get(f"/v1/patients/{uid}").json["version"]
    assert (
        nurse.post(
            f"/v1/patients/{uid}/follow", {"state": "stopped", "reason": "withdrew"}, version=version
        ).status_code
        == 200
    )
    problem(device.post("/v1/entries", answer_of(TODAY, 4)), 409, "patient_not_followed")
    assert len(stored()) == 1


def test_every_answer_leaves_its_audit_row_without_a_score(clinic, device, patient_id):
    device.post("/v1/entries", answer_of(TODAY, 9))
    with clinic.unit() as session:
        rows = session.scalars(own(session, Audit).where(Audit.object == "entry")).all()
    assert [(row.action, row.actor_kind, row.patient_id) for row in rows] == [
        ("entry.record", "patient", patient_id)
    ]
    assert rows[0].request_id
    assert rows[0].detail == {"day": TODAY.isoformat(), "version": 1, "source": "phone"}
