"""Entries: post one, post a batch, read, amend by naming what is corrected."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from config.scales import ITEMS
from diary.api.door import api_work, leave_trace, traced_reading
from diary.api.finding import diarist_named, found, patient_among, patient_named
from diary.api.frame import NEXT_PAGE, Routes
from diary.domain.errors import Refusal
from diary.services import entries, items
from diary.services.clinics import the_clinic
from diary.storage.entries import EntryRow, entries_page, entry_by_uid
from diary.storage.patients import Diarist, patient_by_id, patient_by_uid
from diary.storage.tables.entry import Entry
from diary.storage.tables.patient import Patient
from diary.web.body import Invalid
from diary.web.pages import Place, page, place_of
from diary.web.problems import faults_of
from diary.web.work import Work
from schemas.entry import (
    EntriesIn,
    EntriesOut,
    EntryBatchIn,
    EntryBatchOut,
    EntryIn,
    EntryOut,
    EntryPostedOut,
    Row,
)
from schemas.fields import Fault

routes = Routes("entries", __name__, url_prefix="/v1/entries", description="The diary.")

# Which way an answer may say that it came, by who sends it; the first is meant when nothing is said. On paper
# any day may be filled in, so a phone cannot say that.
SOURCES: Final = {
    "patient": ("phone", "form"),
    "staff": ("clinic_phone", "clinic_paper"),
    "integration": ("integration",),
}


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of one answer: the score recorded or refused, and the red flags told beside it."""

    recorded: entries.Recorded | None
    refusal: Refusal | None
    red_flags: list[str]


SHOWN = tuple(field.attribute or name for name, field in EntryOut().fields.items() if name != "patient")


@routes.route("", methods=["POST"])
@routes.arguments(EntryIn)
@routes.response(201, EntryPostedOut)
@routes.alt_response(
    200, schema=EntryPostedOut, description="Known already: the stored answer again.", success=True
)
def post_entry(body: dict[str, Any]) -> Any:
    """Record one day's answer. Safe to repeat: the phone retries when the network drops.

    A red flag among `items` reaches staff even when the score is refused.
    """
    with api_work(write=True) as unit:
        patient = diarist_named(unit, body.get("patient"))
        posted = _record(unit, patient, body)
        answer = None
        if posted.recorded is not None:
            answer = shown(posted.recorded.entry, patient.uid)
            if posted.red_flags:
                answer |= {"red_flags": posted.red_flags, "call": the_clinic(unit.session)}
    if posted.recorded is None:
        assert posted.refusal is not None
        raise posted.refusal
    return answer, 201 if posted.recorded.created else 200


@routes.route("/batch", methods=["POST"])
@routes.arguments(EntryBatchIn)
@routes.response(200, EntryBatchOut)
def post_batch(body: dict[str, Any]) -> Any:
    """Record answers that waited on a phone; each is stored or refused by itself."""
    with api_work(write=True) as unit:
        patients = _locked(unit, body["entries"])
        results = [_result(unit, row, patients) for row in body["entries"]]
        call = {"call": the_clinic(unit.session)} if any("red_flags" in one for one in results) else {}
        return {"results": results, **call}


@routes.route("", methods=["GET"])
@routes.arguments(EntriesIn, location="query")
@routes.response(200, EntriesOut, headers=NEXT_PAGE)
def list_entries(query: dict[str, Any]) -> Any:
    """Every version of every day, newest day first."""
    with traced_reading() as unit:
        patient = patient_named(unit, query.get("patient"), lock=False, location="query")
        leave_trace(unit, "entries", [patient])
        place = place_of(query.get("cursor"), date)
        behind = (place.key, place.id) if place and isinstance(place.key, date) else None
        rows = entries_page(
            unit.session,
            patient.id,
            first=query.get("day_from"),
            last=query.get("day_to"),
            before=behind,
            limit=query["limit"] + 1,
        )
        listed = page(rows, limit=query["limit"], place=lambda entry: Place(entry.day, entry.id))
        items_shown = [shown(entry, patient.uid) for entry in listed.items]
    return {"items": items_shown, "next_cursor": listed.next_cursor}, 200, listed.headers


@routes.route("/<uid:entry_uid>", methods=["GET"])
@routes.response(200, EntryOut)
def get_entry(entry_uid: str) -> Any:
    """One version of one day's answer."""
    with traced_reading() as unit:
        entry = found(entry_by_uid(unit.session, entry_uid))
        patient = unit.patient if unit.caller.patient else patient_by_id(unit.session, entry.patient_id)
        found(entry if entry.patient_id == patient.id else None)
        leave_trace(unit, "entries", [patient])
        return shown(entry, patient.uid)


def _locked(unit: Work, rows: list[Row]) -> dict[str, Patient]:
    """The patients that rows name, held in one order: two batches never wait for each other in a circle."""
    if unit.caller.patient is not None:
        return {}
    named = {row.values["patient"] for row in rows if row.values is not None and "patient" in row.values}
    held = {uid: patient_by_uid(unit.session, uid, lock=True) for uid in sorted(named)}
    return {uid: patient for uid, patient in held.items() if patient is not None}


def _record(unit: Work, patient: Diarist, body: dict[str, Any]) -> Posted:
    """Record the score and what was told beside it.

    A refusal of the score comes back where a red flag was told beside it: that is kept, and reaches staff.
    """
    told = {name: value for name, value in body.items() if name not in ("id", "items", "source", "patient")}
    answer = entries.Answer(client_id=body["id"], source=_source(unit, body.get("source")), **told)
    try:
        recorded = entries.record(unit.session, patient, answer, now=unit.now)
    except Refusal as refusal:
        if not any(value and ITEMS[code].red_flag for code, value in body.get("items", {}).items()):
            raise
        return Posted(None, refusal, _record_items(unit, patient, body))
    return Posted(recorded, None, _record_items(unit, patient, body) if "items" in body else [])


def _record_items(unit: Work, patient: Diarist, body: dict[str, Any]) -> list[str]:
    """Which of them are red flags."""
    return items.record_items(
        unit.session,
        patient,
        client_id=body["id"],
        day=body["day"],
        items=body["items"],
        answered_at=body["answered_at"],
        sent_at=body["sent_at"],
        now=unit.now,
    ).red_flags


def _source(unit: Work, told: str | None) -> str:
    possible = SOURCES[unit.caller.scope.actor_kind]
    if told is not None and told not in possible:
        fault = Fault(f"Choose one of: {', '.join(possible)}; or leave this out.")
        raise Invalid({"source": [fault]}, location="json")
    return told or possible[0]


def _result(unit: Work, row: Row, patients: dict[str, Patient]) -> dict[str, Any]:
    """One row by itself, in a savepoint: a refused one leaves the others stored."""
    known = {"index": row.index, "id": row.id}
    try:
        if row.values is None:
            raise Invalid(row.messages or {}, location="json")
        with unit.session.begin_nested():
            patient = patient_among(unit, row.values.get("patient"), patients)
            posted = _record(unit, patient, row.values)
    except Invalid as invalid:
        detail = "See `errors` for each of them."
        refused = {"code": "validation_failed", "detail": detail, "errors": faults_of(invalid.messages)}
        return {**known, "status": "refused", **refused}
    except Refusal as refusal:
        return known | _refused(refusal)
    flags = {"red_flags": posted.red_flags} if posted.red_flags else {}
    if posted.recorded is None:
        assert posted.refusal is not None
        return known | _refused(posted.refusal) | flags
    status = "stored" if posted.recorded.created else "same"
    return {**known, "status": status, "entry": shown(posted.recorded.entry, patient.uid), **flags}


def _refused(refusal: Refusal) -> dict[str, str]:
    return {"status": "refused", "code": refusal.code, "detail": refusal.message}


def shown(entry: Entry | EntryRow, patient_uid: str) -> dict[str, Any]:
    """An entry as it leaves, beside the patient it belongs to."""
    return {name: getattr(entry, name) for name in SHOWN} | {"patient_uid": patient_uid}
