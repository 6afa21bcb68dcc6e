"""Patients: admit, read, change, follow; enrolment codes; corrections beside their entries."""

from functools import partial
from typing import Any

from diary.api.door import api_work, leave_trace, met_on_second_try, traced_reading
from diary.api.entries import shown as entry_shown
from diary.api.finding import found
from diary.api.frame import ETAG, NEXT_PAGE, Routes
from diary.domain.errors import Refusal
from diary.services import enrolment, patients
from diary.services.entries import correct
from diary.storage.entries import entry_by_uid
from diary.storage.patients import patient_by_uid, patients_page
from diary.storage.staff import staff_by_id, staff_by_uid
from diary.storage.tables.patient import Patient
from diary.web.pages import Place, page, place_of
from diary.web.rights import TREATING
from diary.web.versions import etag_of, require_version
from diary.web.work import Work, roof
from schemas.enrolment import EnrolmentCodeOut
from schemas.entry import CorrectionIn, EntryOut
from schemas.patient import FollowIn, PatientIn, PatientOut, PatientPatch, PatientsIn, PatientsOut

routes = Routes("patients", __name__, url_prefix="/v1/patients", description="The clinic's patients.")


@routes.route("", methods=["GET"])
@routes.arguments(PatientsIn, location="query")
@routes.response(200, PatientsOut, headers=NEXT_PAGE)
def list_patients(query: dict[str, Any]) -> Any:
    """Patients by pseudonym; who they are stands on each one's own page."""
    with traced_reading() as unit:
        place = place_of(query.get("cursor"), str)
        rows = patients_page(
            unit.session,
            begins=query.get("q"),
            follow_state=query.get("follow"),
            after=str(place.key) if place else None,
            limit=query["limit"] + 1,
        )
        shown = page(rows, limit=query["limit"], place=lambda row: Place(row.pseudonym, row.id))
        leave_trace(unit, "patients", shown.items)
        answer = {"items": [_listed(row) for row in shown.items], "next_cursor": shown.next_cursor}
    return answer, 200, shown.headers


@routes.route("", methods=["POST"])
@routes.arguments(PatientIn)
@routes.response(201, PatientOut, headers=ETAG)
def admit(body: dict[str, Any]) -> Any:
    """A new patient of this clinic."""
    return met_on_second_try(partial(_admit, body))


def _admit(body: dict[str, Any]) -> Any:
    with api_work(write=True) as unit:
        identity = patients.Identity(**body["identity"]) if "identity" in body else None
        patient = patients.admit(
            unit.session,
            pseudonym=body["pseudonym"],
            zone=body["zone"],
            locale=body["locale"],
            identity=identity,
            now=unit.now,
        )
        answer = _whole(unit, patient)
    return answer, 201, etag_of(answer["version"])


@routes.route("/<uid:patient_uid>", methods=["GET"])
@routes.response(200, PatientOut, headers=ETAG)
def get_patient(patient_uid: str) -> Any:
    """One patient, and to treating staff who it is; each read leaves a trace."""
    with traced_reading() as unit:
        answer = _whole(unit, found(patient_by_uid(unit.session, patient_uid)))
    return answer, 200, etag_of(answer["version"])


@routes.route("/<uid:patient_uid>", methods=["PATCH"])
@routes.names_version
@routes.arguments(PatientPatch)
@routes.response(200, PatientOut, headers=ETAG)
def change_patient(body: dict[str, Any], patient_uid: str) -> Any:
    """Change what is known of a patient; keys left out stay as they are."""
    with api_work(write=True) as unit:
        patient = found(patient_by_uid(unit.session, patient_uid, lock=True))
        require_version(patient.version)
        if "owner" in body:
            owner = found(staff_by_uid(unit.session, body["owner"])) if body["owner"] else None
            body["owner_id"] = owner.id if owner else None
        patients.change(
            unit.session,
            patient,
            {name: value for name, value in body.items() if name not in ("identity", "owner")},
            now=unit.now,
        )
        if "identity" in body:
            patients.set_identity(unit.session, patient, patients.Identity(**body["identity"]), now=unit.now)
        answer = _whole(unit, patient)
    return answer, 200, etag_of(answer["version"])


@routes.route("/<uid:patient_uid>/enrolment-codes", methods=["POST"])
@routes.response(201, EnrolmentCodeOut)
def make_code(patient_uid: str) -> Any:
    """A new one-time code for one phone; codes not yet used end now."""
    with api_work(write=True) as unit:
        patient = found(patient_by_uid(unit.session, patient_uid, lock=True))
        settings = roof().settings
        code, expires_at = enrolment.make_code(
            unit.session, patient, secret_key=settings.secret_key, now=unit.now
        )
    url = f"{settings.public_url}/app/join#{code}"
    return {"code": f"{code[:4]}-{code[4:]}", "expires_at": expires_at, "url": url}


@routes.route("/<uid:patient_uid>/follow", methods=["POST"])
@routes.names_version
@routes.arguments(FollowIn)
@routes.response(200, PatientOut, headers=ETAG)
def follow(body: dict[str, Any], patient_uid: str) -> Any:
    """Follow, pause or stop following. Stopping cancels messages, offers, bookings and alerts at once."""
    with api_work(write=True) as unit:
        patient = found(patient_by_uid(unit.session, patient_uid, lock=True))
        require_version(patient.version)
        note = body.get("note")
        if body["state"] == "followed":
            patients.follow(unit.session, patient, now=unit.now)
        elif body["state"] == "paused":
            patients.pause(unit.session, patient, until=body.get("until"), note=note, now=unit.now)
        else:
            patients.stop(unit.session, patient, reason=body["reason"], note=note, now=unit.now)
        answer = _whole(unit, patient)
    return answer, 200, etag_of(answer["version"])


@routes.route("/<uid:patient_uid>/corrections", methods=["POST"])
@routes.arguments(CorrectionIn)
@routes.response(201, EntryOut)
def file_correction(body: dict[str, Any], patient_uid: str) -> Any:
    """A correction of staff beside a patient's entry, which itself is never changed."""
    with api_work(write=True) as unit:
        patient = found(patient_by_uid(unit.session, patient_uid, lock=True))
        entry = found(entry_by_uid(unit.session, body["of"]))
        if entry.patient_id != patient.id:
            raise Refusal("not_found", "There is no such entry of this patient.", pointer="/of")
        made = correct(unit.session, patient, entry, nrs=body["nrs"], reason=body["reason"], now=unit.now)
        return entry_shown(made, patient.uid)


def _listed(patient: Patient) -> dict[str, Any]:
    names = ("uid", "pseudonym", "zone", "locale", "follow_state", "created_at", "version")
    return {name: getattr(patient, name) for name in names}


def _whole(unit: Work, patient: Patient) -> dict[str, Any]:
    """All that the asker may know, and the trace of it."""
    answer = _listed(patient)
    if unit.caller.role not in TREATING:
        leave_trace(unit, "patients", [patient])
        return answer
    identity = patients.read_identity(unit.session, patient, now=unit.now)
    owner = staff_by_id(unit.session, patient.owner_id) if patient.owner_id is not None else None
    return answer | {"identity": identity, "owner": owner}
