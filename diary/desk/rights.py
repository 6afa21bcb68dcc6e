"""Who may use which page of the desk: one row a route, merged into the app's table."""

from typing import Final

from diary.web.rights import ADMIN, ANYONE, CLINIC, PHYSICIAN, STAFF, TREATING, Right

_PUBLIC: Final[Right] = frozenset({ANYONE})
_PHYSICIANS: Final[Right] = frozenset({PHYSICIAN})
_PLANNING: Final[Right] = TREATING | {ADMIN}


def _form(endpoint: str, right: Right) -> dict[str, Right]:
    """A page with a form: seen and sent by the same people."""
    return {f"GET {endpoint}": right, f"POST {endpoint}": right}


DESK: Final[dict[str, Right]] = {
    "GET front": _PUBLIC,
    **_form("desk.sign_in", _PUBLIC),
    "GET desk.demo": _PUBLIC,
    "GET desk.static": _PUBLIC,
    "POST desk.sign_out": STAFF,
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
    **_form("desk.snooze", TREATING),
    **_form("desk.close", TREATING),
    "POST desk.label": TREATING,
    "GET desk.booking_page": CLINIC,
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
    "GET desk.chairs_page": CLINIC,
    **_form("desk.new_chair", _PLANNING),
    "POST desk.retire": _PLANNING,
    **_form("desk.close_chairs", _PLANNING),
    "POST desk.open_chairs": _PLANNING,
    "GET desk.regimens_page": CLINIC,
    **_form("desk.new_regimen", TREATING),
    "GET desk.settings_page": CLINIC,
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
