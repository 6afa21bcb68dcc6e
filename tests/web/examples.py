"""A request for every route of the app: addresses, bodies and forms that can be read, of nothing that stands.

What is refused of them is refused for who asks, or for the one thing that a test makes wrong.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from flask import Flask
from werkzeug.routing import Rule

from config.protocol import Protocol
from tests.api.people import answer_of
from tests.little_clinic import FIRST_DAY

UID: Final = "0193b5c2-7d1e-7a40-9c55-3f0e6a1b2c4d"
DAY: Final = FIRST_DAY.isoformat()
LATER: Final = "2026-03-01"
NOTE: Final = {"note": "why"}
GIVEN: Final = {
    "first_day": DAY,
    "last_day": DAY,
    "agent": "racemic",
    "dose_as_written": "100 mg",
    "setting": "inpatient",
    "classified_as": "booster",
}
REGIMEN: Final = {
    "name": "Five days",
    "agent": "racemic",
    "setting": "inpatient",
    "infusion_days": 5,
    "hours_a_day": 4,
    "dose_as_written": "100 mg",
    "series_gap_max_days": 0,
}
MOMENTS: Final = {"answered_at": f"{DAY}T20:00:00+01:00", "sent_at": f"{DAY}T20:00:00+01:00"}
PHONE: Final = {"zone": "Europe/Amsterdam", "locale": "en"}

# A body that can be read, by route; one of the API that is not named here takes an empty object, or nothing.
BODIES: Final[Mapping[str, Any]] = {
    "POST enrolments.enrol": {"code": "ABCD2345", "consent_version": "1", **PHONE},
    "POST entries.post_entry": answer_of(FIRST_DAY, 5),
    "POST entries.post_batch": {"entries": [answer_of(FIRST_DAY, 5)]},
    "POST wishes.ask": {"id": UID},
    "POST wishes.answer_items": {
        "id": UID,
        "day": DAY,
        "zone": "Europe/Amsterdam",
        "items": {"flare": 1},
        **MOMENTS,
    },
    "POST sessions.open_session": {"email": "nobody@example.org", "password": "four plain words together"},
    "POST patients.admit": {"pseudonym": "P-new", **PHONE},
    "POST patients.follow": {"state": "followed"},
    "POST patients.file_correction": {"of": UID, "nrs": 5, "reason": "why"},
    "POST regimens.declare": REGIMEN,
    "POST courses.plan": {"regimen": UID, "planned_first_day": LATER},
    "POST courses.change_baseline": {"kind": "none", "reason": "why"},
    "POST administrations.record": GIVEN,
    "PATCH administrations.change": {"reason": "why"},
    "POST alerts.snooze": {"until": LATER, "reason": "why"},
    "POST alerts.close": {"outcome": "handled"},
    "POST alerts.label": {"label": "yes"},
    "POST bookings.request_booking": {"patient": UID, "regimen": UID},
    "POST bookings.authorise": {"reference": "A-1"},
    "POST bookings.offer": {"first_day": LATER, "last_day": LATER},
    "POST bookings.refuse": NOTE,
    "POST bookings.cancel": NOTE,
    "POST sandbox.advance": {"nights": 1},
}

# The same for a form of the desk or the phone; one that is not named here has no field of its own.
FORMS: Final[Mapping[str, Mapping[str, str]]] = {
    "POST phone.keep_reminder": {"wanted": "yes", "minute": "1200"},
    "POST phone.keep_push": {
        "endpoint": "https://push.example.org/1",
        "p256dh": "B" + "A" * 86,
        "auth": "A" * 22,
    },
    "POST desk.sign_in": {"email": "nobody@example.org", "password": "four plain words together"},
    "POST desk.sign_in_code": {"step": "st_none", "code": "123456"},
    "POST desk.join_by_provider": {"token": "al_none"},
    "POST desk.authenticator": {"sealed": "none", "code": "123456"},
    "POST desk.mails_page": {"mails": "yes", "opens": "07:30", "closes": "18:00"},
    "POST desk.week_page": {"weekdays": "mon"},
    "POST desk.change_password": {"current": "four plain words together", "new": "four plain words together"},
    "POST desk.passkey_sign_in": {"step": "st_none", "credential": "{}"},
    "POST desk.add_passkey": {"step": "st_none", "credential": "none", "name": "Tablet"},
    "GET desk.free_days": {"first": DAY, "last": DAY},
    "POST desk.rename_passkey": {"name": "Tablet"},
    "POST desk.set_own_password": {"token": "al_none", "password": "four plain words together"},
    "POST desk.invite": {"name": "Joost Bos", "email": "joost@example.org", "role": "nurse"},
    "POST desk.change_role": {"role": "nurse"},
    "POST desk.new_key": {"name": "Hospital system", "scopes": "entries:read"},
    "POST desk.advance": {"stride": "night"},
    "POST desk.search": {"q": "P-"},
    "POST desk.admit": {"pseudonym": "P-form", **PHONE, "identity.name": "Jan Smit"},
    "POST desk.identity": {"name": "Jan Smit"},
    "POST desk.follow": {"state": "followed"},
    "POST desk.call": {"result": "reached"},
    "POST desk.emergency": {"clinic": UID, "known_as": "P-1", "reason": "unconscious, in our care"},
    "POST desk.note": {"body": "why"},
    "POST desk.owner": {"owner": UID},
    "POST desk.snooze": {"until": LATER, "reason": "why"},
    "POST desk.close": {"outcome": "handled", "reason": "why"},
    "POST desk.label": {"label": "yes"},
    "POST desk.request_for_alert": {"alert": UID, "regimen": UID, **NOTE},
    "POST desk.request_for_patient": {"patient": UID, "regimen": UID, **NOTE},
    "POST desk.authorise": {"reference": "A-1"},
    "POST desk.offer": {"first_day": LATER, "last_day": LATER, "chair": UID},
    "POST desk.new_chair": {"name": "Bed 9", "kind": "bed", "weekdays": "mon"},
    "POST desk.close_chairs": {"first_day": LATER, "last_day": LATER, "chair": UID, "reason": "why"},
    "POST desk.open_chairs": {"first_day": LATER, "last_day": LATER, "chair": UID},
    "POST desk.booking_note": NOTE,
    "POST desk.plan": {"regimen": UID, "planned_first_day": LATER, "treated_area": "in your hand"},
    "POST desk.baseline": {"kind": "stated", "nrs": "7,5", "reason": "why"},
    "POST desk.infuse": GIVEN,
    "POST desk.correct_infusion": {**GIVEN, "reason": "why"},
    "POST desk.take_down": {"id": UID, "day": DAY, "nrs": "5", "source": "clinic_phone"},
    "POST desk.correct_entry": {"of": UID, "nrs": "5", "reason": "why"},
    "POST desk.happening": {"kind": "injury", "day": DAY, "detail": "why"},
    "POST desk.new_regimen": {name: str(value) for name, value in REGIMEN.items()},
    "POST desk.change_protocol": {
        **{
            name: f"{value:g}"
            for name, value in Protocol().to_values().items()
            if value is not None and not isinstance(value, str)
        },
        "lead_days": "35",
        "note": "why",
    },
    "POST desk.clinic_page": {
        "name": "Hand clinic",
        "phone": "020 000 00 00",
        "opening_hours": "weekdays",
        "emergency_text": "Call 112.",
        "locale": "nl",
    },
    "POST desk.forecast_page": {"mode": "on", "note": "why"},
    "POST founding.keep": {"setup_code": "none"},
    "POST founding.test_mail": {"setup_code": "none", "email": "nobody@example.org"},
    "POST desk.checklist_page": {"lines": "Liver test"},
    "POST desk.tick_line": {"ticked": "yes"},
    "POST desk.covers_page": {
        "absent": UID,
        "cover": UID,
        "first_day": LATER,
        "last_day": LATER,
        "reason": "why",
    },
    "POST desk.end_cover_now": {"absent": UID, "first_day": LATER},
    "POST desk.working_days_page": {"first_day": LATER, "last_day": LATER, "name": "Spring"},
    "POST desk.change_week": {"weekdays": "mon"},
    "POST desk.take_back": {"first_day": LATER, "last_day": LATER},
    "POST desk.teams_page": {"name": "Hand"},
    "POST desk.change_team": {"staff": UID},
    "POST desk.new_study": {
        "name": "Second trial",
        "arms": "ketamine\nplacebo",
        "masking": "masked",
        "estimand": "hypothetical",
        "follow_up_days": "84",
        "visits": "Week 4, 28, 3",
    },
    "POST desk.study_step": {"pseudonym": "P-of-1", "kind": "consented", "day": DAY},
    "POST desk.take_back_step": {"reason": "why"},
    "POST desk.unblind": {"reason": "why"},
    "POST phone.consent": {"code": "ABCD2345"},
    "POST phone.agree": {"code": "ABCD2345", "place": "Europe/Amsterdam"},
    "POST phone.practise": {"nrs": "5"},
    "POST phone.save": {"nrs": "5", "id": UID},
    "POST phone.show_chart": {"chart": "hidden"},
    "POST phone.tell": {"item": "flare", "id": UID},
    "POST phone.answer_question": {"item": "activity", "value": "4", "id": UID},
    "POST phone.answer_offer": {"answer": "can"},
    "POST phone.keep_settings": {"language": "nl", "layout": "list1"},
    "POST phone.open_shared": {"code": "ABCD2345EFGH6789"},
    "POST phone.keep_pause": {"pause": "3"},
    "POST phone.keep_place": {"place": "Europe/Amsterdam"},
}

# What stands in an address besides ids.
PARTS: Final = {"place": "0", "day": DAY, "filename": "none.css", "code": "not_found"}
BLANK: Final = re.compile(r"<(?:any\((\w+).*?\):)?(?:(\w+):)?(\w+)>")
# These end the caller's own session, so they are tried last.
ENDS_SESSION: Final = (
    "DELETE sessions.end_session",
    "POST desk.sign_out",
    "POST phone.sign_out",
)


def routes(app: Flask) -> dict[str, Rule]:
    """Every route by "METHOD endpoint"; Flask answers HEAD and OPTIONS by itself."""
    return {
        f"{method} {rule.endpoint}": rule
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def address(rule: Rule, **parts: str) -> str:
    """An address that the rule answers to: of nothing that stands here, or with these parts."""

    def part(blank: re.Match[str]) -> str:
        first_choice, converter, name = blank.groups()
        if name in parts:
            return parts[name]
        return first_choice or (UID if converter == "uid" else PARTS.get(name, UID))

    return BLANK.sub(part, rule.rule)


def takes_json(route: str, rule: Rule) -> bool:
    """Whether the route reads a body as JSON; pages read forms."""
    return rule.rule.startswith("/v1/") and route.startswith(("POST", "PATCH"))
