"""What opens without a signal: the page that a phone keeps, its scripts, its worker and its manifest."""

import json
from dataclasses import astuple
from typing import Any, Final

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from config.scales import NRS
from diary.phone.door import (
    diary_of,
    file_address,
    keep_signed_in,
    own_csrf,
    phone_work,
    renewed,
    script_address,
    show_packed,
)
from diary.phone.files import LASTING, SCRIPT_FILES, SCRIPTS_VERSION, answer
from diary.phone.forms import CHANGE_REASONS
from diary.phone.offering import offered_days
from diary.phone.preferences import colours, keep_what_is_kept, layout, text_size
from diary.phone.speaking import spoken
from diary.services.own_diary import OwnDiary
from diary.services.own_questions import questions
from diary.services.phone_tokens import is_due
from diary.web.asking import DEVICE_COOKIE
from diary.web.work import Work, roof

# What the kept page loads. The worker and its stand-in are fetched by the browser itself.
LOADED: Final = tuple(
    name for name in SCRIPT_FILES if name not in ("join.js", "remind.js", "worker.js", "retired.js")
)

# The sentences that scripts put together; all others stand in the page.
SAID_BY_SCRIPTS: Final = (
    "app.",
    "conflict.",
    "day.",
    "error.nrs",
    "offer.link",
    "problem.day_",
    "problem.patient_not_followed",
    "question.",
    "saved.",
)


def offline() -> ResponseReturnValue:
    """The question as a phone keeps it, without a day: the phone puts in the day that it is there."""
    with phone_work(write=False) as unit:
        diary = diary_of(unit)
        told = _told(unit, diary)
        due = unit.caller.device is not None and is_due(unit.caller.device, now=unit.now)
    token = None
    if due:
        with phone_work(write=True) as writing:
            token = renewed(writing)
    numbers = range(NRS.low, NRS.high + 1)
    response = show_packed(
        "offline.html",
        unit,
        diary=diary,
        told=told,
        layout=layout(),
        numbers=numbers,
        reasons=CHANGE_REASONS,
    )
    if DEVICE_COOKIE in request.cookies:
        keep_signed_in(response, token or request.cookies[DEVICE_COOKIE])
    keep_what_is_kept(response)
    return response


def script(version: str, name: str) -> ResponseReturnValue:
    """One script. An address names the version of all, so that a page never mixes two."""
    if name not in SCRIPT_FILES:
        raise NotFound
    return answer(SCRIPT_FILES[name], cache=LASTING if version == SCRIPTS_VERSION else "no-store")


def worker() -> ResponseReturnValue:
    """The worker, or the one that retires it: docs/runbook/phone-offline.md."""
    name = "worker.js" if roof().settings.phone_offline else "retired.js"
    return answer(SCRIPT_FILES[name], cache="no-cache")


def manifest() -> ResponseReturnValue:
    """What a home screen asks of an app."""
    language = spoken()
    facts = {
        "id": "/app/",
        "lang": language.tag,
        "dir": language.direction,
        "name": language.say("app"),
        "short_name": language.say("app"),
        "start_url": "/app/",
        "scope": "/app/",
        "display": "standalone",
        "background_color": "#f7f5f0",
        "theme_color": "#0b4a63",
        "icons": [
            {"src": file_address("icon.svg"), "sizes": "any", "type": "image/svg+xml"},
            {"src": file_address("icon-192.png"), "sizes": "192x192", "type": "image/png"},
            {"src": file_address("icon-512.png"), "sizes": "512x512", "type": "image/png"},
        ],
    }
    return Response(json.dumps(facts), content_type="application/manifest+json")


def _told(unit: Work, diary: OwnDiary) -> dict[str, Any]:
    """The facts that the scripts work with. Their week begins on Sunday, as days count in browsers."""
    language = spoken()
    return {
        "patient": unit.patient.uid,
        "csrf": own_csrf(),
        "files": [
            file_address("phone.css"),
            file_address("night.css"),
            file_address("icon.svg"),
            url_for("phone.manifest"),
            *(script_address(name) for name in LOADED),
        ],
        # Another one, and the page on the screen is of before a change of the settings.
        "look": f"{language.tag} {layout()} {text_size()} {colours()}",
        "locale": diary.question.locale,
        "layout": layout(),
        "zone": diary.zone.key,
        "question": diary.question.about_today,
        "question_for_day": diary.question.about_day,
        "backdate_days": len(diary.open_days) - 1,
        "first_day": diary.first_day.isoformat(),
        "follow_state": diary.follow_state,
        # The pages kept beside this one are fetched anew when any of all this changes: at least daily.
        "contact": astuple(diary.contact),
        "kept_on": diary.today.isoformat(),
        "offer": offered_days(unit),
        # From which day on each is asked, and how many days after an answer again.
        "asked": {
            code: [asked.from_day.isoformat(), asked.again_days]
            for code, asked in questions(unit.session, unit.patient, today=diary.today, now=unit.now).items()
        },
        "weekdays": [*language.weekdays[-1:], *language.weekdays[:-1]],
        "months": language.months,
        "words": {key: text for key, text in language.texts.items() if key.startswith(SAID_BY_SCRIPTS)},
    }
