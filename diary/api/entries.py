"""Entries: post one, post a batch, read, amend by naming what is corrected."""

from datetime import date
from typing import Any

from diary.api.finding import found, patient_named
from diary.api.frame import NEXT_PAGE, Routes
from diary.domain.errors import Refusal
from diary.services import entries, items
from diary.storage.entries import entries_page, entry_by_uid
from diary.storage.patients import patient_by_id
from diary.storage.tables.entry import Entry
from diary.storage.tables.patient import Patient
from diary.web.pages import Place, page, place_of
from diary.web.problems import faults_of
from diary.web.work import Work, work
from schemas.entry import EntriesIn, EntriesOut, EntryBatchIn, EntryBatchOut, EntryIn, EntryOut, Row

routes = Routes("entries", __name__, url_prefix="/v1/entries", description="The diary.")

# What an answer's source is when the sender does not say.
SOURCES = {"patient": "phone", "integration": "integration", "staff": "clinic_phone"}
SHOWN = tuple(field.attribute or name for name, field in EntryOut().fields.items() if name != "patient")


@routes.route("", methods=["POST"])
@routes.arguments(EntryIn)
@routes.response(201, EntryOut)
@routes.alt_response(200, schema=EntryOut, description="Known already: the stored answer again.")
def post_entry(body: dict[str, Any]) -> Any:
    """Record one day's answer. Safe to repeat: the phone retries when the network drops."""
    with work(write=True) as unit:
        patient = patient_named(unit, body.pop("patient", None), lock=True)
        recorded = _record(unit, patient, body)
        answer = shown(recorded.entry, patient.uid)
    return answer, 201 if recorded.created else 200


@routes.route("/batch", methods=["POST"])
@routes.arguments(EntryBatchIn)
@routes.response(200, EntryBatchOut)
def post_batch(body: dict[str, Any]) -> Any:
    """Record answers that waited on a phone; each is stored or refused by itself."""
    with work(write=True) as unit:
        results = [_result(unit, row) for row in body["entries"]]
    return {"results": results}


@routes.route("", methods=["GET"])
@routes.arguments(EntriesIn, location="query")
@routes.response(200, EntriesOut, headers=NEXT_PAGE)
def list_entries(query: dict[str, Any]) -> Any:
    """Every version of every day, newest day first."""
    with work(write=False) as unit:
        patient = patient_named(unit, query.get("patient"), lock=False, location="query")
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
    with work(write=False) as unit:
        entry = found(entry_by_uid(unit.session, entry_uid))
        own = unit.caller.patient
        if own is not None and entry.patient_id != own.id:
            found(None)
        return shown(entry, (own or patient_by_id(unit.session, entry.patient_id)).uid)


def _record(unit: Work, patient: Patient, body: dict[str, Any]) -> entries.Recorded:
    scope = unit.caller.scope
    told = {name: value for name, value in body.items() if name not in ("id", "items", "source")}
    answer = entries.Answer(
        client_id=body["id"], source=body.get("source", SOURCES[scope.actor_kind]), **told
    )
    recorded = entries.record(unit.session, patient, answer, now=unit.now)
    if body.get("items"):
        items.record_items(
            unit.session,
            patient,
            client_id=body["id"],
            day=body["day"],
            items=body["items"],
            answered_at=body["answered_at"],
            sent_at=body["sent_at"],
            now=unit.now,
        )
    return recorded


def _result(unit: Work, row: Row) -> dict[str, Any]:
    """One row by itself, in a savepoint: a refused one leaves the others stored."""
    if row.values is None:
        return {
            "index": row.index,
            "id": row.id,
            "status": "refused",
            "code": "validation_failed",
            "detail": "Some values are not right.",
            "errors": faults_of(row.messages or {}),
        }
    values = dict(row.values)
    try:
        with unit.session.begin_nested():
            patient = patient_named(unit, values.pop("patient", None), lock=True)
            recorded = _record(unit, patient, values)
    except Refusal as refusal:
        return {
            "index": row.index,
            "id": row.id,
            "status": "refused",
            "code": refusal.code,
            "detail": refusal.message,
        }
    return {
        "index": row.index,
        "id": row.id,
        "status": "stored" if recorded.created else "same",
        "entry": shown(recorded.entry, patient.uid),
    }


def shown(entry: Entry, patient_uid: str) -> dict[str, Any]:
    """An entry as it leaves, beside the patient it belongs to."""
    return {name: getattr(entry, name) for name in SHOWN} | {"patient_uid": patient_uid}
