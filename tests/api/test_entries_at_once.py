"""Answers that arrive at the same moment: one stands, and each is told what became of it."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

from diary.storage.patients import patient_by_id
from tests.api.people import TODAY, Caller, answer_of, machine, phone
from tests.little_clinic import at


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
