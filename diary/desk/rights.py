"""Who may use which page of the desk: one row a route, merged into the app's table."""

from typing import Final

from diary.web.rights import ADMIN, ANYONE, CLINIC, COORDINATOR, PHYSICIAN, STAFF, TREATING, Right

_PUBLIC: Final[Right] = frozenset({ANYONE})
_PHYSICIANS: Final[Right] = frozenset({PHYSICIAN})
_ADMINS: Final[Right] = frozenset({ADMIN})
_THRESHOLDS: Final[Right] = frozenset({PHYSICIAN, ADMIN})
_OVERSEEING: Final[Right] = frozenset({ADMIN, COORDINATOR})
_PLANNING: Final[Right] = TREATING | {ADMIN}


def _form(endpoint: str, right: Right) -> dict[str, Right]:
    """A page with a form: seen and sent by the same people."""
    return {f"GET {endpoint}": right, f"POST {endpoint}": right}


DESK: Final[dict[str, Right]] = {
    "GET front": _PUBLIC,
    **_form("desk.sign_in", _PUBLIC),
    "POST desk.sign_in_code": _PUBLIC,
    "POST desk.passkey_options": _PUBLIC,
    "POST desk.passkey_sign_in": _PUBLIC,
    "GET desk.demo": _PUBLIC,
    "GET desk.static": _PUBLIC,
    "POST desk.sign_out": STAFF,
    "GET desk.account": STAFF,
    **_form("desk.authenticator", STAFF),
    "POST desk.remove_authenticator": STAFF,
    "POST desk.new_passkey_options": STAFF,
    "POST desk.add_passkey": STAFF,
    "POST desk.rename_passkey": STAFF,
    "POST desk.remove_passkey": STAFF,
    "POST desk.recovery_codes": STAFF,
    **_form("desk.change_password", STAFF),
    "POST desk.end_session": STAFF,
    "POST desk.end_other_sessions": STAFF,
    "GET desk.link_page": _PUBLIC,
    "POST desk.set_own_password": _PUBLIC,
    "GET desk.staff_page": _ADMINS,
    **_form("desk.invite", _ADMINS),
    "GET desk.staff_member": _ADMINS,
    "POST desk.change_role": _ADMINS,
    "POST desk.make_link": _ADMINS,
    "POST desk.change_account": _ADMINS,
    "GET desk.keys_page": _ADMINS,
    **_form("desk.new_key", _ADMINS),
    "POST desk.stop_key": _ADMINS,
    "GET desk.locked": _PUBLIC,
    "GET desk.trail_page": _OVERSEEING,
    "GET desk.trail_csv": _OVERSEEING,
    "GET desk.worklist": CLINIC,
    "GET desk.clock": CLINIC,
    "POST desk.advance": CLINIC,
    "GET desk.patients_page": CLINIC,
    "POST desk.search": CLINIC,
    "GET desk.patient": CLINIC,
    "GET desk.letter": TREATING,
    "GET desk.on_paper": CLINIC,
    "GET desk.answers_csv": CLINIC,
    **_form("desk.call", TREATING),
    **_form("desk.note", TREATING),
    **_form("desk.owner", TREATING),
    **_form("desk.admit", TREATING),
    **_form("desk.identity", TREATING),
    "POST desk.code": TREATING,
    "POST desk.remove_phone": TREATING,
    **_form("desk.follow", TREATING),
    "POST desk.acknowledge": TREATING,
    "POST desk.undo": TREATING,
    **_form("desk.snooze", TREATING),
    **_form("desk.close", TREATING),
    "POST desk.label": TREATING,
    "GET desk.booking_page": CLINIC,
    "GET desk.free_days": CLINIC,
    **_form("desk.request_for_alert", TREATING),
    **_form("desk.request_for_patient", TREATING),
    **_form("desk.authorise", _PHYSICIANS),
    **_form("desk.offer", TREATING),
    "POST desk.booking_step": TREATING,
    **_form("desk.booking_note", TREATING),
    **_form("desk.plan", TREATING),
    **_form("desk.baseline", TREATING),
    **_form("desk.infuse", TREATING),
    **_form("desk.correct_infusion", TREATING),
    **_form("desk.take_down", TREATING),
    **_form("desk.correct_entry", TREATING),
    **_form("desk.happening", TREATING),
    "GET desk.messages_page": CLINIC,
    "POST desk.try_again": _PLANNING,
    "GET desk.chairs_page": CLINIC,
    **_form("desk.new_chair", _PLANNING),
    "POST desk.retire": _PLANNING,
    **_form("desk.close_chairs", _PLANNING),
    "POST desk.open_chairs": _PLANNING,
    "GET desk.regimens_page": CLINIC,
    **_form("desk.new_regimen", TREATING),
    "GET desk.quality_page": CLINIC,
    "GET desk.durability_page": STAFF,
    "GET desk.answers_map_page": STAFF,
    "GET desk.settings_page": CLINIC,
    "GET desk.thresholds_page": CLINIC,
    **_form("desk.change_protocol", _THRESHOLDS),
    "GET desk.clinic_page": CLINIC,
    "POST desk.clinic_page": _ADMINS,
    **_form("desk.forecast_page", _THRESHOLDS),
    "GET desk.covers_page": CLINIC,
    "POST desk.covers_page": _PLANNING,
    "POST desk.end_cover_now": _PLANNING,
    "GET desk.working_days_page": CLINIC,
    "POST desk.working_days_page": _PLANNING,
    "POST desk.change_week": _PLANNING,
    "POST desk.take_back": _PLANNING,
    "GET desk.teams_page": CLINIC,
    "POST desk.teams_page": _PLANNING,
    "POST desk.change_team": _PLANNING,
}

# Where a session may go that has shown a password only: out, and to the set-up of a second factor.
WITHOUT_FACTOR: Final = (
    "POST desk.sign_out",
    "GET desk.account",
    "GET desk.authenticator",
    "POST desk.authenticator",
    "POST desk.new_passkey_options",
    "POST desk.add_passkey",
)
