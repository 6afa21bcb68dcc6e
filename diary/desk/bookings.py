"""Bookings of re-treatment: request, authorise, offer, and the steps that need nothing but themselves."""

from collections.abc import Callable
from typing import Any, Final

import marshmallow as ma
from flask import request
from flask.typing import ResponseReturnValue

from diary.desk.about import identity_for
from diary.desk.alerts import alert_view
from diary.desk.at_once import BookingAtOnceIn
from diary.desk.door import at_desk, desk, done, page_number, show, staff_work
from diary.desk.forms import Form
from diary.desk.stale import alert_as_seen, booking_as_seen, found, patient_to_change
from diary.desk.words import STEPS
from diary.domain.errors import Refusal
from diary.services import bookings
from diary.services.alert_lines import staff_names
from diary.services.booking_list import booking_list
from diary.services.call_list import waiting_list
from diary.services.checklists import checklist_for
from diary.services.clinics import local_day
from diary.services.course_today import today_of
from diary.services.safety import safety_of
from diary.storage.alerts import alert_by_uid
from diary.storage.bookings import booking_by_uid
from diary.storage.chairs import HOLDS, chair_by_uid, chairs_in_use
from diary.storage.courses import courses_of, regimen_by_uid, regimens
from diary.storage.patients import patient_by_id, patient_by_uid
from diary.storage.protocols import protocol_at
from diary.storage.tables.booking import Booking, Chair
from diary.storage.tables.course import Regimen
from diary.storage.tables.patient import Patient
from diary.web.rights import PHYSICIAN, refusal_text
from diary.web.work import Work
from schemas.booking import AuthoriseIn, CancelIn, DeclineIn, NoShowIn, OfferIn, RefuseIn

# These ask for a word first; the other steps are one press.
WITH_A_NOTE: Final[dict[str, type[ma.Schema]]] = {
    "decline": DeclineIn,
    "refuse": RefuseIn,
    "cancel": CancelIn,
    "no_show": NoShowIn,
}


@desk.get("/bookings")
def booking_page() -> ResponseReturnValue:
    """All bookings, those under way first."""
    with at_desk(write=True) as (unit, frame):
        listed = booking_list(unit.session, page=page_number(), names=frame.treating, now=unit.now)
        waiting = waiting_list(unit.session, names=frame.treating, now=unit.now)
    return show("bookings.html", frame, listed=listed, waiting=waiting)


@desk.route("/alerts/<uid:uid>/booking", methods=["GET", "POST"])
def request_for_alert(uid: str) -> ResponseReturnValue:
    """Ask for re-treatment because of an alert, which is then parked."""
    form = Form({"alert": uid})
    if form.sent:
        with form.refusals():
            given = form.read(BookingAtOnceIn)
            with staff_work(write=True) as unit:
                whose = found(alert_by_uid(unit.session, uid) if given.get("alert") == uid else None)
                patient = patient_by_id(unit.session, whose.patient_id, lock=True)
                _request(unit, patient, given, alert=alert_as_seen(unit, uid))
            return done(_told(given), "desk.patient", uid=patient.uid)
    with at_desk(write=True) as (unit, frame):
        view = alert_view(unit, frame, uid)
        facts = _request_facts(unit, view.patient)
    return show(
        "booking_request.html",
        frame,
        form=form,
        alert=view.alert,
        patient=view.patient,
        identity=view.identity,
        **facts,
    ), form.status


@desk.route("/patients/<uid:uid>/booking", methods=["GET", "POST"])
def request_for_patient(uid: str) -> ResponseReturnValue:
    """Ask for re-treatment without an alert; one that a booking would answer is parked as well."""
    form = Form({"patient": uid})
    if form.sent:
        with form.refusals():
            given = form.read(BookingAtOnceIn)
            with staff_work(write=True) as unit:
                patient = patient_to_change(unit, uid)
                found(patient if given.get("patient") == uid else None)
                _request(unit, patient, given, alert=bookings.park_target(unit.session, patient.id))
            return done(_told(given), "desk.patient", uid=uid)
    with at_desk(write=True) as (unit, frame):
        patient = found(patient_by_uid(unit.session, uid))
        identity = identity_for(unit, frame, patient)
        facts = _request_facts(unit, patient)
    return show(
        "booking_request.html", frame, form=form, alert=None, patient=patient, identity=identity, **facts
    ), form.status


@desk.route("/bookings/<uid:uid>/authorise", methods=["GET", "POST"])
def authorise(uid: str) -> ResponseReturnValue:
    """A physician authorises; the payer's reference is kept."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(AuthoriseIn)
            with staff_work(write=True) as unit:
                booking = booking_as_seen(unit, uid)
                bookings.authorise(
                    unit.session,
                    booking,
                    reference=given["reference"],
                    expires_on=given.get("expires_on"),
                    now=unit.now,
                )
                patient = patient_by_id(unit.session, booking.patient_id)
            return done("authorised", "desk.patient", uid=patient.uid)
    return _step_page("booking_authorise.html", uid, form)


@desk.route("/bookings/<uid:uid>/offer", methods=["GET", "POST"])
def offer(uid: str) -> ResponseReturnValue:
    """Offer the patient infusion days."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(OfferIn)
            with staff_work(write=True) as unit:
                booking = booking_as_seen(unit, uid)
                bookings.offer(
                    unit.session,
                    booking,
                    first_day=given["first_day"],
                    last_day=given["last_day"],
                    chair=_chair(unit, given),
                    override_reason=given.get("override_reason"),
                    now=unit.now,
                )
                patient = patient_by_id(unit.session, booking.patient_id)
            return done("offered", "desk.patient", uid=patient.uid)
    return _step_page("booking_offer.html", uid, form, more=_places)


@desk.post("/bookings/<uid:uid>/<any(accept, confirm, wait):action>")
def booking_step(uid: str, action: str) -> ResponseReturnValue:
    """A step in one press; staff accept on the patient's behalf."""
    with staff_work(write=True) as unit:
        booking = booking_as_seen(unit, uid)
        soon = request.form.get("within_48_h", "yes") == "yes"
        bookings.step(unit.session, booking, action, note=None, short_notice=soon, now=unit.now)
        patient = patient_by_id(unit.session, booking.patient_id)
    return done("stepped", "desk.patient", uid=patient.uid)


@desk.route("/bookings/<uid:uid>/<any(decline, refuse, cancel, no_show):action>", methods=["GET", "POST"])
def booking_note(uid: str, action: str) -> ResponseReturnValue:
    """A step that asks for a word: the days do not suit, or the booking ends and its alert comes back."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(WITH_A_NOTE[action])
            with staff_work(write=True) as unit:
                booking = booking_as_seen(unit, uid)
                freed = _freed(unit, booking)
                bookings.step(unit.session, booking, action, note=given.get("note"), now=unit.now)
                patient = patient_by_id(unit.session, booking.patient_id)
            if freed is not None:
                return done("freed", "desk.free_days", **freed)
            return done("stepped", "desk.patient", uid=patient.uid)
    return _step_page("booking_note.html", uid, form, action=action, heading=STEPS[action])


def _freed(unit: Work, booking: Booking) -> dict[str, Any] | None:
    """The days that fall free with this booking, if they lie ahead and a chair holds them."""
    first_day, last_day = booking.offered_first_day, booking.offered_last_day
    if booking.state not in HOLDS or booking.chair_id is None or first_day is None or last_day is None:
        return None
    if last_day < local_day(unit.session, unit.now):
        return None
    chair = unit.session.get(Chair, booking.chair_id)
    assert chair is not None
    return {"uid": chair.uid, "first": first_day, "last": last_day}


def _request(unit: Work, patient: Patient, given: dict[str, Any], *, alert: Any) -> None:
    """Ask for it; a physician with the authorisation at hand also authorises and offers in the same press."""
    regimen = found(regimen_by_uid(unit.session, given["regimen"]))
    booking = bookings.request_booking(
        unit.session, patient, regimen=regimen, alert=alert, note=given.get("note"), now=unit.now
    )
    if "slot" not in given:
        return
    check_physician(unit)
    reference, expires_on = given["reference"], given.get("expires_on")
    bookings.authorise(unit.session, booking, reference=reference, expires_on=expires_on, now=unit.now)
    slot = given["slot"]
    chair = found(chair_by_uid(unit.session, slot.chair_uid, lock=True))
    days = {"first_day": slot.first_day, "last_day": slot.last_day}
    bookings.offer(unit.session, booking, **days, chair=chair, override_reason=None, now=unit.now)


def _told(given: dict[str, Any]) -> str:
    return "offered" if "slot" in given else "requested"


def check_physician(unit: Work) -> None:
    """Only a physician authorises, on whichever page.

    Raises:
        Refusal: not_allowed.
    """
    role = unit.caller.role
    if role != PHYSICIAN:
        raise Refusal("not_allowed", refusal_text(role, frozenset({PHYSICIAN})))


def _request_facts(unit: Work, patient: Patient) -> dict[str, Any]:
    """The regimens, the last one given first chosen, and what to weigh before treating again."""
    _, protocol = protocol_at(unit.session, unit.now)
    known: list[Regimen] = regimens(unit.session)
    used = {course.regimen_id for course in courses_of(unit.session, patient.id)[-1:]}
    usual = next((regimen for regimen in known if regimen.id in used), known[0] if len(known) == 1 else None)
    return {
        "regimens": known,
        "checklist": checklist_for(unit.session, None, {}),
        "usual": usual.uid if usual is not None else None,
        "slots": bookings.slots_for(unit.session, patient.id, usual, now=unit.now) if usual else [],
        "safety": safety_of(unit.session, patient, today=today_of(patient, unit.now), protocol=protocol),
    }


def _chair(unit: Work, given: dict[str, Any]) -> Chair | None:
    """The chair that was chosen, held so that nobody else books it meanwhile."""
    return found(chair_by_uid(unit.session, given["chair"], lock=True)) if "chair" in given else None


def _places(unit: Work, booking: Booking) -> dict[str, Any]:
    """Where and when the patient could come."""
    return {
        "checklist": checklist_for(unit.session, booking, staff_names(unit.session)),
        "slots": bookings.slots_to_offer(unit.session, booking, now=unit.now),
        "chairs": [(chair.uid, chair.name) for chair in chairs_in_use(unit.session)],
    }


def _step_page(
    template: str,
    uid: str,
    form: Form,
    *,
    more: Callable[[Work, Booking], dict[str, Any]] | None = None,
    **facts: Any,
) -> ResponseReturnValue:
    with at_desk(write=True) as (unit, frame):
        booking = found(booking_by_uid(unit.session, uid))
        patient = patient_by_id(unit.session, booking.patient_id)
        identity = identity_for(unit, frame, patient)
        _, protocol = protocol_at(unit.session, unit.now)
        safety = safety_of(unit.session, patient, today=today_of(patient, unit.now), protocol=protocol)
        facts |= more(unit, booking) if more is not None else {}
    return show(
        template,
        frame,
        form=form,
        booking=booking,
        patient=patient,
        identity=identity,
        safety=safety,
        **facts,
    ), form.status
