"""Infusions as they were given: record a block of days, correct one."""

from typing import Any

from diary.api.door import api_work
from diary.api.finding import found
from diary.api.frame import Routes
from diary.services import infusions
from diary.services.clinics import local_day
from diary.storage.bookings import booking_by_uid
from diary.storage.courses import administration_by_uid, regimen_by_uid
from diary.storage.naming import uids_by_id
from diary.storage.patients import patient_by_id, patient_by_uid
from diary.storage.tables.booking import Booking
from diary.storage.tables.course import Administration, Course, Regimen
from diary.storage.tables.patient import Patient
from diary.web.work import Work
from schemas.administration import AdministrationIn, AdministrationOut, AdministrationPatch

routes = Routes("administrations", __name__, url_prefix="/v1", description="What was given.")

GIVEN = tuple(infusions.Given.__slots__)


@routes.route("/patients/<uid:patient_uid>/administrations", methods=["POST"])
@routes.arguments(AdministrationIn)
@routes.response(201, AdministrationOut)
def record(body: dict[str, Any], patient_uid: str) -> Any:
    """Record what was given. A new course closes the alerts and the course before it, and opens the next."""
    with api_work(write=True) as unit:
        patient = found(patient_by_uid(unit.session, patient_uid, lock=True))
        regimen = found(regimen_by_uid(unit.session, body["regimen"])) if "regimen" in body else None
        booking = None
        if "booking" in body:
            booking = found(booking_by_uid(unit.session, body["booking"], lock=True))
            found(booking if booking.patient_id == patient.id else None)
        given = infusions.record_infusion(
            unit.session,
            patient,
            infusions.Given(**{name: body[name] for name in GIVEN if name in body}),
            regimen=regimen,
            booking=booking,
            today=local_day(unit.session, unit.now),
            now=unit.now,
        )
        return _shown(unit, given, patient)


@routes.route("/administrations/<uid:administration_uid>", methods=["PATCH"])
@routes.arguments(AdministrationPatch)
@routes.response(200, AdministrationOut)
def change(body: dict[str, Any], administration_uid: str) -> Any:
    """Correct what was recorded; the old record is kept beside the new one."""
    with api_work(write=True) as unit:
        old = found(administration_by_uid(unit.session, administration_uid))
        patient = patient_by_id(unit.session, old.patient_id, lock=True)
        values = {name: getattr(old, name) for name in GIVEN} | body
        given = infusions.correct_infusion(
            unit.session,
            patient,
            old,
            infusions.Given(**values),
            today=local_day(unit.session, unit.now),
            now=unit.now,
        )
        return _shown(unit, given, patient)


def _shown(unit: Work, row: Administration, patient: Patient) -> dict[str, Any]:
    session = unit.session
    return {name: getattr(row, name) for name in (*GIVEN, "uid", "standing", "recorded_at")} | {
        "patient": patient.uid,
        "course": uids_by_id(session, Course, [row.course_id])[row.course_id],
        "regimen": uids_by_id(session, Regimen, [row.regimen_id])[row.regimen_id],
        "booking": uids_by_id(session, Booking, [row.booking_id])[row.booking_id],
    }
