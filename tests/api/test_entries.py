"""Entries over HTTP: each row of the table "what happens to an answer", on both databases."""

import uuid
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest

from diary.services.packed_days import packed_from_entries, spans
from diary.storage.courses import courses_of, days_of
from diary.storage.entries import standing_between, versions_of
from diary.storage.patients import patient_by_id
from diary.storage.tables.audit import Audit
from diary.storage.unit import own
from tests.api.people import Caller, answer_of, machine, person, phone, set_clock
from tests.little_clinic import FIRST_DAY, LittleClinic, at

TODAY = FIRST_DAY - timedelta(days=5)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def patient_id(clinic: LittleClinic) -> int:
    patient_id = clinic.admit("P-1")
    set_clock(clinic, at(TODAY, hour=20))
    return patient_id


@pytest.fixture
def uid(clinic: LittleClinic, patient_id: int) -> str:
    with clinic.unit() as session:
        return patient_by_id(session, patient_id).uid


@pytest.fixture
def nurse(app, clinic: LittleClinic) -> Caller:
    return person(app, clinic, "nurse")


@pytest.fixture
def device(app, nurse: Caller, uid: str) -> Caller:
    return phone(app, nurse, uid)


@pytest.fixture
def stored(clinic: LittleClinic, patient_id: int):
    """What is stored of the patient: (day, nrs, version, standing); the packed row is seen to agree."""

    def read() -> list[tuple[date, int | None, int, bool]]:
        with clinic.unit() as session:
            for course, span in spans(courses_of(session, patient_id)):
                row = days_of(session, course.id)
                assert row is not None
                assert row.days == packed_from_entries(session, course.patient_id, span)
            found = versions_of(session, patient_id)
            return [(entry.day, entry.nrs, entry.version, entry.standing) for entry in found]

    return read


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json.get("code")) == (status, code), answer.json
    assert answer.content_type == "application/problem+json"
    return dict(answer.json)


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
    assert refused["errors"][0]["pointer"] == "/source"
    assert stored() == []


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


def test_every_answer_leaves_its_audit_row_without_a_score(clinic, device, patient_id):
    device.post("/v1/entries", answer_of(TODAY, 9))
    with clinic.unit() as session:
        rows = session.scalars(own(session, Audit).where(Audit.object == "entry")).all()
    assert [(row.action, row.actor_kind, row.patient_id) for row in rows] == [
        ("entry.record", "patient", patient_id)
    ]
    assert rows[0].request_id
    assert rows[0].detail == {"day": TODAY.isoformat(), "version": 1, "source": "phone"}


def at_once(callers: list[Caller], bodies: list[dict[str, Any]], *, path: str = "/v1/entries") -> list[Any]:
    answers: list[Any] = [None] * len(bodies)
    barrier = Barrier(len(bodies))

    def post(n: int) -> None:
        barrier.wait()
        answers[n] = callers[n].post(path, bodies[n])

    threads = [Thread(target=post, args=(n,)) for n in range(len(bodies))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_of_two_first_answers_at_once_one_is_stored_and_the_other_is_told(app, nurse, device, uid, stored):
    second = phone(app, nurse, uid)
    answers = at_once([device, second], [answer_of(TODAY, 3), answer_of(TODAY, 8)])
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused = next(answer.json for answer in answers if answer.status_code == 409)
    assert refused["code"] == "day_already_answered"
    assert [row[1] for row in stored()] == [refused["current"]["nrs"]]


def test_one_answer_sent_twenty_times_at_once_is_one_row_and_the_same_answer_to_all(device, stored):
    sent = answer_of(TODAY, 3)
    answers = at_once([device] * 20, [sent] * 20)
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json["uid"] for answer in answers}) == 1
    assert len(stored()) == 1


def test_ten_different_answers_for_a_day_at_once_leave_one(device, stored):
    answers = at_once([device] * 10, [answer_of(TODAY, n) for n in range(10)])
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    assert len(stored()) == 1


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


def test_two_machines_that_send_the_same_patients_in_opposite_order_do_not_block_each_other(app, clinic):
    ids = [clinic.admit(f"P-{n}") for n in range(2, 6)]
    with clinic.unit() as session:
        uids = [patient_by_id(session, patient_id).uid for patient_id in ids]
    rows = [answer_of(TODAY - timedelta(days=n), 4, patient=uid) for n in range(10) for uid in uids]
    now = at(TODAY, hour=20).isoformat()
    rows = [row | {"sent_at": now} for row in rows]
    key = machine(app, clinic)
    answers = at_once([key, key], [{"entries": rows}, {"entries": rows[::-1]}], path="/v1/entries/batch")
    assert [answer.status_code for answer in answers] == [200, 200]
    told = sorted([one["status"] for answer in answers for one in answer.json["results"]])
    assert told == ["same"] * len(rows) + ["stored"] * len(rows)
