"""Every route of the API: its blueprint, and who may use it."""

from typing import Final

from diary.api import (
    administrations,
    alerts,
    bookings,
    chairs,
    courses,
    enrolments,
    entries,
    nights,
    patients,
    regimens,
    sandbox,
    sessions,
    wishes,
)
from diary.api.frame import ProblemApi
from diary.web.rights import ANYONE, CLINIC, INTEGRATION, PATIENT, PHYSICIAN, STAFF, TREATING, Right, grant

ROOMS: Final = (
    enrolments,
    entries,
    wishes,
    sessions,
    patients,
    regimens,
    courses,
    administrations,
    alerts,
    bookings,
    chairs,
    nights,
    sandbox,
)

_PHONE: Final[Right] = frozenset({PATIENT})
_DIARY: Final[Right] = TREATING | {PATIENT, INTEGRATION}
_READ: Final[Right] = CLINIC | {INTEGRATION}
_TREAT: Final[Right] = TREATING | {INTEGRATION}

API: Final[dict[str, Right]] = {
    "POST enrolments.enrol": frozenset({ANYONE}),
    "GET enrolments.me": _PHONE,
    "POST enrolments.renew_token": _PHONE,
    "POST entries.post_entry": _DIARY,
    "POST entries.post_batch": _DIARY,
    "GET entries.list_entries": _DIARY | CLINIC,
    "GET entries.get_entry": _DIARY | CLINIC,
    "POST wishes.ask": _PHONE,
    "POST wishes.answer_items": _PHONE,
    "POST sessions.open_session": frozenset({ANYONE}),
    "DELETE sessions.end_session": STAFF,
    "GET patients.list_patients": _READ,
    "POST patients.admit": _TREAT,
    "GET patients.get_patient": _READ,
    "PATCH patients.change_patient": _TREAT,
    "POST patients.make_code": _TREAT,
    "POST patients.follow": _TREAT,
    "POST patients.file_correction": TREATING,
    "GET regimens.list_regimens": _READ,
    "POST regimens.declare": _TREAT,
    "PATCH regimens.change": TREATING,
    "GET courses.list_courses": _READ,
    "POST courses.plan": _TREAT,
    "GET courses.get_course": _READ,
    "POST courses.change_baseline": TREATING,
    "POST administrations.record": _TREAT,
    "PATCH administrations.change": TREATING,
    "GET alerts.list_alerts": _READ,
    "GET alerts.get_alert": _READ,
    "POST alerts.acknowledge": _TREAT,
    "POST alerts.snooze": TREATING,
    "POST alerts.close": TREATING,
    "POST alerts.label": TREATING,
    "GET bookings.list_bookings": _READ,
    "GET bookings.get_booking": _READ,
    "POST bookings.request_booking": _TREAT,
    "POST bookings.authorise": frozenset({PHYSICIAN}),
    "POST bookings.offer": TREATING,
    "POST bookings.accept": TREATING | {PATIENT},
    "POST bookings.decline": TREATING | {PATIENT},
    "POST bookings.confirm": TREATING,
    "POST bookings.wait": TREATING,
    "POST bookings.refuse": TREATING,
    "POST bookings.cancel": TREATING,
    "POST bookings.no_show": TREATING,
    "GET chairs.list_chairs": _READ,
    "GET nights.list_nights": _READ,
    "GET sandbox.get_clock": CLINIC | {INTEGRATION, PATIENT},
    "POST sandbox.advance": CLINIC | {INTEGRATION},
}

# What an integration key must be scoped for.
SCOPES: Final[dict[str, str]] = {
    "POST entries.post_entry": "entries:write",
    "POST entries.post_batch": "entries:write",
    "GET entries.list_entries": "entries:read",
    "GET entries.get_entry": "entries:read",
    "GET patients.list_patients": "patients:read",
    "POST patients.admit": "patients:write",
    "GET patients.get_patient": "patients:read",
    "PATCH patients.change_patient": "patients:write",
    "POST patients.make_code": "patients:write",
    "POST patients.follow": "patients:write",
    "GET regimens.list_regimens": "courses:read",
    "POST regimens.declare": "courses:write",
    "GET courses.list_courses": "courses:read",
    "POST courses.plan": "courses:write",
    "GET courses.get_course": "courses:read",
    "POST administrations.record": "courses:write",
    "GET alerts.list_alerts": "alerts:read",
    "GET alerts.get_alert": "alerts:read",
    "POST alerts.acknowledge": "alerts:write",
    "GET bookings.list_bookings": "bookings:read",
    "GET bookings.get_booking": "bookings:read",
    "POST bookings.request_booking": "bookings:write",
    "GET chairs.list_chairs": "bookings:read",
    "GET nights.list_nights": "alerts:read",
    "GET sandbox.get_clock": "sandbox",
    "POST sandbox.advance": "sandbox",
}


def add_routes(api: ProblemApi) -> None:
    """Register every blueprint, and grant its rows."""
    for room in ROOMS:
        api.register_blueprint(room.routes)
    grant(API, SCOPES, without_factor=["DELETE sessions.end_session"])
