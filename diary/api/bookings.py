"""Bookings: request re-treatment, and take it step by step to the recorded infusion."""

from typing import Any

from flask import Response

from diary.api.door import api_work, leave_trace, traced_reading
from diary.api.finding import found
from diary.api.frame import ETAG, NEXT_PAGE, Routes
from diary.api.safety import safety_shown
from diary.domain import booking_states
from diary.services import bookings
from diary.services.readings import BookingReading, read_bookings
from diary.storage.alerts import alert_by_id, alert_by_uid
from diary.storage.bookings import booking_by_uid, bookings_page
from diary.storage.chairs import chair_by_uid
from diary.storage.courses import regimen_by_uid
from diary.storage.patients import patient_by_id, patient_by_uid
from diary.storage.tables.alert import Alert
from diary.storage.tables.booking import Booking
from diary.web.pages import Place, page, place_of
from diary.web.versions import etag_of, require_version
from diary.web.work import Work
from schemas.booking import (
    AcceptIn,
    AuthoriseIn,
    BookingIn,
    BookingOut,
    BookingsIn,
    BookingsOut,
    CancelIn,
    ConfirmIn,
    DeclineIn,
    NoShowIn,
    OfferIn,
    RefuseIn,
    WaitIn,
)

routes = Routes("bookings", __name__, url_prefix="/v1/bookings", description="Re-treatment, step by step.")

PLAIN = (
    "uid",
    "state",
    "authorisation_reference",
    "authorisation_expires_on",
    "offered_first_day",
    "offered_last_day",
    "can_come_at_short_notice",
    "override_reason",
    "note",
    "created_at",
    "changed_at",
    "version",
)


@routes.route("", methods=["GET"])
@routes.arguments(BookingsIn, location="query")
@routes.response(200, BookingsOut, headers=NEXT_PAGE)
def list_bookings(query: dict[str, Any]) -> Any:
    """The clinic's bookings, the newest first."""
    with traced_reading() as unit:
        place = place_of(query.get("cursor"), int)
        patient = found(patient_by_uid(unit.session, query["patient"])) if "patient" in query else None
        rows = bookings_page(
            unit.session,
            states=[query["state"]] if "state" in query else None,
            patient_id=patient.id if patient else None,
            before_id=place.id if place else None,
            limit=query["limit"] + 1,
        )
        listed = page(rows, limit=query["limit"], place=lambda booking: Place(booking.id, booking.id))
        readings = read_bookings(unit.session, listed.items, now=unit.now)
        leave_trace(unit, "bookings", [reading.patient for reading in readings])
        items = [_shown(reading) for reading in readings]
    return {"items": items, "next_cursor": listed.next_cursor}, 200, listed.headers


@routes.route("", methods=["POST"])
@routes.arguments(BookingIn)
@routes.response(201, BookingOut, headers=ETAG)
def request_booking(body: dict[str, Any]) -> Any:
    """Ask for re-treatment; the alert that led to it is parked."""
    with api_work(write=True) as unit:
        if "alert" in body:
            seen = found(alert_by_uid(unit.session, body["alert"]))
            patient = patient_by_id(unit.session, seen.patient_id, lock=True)
            alert: Alert | None = alert_by_id(unit.session, seen.id, lock=True)
        else:
            patient = found(patient_by_uid(unit.session, body["patient"], lock=True))
            alert = bookings.park_target(unit.session, patient.id)
        regimen = found(regimen_by_uid(unit.session, body["regimen"]))
        booking = bookings.request_booking(
            unit.session,
            patient,
            regimen=regimen,
            alert=alert,
            note=body.get("note"),
            now=unit.now,
        )
        answer = _after(unit, booking)
    return answer, 201, etag_of(answer["version"])


@routes.route("/<uid:booking_uid>", methods=["GET"])
@routes.response(200, BookingOut, headers=ETAG)
def get_booking(booking_uid: str) -> Any:
    """One booking, and the steps possible now."""
    with traced_reading() as unit:
        booking = found(booking_by_uid(unit.session, booking_uid))
        [reading] = read_bookings(unit.session, [booking], now=unit.now)
        leave_trace(unit, "bookings", [reading.patient])
        answer = _shown(reading)
    return answer, 200, etag_of(answer["version"])


@routes.route("/<uid:booking_uid>/authorise", methods=["POST"])
@routes.names_version
@routes.arguments(AuthoriseIn)
@routes.response(200, BookingOut, headers=ETAG)
def authorise(body: dict[str, Any], booking_uid: str) -> Any:
    """A physician authorises; the payer's reference and its last day are kept."""
    with api_work(write=True) as unit:
        booking = _as_seen(unit, booking_uid)
        bookings.authorise(
            unit.session,
            booking,
            reference=body["reference"],
            expires_on=body.get("expires_on"),
            now=unit.now,
        )
        answer = _after(unit, booking)
    return answer, 200, etag_of(answer["version"])


@routes.route("/<uid:booking_uid>/offer", methods=["POST"])
@routes.names_version
@routes.arguments(OfferIn)
@routes.response(200, BookingOut, headers=ETAG)
def offer(body: dict[str, Any], booking_uid: str) -> Any:
    """Offer the patient infusion days."""
    with api_work(write=True) as unit:
        booking = _as_seen(unit, booking_uid)
        bookings.offer(
            unit.session,
            booking,
            first_day=body["first_day"],
            last_day=body["last_day"],
            chair=found(chair_by_uid(unit.session, body["chair"], lock=True)) if "chair" in body else None,
            override_reason=body.get("override_reason"),
            now=unit.now,
        )
        answer = _after(unit, booking)
    return answer, 200, etag_of(answer["version"])


@routes.route("/<uid:booking_uid>/accept", methods=["POST"])
@routes.names_version
@routes.arguments(AcceptIn)
@routes.response(200, BookingOut, headers=ETAG)
@routes.alt_response(204, description="A phone's own answer: the booking is staff's to read.", success=True)
def accept(body: dict[str, Any], booking_uid: str) -> Any:
    """The patient can come on the offered days."""
    return _step(booking_uid, "accept", body)


@routes.route("/<uid:booking_uid>/decline", methods=["POST"])
@routes.names_version
@routes.arguments(DeclineIn)
@routes.response(200, BookingOut, headers=ETAG)
@routes.alt_response(204, description="A phone's own answer: the booking is staff's to read.", success=True)
def decline(body: dict[str, Any], booking_uid: str) -> Any:
    """The patient cannot come on the offered days."""
    return _step(booking_uid, "decline", body)


@routes.route("/<uid:booking_uid>/confirm", methods=["POST"])
@routes.names_version
@routes.arguments(ConfirmIn)
@routes.response(200, BookingOut, headers=ETAG)
def confirm(body: dict[str, Any], booking_uid: str) -> Any:
    """The place is certain."""
    return _step(booking_uid, "confirm", body)


@routes.route("/<uid:booking_uid>/wait", methods=["POST"])
@routes.names_version
@routes.arguments(WaitIn)
@routes.response(200, BookingOut, headers=ETAG)
def wait(body: dict[str, Any], booking_uid: str) -> Any:
    """Put the patient on the waiting list."""
    return _step(booking_uid, "wait", body)


@routes.route("/<uid:booking_uid>/refuse", methods=["POST"])
@routes.names_version
@routes.arguments(RefuseIn)
@routes.response(200, BookingOut, headers=ETAG)
def refuse(body: dict[str, Any], booking_uid: str) -> Any:
    """The request is refused; the alert comes back with its age."""
    return _step(booking_uid, "refuse", body)


@routes.route("/<uid:booking_uid>/cancel", methods=["POST"])
@routes.names_version
@routes.arguments(CancelIn)
@routes.response(200, BookingOut, headers=ETAG)
def cancel(body: dict[str, Any], booking_uid: str) -> Any:
    """The booking is off; the alert comes back with its age."""
    return _step(booking_uid, "cancel", body)


@routes.route("/<uid:booking_uid>/no-show", methods=["POST"])
@routes.names_version
@routes.arguments(NoShowIn)
@routes.response(200, BookingOut, headers=ETAG)
def no_show(body: dict[str, Any], booking_uid: str) -> Any:
    """The patient did not come; the alert comes back with its age."""
    return _step(booking_uid, "no_show", body)


def _step(uid: str, action: str, body: dict[str, Any]) -> Any:
    with api_work(write=True) as unit:
        booking = _as_seen(unit, uid)
        bookings.step(unit.session, booking, action, note=body.get("note"), now=unit.now)
        if unit.caller.patient is not None:
            return Response(status=204)
        answer = _after(unit, booking)
    return answer, 200, etag_of(answer["version"])


def _as_seen(unit: Work, uid: str) -> Booking:
    """The booking in the version that was seen; a phone sees its own only, and answers offers only."""
    booking = found(booking_by_uid(unit.session, uid, lock=True))
    if unit.caller.patient is not None and booking.patient_id != unit.caller.patient.id:
        found(None)
    require_version(booking.version)
    return booking


def _after(unit: Work, booking: Booking) -> dict[str, Any]:
    """The booking as it stands after what was done."""
    [reading] = read_bookings(unit.session, [booking], now=unit.now)
    return _shown(reading)


def _shown(reading: BookingReading) -> dict[str, Any]:
    return {name: getattr(reading.booking, name) for name in PLAIN} | {
        "patient": reading.patient,
        "course": reading.course_uid,
        "alert": reading.alert_uid,
        "regimen": reading.regimen_uid,
        "chair": reading.chair_uid,
        "safety": safety_shown(reading.safety),
        "actions": booking_states.actions(reading.booking.state),
    }
