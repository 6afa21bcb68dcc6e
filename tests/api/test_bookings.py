"""Bookings over HTTP: a step under a version that no longer stands is refused, and nothing is written."""

from typing import Any

from diary.domain.booking_states import AFTER
from diary.storage.bookings import booking_by_uid
from diary.storage.bookings import events_of as booking_events
from diary.storage.patients import patient_by_id
from tests.api.people import Caller, person, phone
from tests.little_clinic import LittleClinic, a_regimen, day_number

BODIES: dict[str, dict[str, Any]] = {
    "authorise": {"reference": "A-17"},
    "offer": {"first_day": day_number(74).isoformat(), "last_day": day_number(78).isoformat()},
    "refuse": {"note": "not indicated"},
    "cancel": {"note": "no bed"},
}
WAYS = (
    ("authorise", "wait", "offer", "decline", "offer", "accept", "confirm", "no_show"),
    ("refuse",),
    ("cancel",),
)


def requested(clinic: LittleClinic, caller: Caller, pseudonym: str) -> str:
    """The uid of a new booking of a new patient."""
    patient_id = clinic.treated(pseudonym, "2 ")
    with clinic.unit(write=True) as session:
        patient, regimen = patient_by_id(session, patient_id).uid, a_regimen(session).uid
    return caller.post("/v1/bookings", {"patient": patient, "regimen": regimen}).json["uid"]


def take(caller: Caller, uid: str, action: str, *, version: int | None) -> tuple[int, dict[str, Any]]:
    path = f"/v1/bookings/{uid}/{action.replace('_', '-')}"
    answer = caller.post(path, BODIES.get(action, {}), version=version)
    return answer.status_code, answer.json


def written(clinic: LittleClinic, uid: str) -> tuple[str, int, list[str]]:
    with clinic.unit() as session:
        booking = booking_by_uid(session, uid)
        assert booking is not None
        return booking.state, booking.version, [step.action for step in booking_events(session, booking.id)]


def test_every_step_wants_the_version_that_stands(app, clinic):
    physician = person(app, clinic, "physician")
    for way in WAYS:
        uid = requested(clinic, physician, f"P-{way[0]}")
        for version, action in enumerate(way, start=1):
            state, *_ = before = written(clinic, uid)
            for seen, status, code in (
                (version - 1, 412, "changed_meanwhile"),
                (version + 1, 412, "changed_meanwhile"),
                (None, 428, "precondition_required"),
            ):
                refused, answer = take(physician, uid, action, version=seen)
                assert (refused, answer["code"]) == (status, code), action
            assert written(clinic, uid) == before, action
            assert take(physician, uid, action, version=version)[0] == 200
            assert written(clinic, uid)[:2] == (AFTER[state, action], version + 1)


def test_a_phone_answers_its_own_offers_and_takes_no_other_step(app, clinic):
    physician = person(app, clinic, "physician")
    uid = requested(clinic, physician, "P-1")
    with clinic.unit() as session:
        booking = booking_by_uid(session, uid)
        assert booking is not None
        patient = patient_by_id(session, booking.patient_id).uid
    stranger = phone(app, physician, other_patient(clinic))
    own = phone(app, physician, patient)
    take(physician, uid, "authorise", version=1)
    take(physician, uid, "offer", version=2)
    before = written(clinic, uid)
    assert take(stranger, uid, "accept", version=3)[1]["code"] == "not_found"
    for action in ("confirm", "cancel", "wait", "offer"):
        assert take(own, uid, action, version=3)[1]["code"] == "not_allowed", action
    assert written(clinic, uid) == before
    assert own.post(f"/v1/bookings/{uid}/decline", {}, version=3).status_code == 204
    assert written(clinic, uid)[0] == "declined"


def other_patient(clinic: LittleClinic) -> str:
    other = clinic.admit("P-2")
    with clinic.unit() as session:
        return patient_by_id(session, other).uid
