"""One recorded infusion, corrected by two people at once to different days: one of them is told."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from werkzeug.test import TestResponse

from diary.storage.courses import administrations_of
from diary.storage.patients import patient_by_uid
from tests.api.people import Caller, person, set_clock
from tests.little_clinic import FIRST_DAY, at, day_number

RACES = 5
GIVEN = {
    "agent": "s_ketamine",
    "setting": "inpatient",
    "dose_as_written": "100 h",
    "classified_as": "new_course",
}


def days(shift: int) -> dict[str, str]:
    first = FIRST_DAY - timedelta(days=shift)
    return {"first_day": first.isoformat(), "last_day": (first + timedelta(days=4)).isoformat()}


def at_once(*calls: Callable[[], TestResponse]) -> list[TestResponse]:
    together = Barrier(len(calls))

    def one(call: Callable[[], TestResponse]) -> TestResponse:
        together.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as people:
        return list(people.map(one, calls))


def test_one_correction_stands_and_the_other_person_is_told(app, clinic):
    set_clock(clinic, at(day_number(3)))
    nurse, physician = person(app, clinic, "nurse"), person(app, clinic, "physician")
    for race in range(RACES):
        body = {"pseudonym": f"P-{race}", "zone": "Europe/Amsterdam", "locale": "en"}
        patient_uid = nurse.post("/v1/patients", body).json["uid"]
        recorded = nurse.post(f"/v1/patients/{patient_uid}/administrations", GIVEN | days(0))
        assert recorded.status_code == 201, recorded.json
        path = f"/v1/administrations/{recorded.json['uid']}"

        def change(who: Caller, shift: int, path: str = path) -> Callable[[], TestResponse]:
            return lambda: who.patch(path, days(shift) | {"reason": "the wrong days"})

        told = at_once(change(nurse, 10), change(physician, 20))

        assert Counter(answer.json.get("code") for answer in told) == {None: 1, "infusion_changed": 1}
        with clinic.unit() as session:
            patient = patient_by_uid(session, patient_uid)
            assert len(administrations_of(session, patient.id)) == 1
