"""A one-time code becomes a phone's token; and what a phone needs to know at each start."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import request

from diary.api.door import api_work
from diary.api.frame import Routes
from diary.api.instruments import instrument_shown
from diary.domain.days import answerable_days
from diary.domain.errors import Refusal
from diary.services.attempts import enrolment_doors
from diary.services.clinics import the_clinic
from diary.services.enrolment import Phone, redeem
from diary.services.own_diary import call_asked_at
from diary.services.phone_tokens import renew
from diary.storage.bookings import live_booking_of
from diary.storage.protocols import protocol_at
from diary.web.asking import presented_token
from diary.web.signing_in import counted
from diary.web.work import Work, roof
from schemas.enrolment import EnrolmentIn, EnrolmentOut, RenewedOut
from schemas.me import MeOut

routes = Routes("enrolments", __name__, url_prefix="/v1", description="Pairing a phone with a patient.")


@routes.route("/enrolments", methods=["POST"])
@routes.arguments(EnrolmentIn)
@routes.response(201, EnrolmentOut)
def enrol(body: dict[str, Any]) -> Any:
    """Exchange a one-time code for a phone's token."""
    phone = Phone(
        zone=body["zone"],
        locale=body["locale"],
        consent_version=body["consent_version"],
        label=body["device"].get("label"),
        platform=body["device"].get("platform"),
        client_version=body["device"].get("client_version"),
    )
    with counted(*enrolment_doors(request.remote_addr)), api_work(write=True) as unit:
        enrolled = redeem(unit.session, body["code"], phone, secret_keys=roof().secret_keys, now=unit.now)
        return {
            "token": enrolled.token,
            "device": enrolled.device,
            "patient": enrolled.patient,
            "clinic": the_clinic(unit.session),
            "instrument": instrument_shown(unit.session, enrolled.patient, now=unit.now),
        }


@routes.route("/device/token", methods=["POST"])
@routes.response(201, RenewedOut)
def renew_token() -> Any:
    """Another token for this phone; the one it came by goes on until the new one has come back."""
    token, _ = presented_token(request, None)
    if token is None:
        raise Refusal("not_signed_in", "Send the token itself: the phone's own pages renew their cookie.")
    with api_work(write=True) as unit:
        assert unit.caller.device is not None
        return {"token": renew(unit.session, unit.caller.device, token, now=unit.now)}


@routes.route("/me", methods=["GET"])
@routes.response(200, MeOut)
def me() -> Any:
    """Whose phone this is, which days can be answered now, and what comes next."""
    with api_work(write=False) as unit:
        return _me(unit)


def _me(unit: Work) -> dict[str, Any]:
    patient = unit.patient
    _, protocol = protocol_at(unit.session, unit.now)
    booking = live_booking_of(unit.session, patient.id)
    offered = booking is not None and booking.state == "offered"
    steps = ["answer"] if patient.follow_state == "followed" else []
    steps += ["answer_offer"] if offered else []
    steps += ["expect_call"] if call_asked_at(unit.session, patient) else []
    return {
        "patient": patient,
        "device": unit.caller.device,
        "follow_state": patient.follow_state,
        "zone": patient.zone,
        "clinic": the_clinic(unit.session),
        "instrument": instrument_shown(unit.session, patient, now=unit.now),
        "open_days": answerable_days(unit.now, ZoneInfo(patient.zone), protocol.backdate_days),
        "next_steps": steps,
        "offer": {
            "booking": booking.uid,
            "first_day": booking.offered_first_day,
            "last_day": booking.offered_last_day,
            "version": booking.version,
        }
        if booking is not None and offered
        else None,
    }
